/** The promises of the daemon as a whole, each shown once on the running program with real peers. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DaemonProcess, Mailbox, Web } from './daemon-process.ts'

const config = (web: Web, mail: Mailbox | { port: number }, more = '') =>
  `
database = none
mailserver = smtp://127.0.0.1:${mail.port}
hostgroup web 127.0.0.1 127.0.0.2

watch web
    service http
        interval 1s
        timeout 800ms
        monitor http -p ${web.port} --url /
        period always:
            alert mail root@localhost
            upalert mail root@localhost
            alertevery 1h
${more}
virtual web
    address 192.0.2.80:80
    on_fail drain
    real @web:${web.port} weight 3 check web/http
`.replace('800ms', '0.8s')

async function farm(t: Parameters<Web['start']>[0]) {
  const one = await new Web('127.0.0.1').start(t)
  const two = await new Web('127.0.0.2').start(t, one.port)
  return { one, two }
}

test('a failure is told once, drains its server, and its end is told; kill -9 in between repeats and loses nothing', async (t) => {
  const { one, two } = await farm(t)
  const mail = await new Mailbox().start(t)
  const daemon = new DaemonProcess(t)
  daemon.configure(config(one, mail))
  daemon.start()
  await daemon.said(/web serves: 2 of 2/)
  two.answer = 503
  const down = await daemon.said(/127\.0\.0\.2 is DOWN for web\/http: answered 503/)
  await daemon.said(/web: IPVS \(in memory\) set 127\.0\.0\.2:\d+ weight 3 -> 0/, down)
  // The next check shows that what came of the mail is on disk: a crash in the instant before may send it again.
  const done = await daemon.said(/"mail root@localhost" is done/, down)
  await daemon.said(/no alert for period/, done)
  const before = (await daemon.status()).services[0]
  await daemon.kill('SIGKILL')

  daemon.start()
  const again = await daemon.said(/it remembers its last run/, down)
  await daemon.said(/no alert for period "always"|add 127\.0\.0\.2:\d+ masq weight 0/, again)
  const after = (await daemon.status()).services[0]
  assert.equal(after?.since, before?.since, 'since when it is down')
  // The last one that status showed may not have been on disk yet when the process was killed.
  assert.ok((after?.failures ?? 0) >= (before?.failures ?? 1) - 1, 'failures in a row go on')
  two.answer = 200
  const up = await daemon.said(/web\/http is UP \(was down for/, again)
  await daemon.said(/"mail root@localhost" is done/, up)
  assert.deepEqual(
    mail.subjects().map((subject) => subject.split(' ')[0]),
    ['ALERT', 'UPALERT'],
  )
  assert.equal(await daemon.kill('SIGTERM'), 0)
})

test('mail that the relay refuses for a while arrives when it takes mail again, each once and in order', async (t) => {
  const { one, two } = await farm(t)
  const port = (await new Mailbox().start(t)).port + 1
  const daemon = new DaemonProcess(t)
  daemon.configure(config(one, { port }))
  daemon.start()
  await daemon.said(/web serves: 2 of 2/)
  two.answer = 503
  const refused = await daemon.said(/has NOT got through.*next attempt in/)
  assert.match((await daemon.status()).outbox[0]?.lastText ?? '', /refuses connections/)
  two.answer = 200
  await daemon.said(/web\/http is UP/, refused)
  await daemon.kill('SIGKILL')
  const mail = await new Mailbox().start(t, port)
  daemon.start()
  const first = await daemon.said(/"mail root@localhost" is done/, refused)
  await daemon.said(/"mail root@localhost" is done/, first)
  assert.deepEqual(
    mail.subjects().map((subject) => subject.split(' ')[0]),
    ['ALERT', 'UPALERT'],
  )
  assert.deepEqual((await daemon.status()).outbox, [])
})

test('a broken file at SIGHUP changes nothing and says where it is broken; a sound one keeps what is unchanged', async (t) => {
  const { one, two } = await farm(t)
  const mail = await new Mailbox().start(t)
  const daemon = new DaemonProcess(t)
  daemon.configure(config(one, mail))
  daemon.start()
  await daemon.said(/web serves: 2 of 2/)
  two.answer = 503
  const down = await daemon.said(/"mail root@localhost" is done/)
  const since = (await daemon.status()).services[0]?.since

  daemon.configure(config(one, mail, '            alertevry 5s'))
  daemon.signal('SIGHUP')
  const refused = await daemon.said(/has 1 error, so the configuration before it stays in force/, down)
  assert.match(daemon.output, /mon\.cf:17:13: "alertevry" .*\n.*\n.*did you mean alertevery/)
  assert.equal((await daemon.status()).services[0]?.since, since)

  daemon.configure(config(one, mail, `    service tcp\n        interval 1s\n        monitor tcp -p ${one.port}\n`))
  daemon.signal('SIGHUP')
  await daemon.said(/was read again: 2 services/, refused)
  await daemon.said(/web\/tcp is UP/, refused)
  const services = (await daemon.status()).services
  assert.deepEqual(
    services.map(({ service, since: start }) => [service, start === since]),
    [
      ['web/http', true],
      ['web/tcp', false],
    ],
  )
})

test('SIGHUP while it is still starting makes it read the file again, and does not end it', async (t) => {
  const daemon = new DaemonProcess(t)
  const watch = 'watch 127.0.0.1\n    service tcp\n        interval 1h\n        monitor tcp -p 1\n'
  daemon.configure(`database = none\n\n${watch}`)
  daemon.start()
  // The warning is printed before the first door is opened.
  await daemon.said(/there is no hostgroup/)
  daemon.signal('SIGHUP')
  const running = await daemon.said(/upalert runs /)
  await daemon.said(/mon\.cf was read again/, running)
  assert.equal(await daemon.kill('SIGTERM'), 0)
})

test('two daemons never share a state directory, and the second says who holds it', async (t) => {
  const { one } = await farm(t)
  const first = new DaemonProcess(t)
  first.configure(config(one, { port: 1 }))
  first.start()
  await first.said(/web serves/)
  const second = new DaemonProcess(t)
  writeFileSync(
    second.file,
    readFileSync(first.file, 'utf8').replace('statedir = var', `statedir = ${join(first.directory, 'var')}`),
  )
  second.start()
  assert.equal(await second.exit(), 1)
  assert.match(second.output, /upalert cannot start: .*process id \d+/)
})

test('a configuration with mistakes does not start, shows them all, and ends with status 2', async (t) => {
  const daemon = new DaemonProcess(t)
  daemon.configure(
    'hostgroup web 127.0.0.1\n\nwatch web\n    service http\n        intervall 5s\n        monitor htp -p 80\n',
  )
  daemon.start()
  assert.equal(await daemon.exit(), 2)
  assert.match(daemon.output, /intervall/)
  assert.match(daemon.output, /htp/)
  assert.equal(existsSync(join(daemon.directory, 'var')), false, 'nothing was written')
})

/** `upalert try`: a configured check as the daemon would run it, a monitor by hand, and what is seen of either. */
import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Tried } from '../../src/cli/try.ts'
import type { TryAnswer } from '../../src/cli/try-command.ts'
import { readTryWords } from '../../src/cli/try-words.ts'
import { tryDoors } from '../../src/daemon/try.ts'
import { answering, page, peer, tlsPeer } from '../monitors/peers.ts'
import { fresh, shell } from '../scripts.ts'

const doors = tryDoors((named) => named ?? '/nonexistent/mon.cf')

async function attempt(...words: readonly string[]): Promise<TryAnswer> {
  const read = readTryWords(words, doors.isMonitor)
  assert.ok(read.kind === 'monitor' || read.kind === 'configured', JSON.stringify(read))
  return read.kind === 'monitor' ? doors.tryMonitor(read.words) : doors.tryConfigured(read)
}

async function tried(...words: readonly string[]): Promise<readonly Tried[]> {
  const answer = await attempt(...words)
  assert.ok(answer.kind === 'tried', answer.kind === 'refused' ? answer.text : answer.kind)
  return answer.tried
}

async function refused(...words: readonly string[]): Promise<string> {
  const answer = await attempt(...words)
  return answer.kind === 'refused' ? answer.text : answer.kind
}

const verdict = ({ result }: Tried): string => result.hosts.map(({ kind }) => kind).join(' ')

/** `> sent`, `< received`, `$ command`. */
const seen = ({ exchange }: Tried): readonly string[] =>
  exchange.map((each) =>
    each.kind === 'ran'
      ? `$ ${each.command.slice(1).join(' ')}: ${each.end}: ${Buffer.from(each.output).toString()}`
      : `${each.kind === 'sent' ? '>' : '<'} ${each.bytes.toString('latin1')}`,
  )

function configuration(text: string): string {
  const file = fresh('mon.cf')
  writeFileSync(file, `database = none\n\n${text}`)
  return file
}

test('a monitor by hand shows what went over the connection', async (t) => {
  const port = await peer(t, answering('221 bye\r\n'))
  const [one] = await tried('expect', '-p', String(port), '--send', 'QUIT\\r\\n', '--expect', '221', '127.0.0.1')
  assert.ok(one)
  assert.equal(verdict(one), 'up')
  assert.deepEqual(seen(one), ['> QUIT\r\n', '< 221 bye\r\n'])
  assert.equal(one.standsFor, 'the command line')
  assert.equal(one.monitor, `expect -p ${port} --send 'QUIT\\r\\n' --expect 221`)
})

test('of TLS what is inside is shown, and nothing of its records', async (t) => {
  const port = await tlsPeer(t, 'good.pem', answering(page('hello')))
  for (const words of [
    ['http', '--tls', '-p', String(port), '127.0.0.1'],
    ['expect', '--tls', '-p', String(port), '--send', 'GET / HTTP/1.0\\r\\n\\r\\n', '--expect', 'HTTP', '127.0.0.1'],
  ]) {
    const [one] = await tried(...words)
    assert.ok(one)
    const [sent, received, ...more] = seen(one)
    assert.match(sent ?? '', /^> GET \/ HTTP\/1\.[01]\r\n/)
    assert.equal(received, `< ${page('hello')}`)
    assert.deepEqual(more, [])
  }
})

test('datagrams are shown', async (t) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  socket.on('message', (_, { port, address }) => socket.send('pong', port, address))
  const port = String(socket.address().port)
  for (const words of [
    ['expect', '--udp', '-p', port, '--send', 'ping', '--expect', 'pong', '127.0.0.1'],
    ['udp', '-p', port, '--payload', '70696e67', '--require-reply', '127.0.0.1'],
  ]) {
    const [one] = await tried(...words)
    assert.ok(one)
    assert.deepEqual(seen(one), ['> ping', '< pong'])
  }
})

test('of a program its words, its end and its output are shown, and what nanny would have said', async () => {
  const program = shell('echo "$1"; exit 1')
  const [one] = await tried('send-program', '--expect', '10.1.1.2', program, '{host}', '10.1.1.2')
  assert.ok(one)
  assert.deepEqual(seen(one), ['$ 10.1.1.2: exit status 1: 10.1.1.2\n'])
  assert.equal(verdict(one), 'down')
  assert.match(one.otherwise ?? '', /nanny would have called it up/)
  const [same] = await tried('send-program', '--expect', 'OK', shell('echo OK'), '10.1.1.2')
  assert.equal(same?.otherwise, null)
})

test('scripts and misc are shown as well', async () => {
  const program = shell('echo "$1"')
  for (const words of [
    ['script', program, '10.1.1.2'],
    ['misc', program, '{host}', '10.1.1.2'],
  ]) {
    const [one] = await tried(...words)
    assert.ok(one)
    assert.match(seen(one)[0] ?? '', /^\$ 10\.1\.1\.2: exit status 0: /)
  }
})

test('passwords are not shown: not in words, not on the wire, not from their file', async (t) => {
  const file = fresh('password')
  writeFileSync(file, 'hunter2\n')
  const port = await peer(t, (socket) => {
    socket.write('+OK hello\r\n')
    socket.on('data', (bytes) => socket.write(`+OK ${bytes.toString('latin1')}`))
  })
  for (const option of [
    ['--password', 'hunter2'],
    ['--password-file', file],
  ]) {
    const [one] = await tried('pop3', '-p', String(port), '--user', 'me', ...option, '127.0.0.1')
    assert.ok(one)
    const all = JSON.stringify([one.monitor, seen(one), one.result])
    assert.ok(all.includes('PASS ***'), all)
    assert.ok(!all.includes('hunter2'), all)
  }
  const [web] = await tried('http', '-p', '1', '--header', 'Authorization: Basic aHVudGVyMg==', '127.0.0.1')
  assert.ok(!JSON.stringify(web).includes('aHVudGVyMg'))
})

test('a service is tried as it is configured, host by host, with its file and line', async (t) => {
  const port = await peer(t, answering('x'))
  const file = configuration(`hostgroup web 127.0.0.1 127.0.0.2

watch web
    service one
        interval 10s
        monitor tcp -p ${port}
    service env
        interval 10s
        COLOUR=green
        monitor send-program --expect 'green web env' ${shell('echo "$COLOUR $MON_GROUP $MON_SERVICE"')}
`)
  const both = await tried('-c', file, 'web/one')
  assert.deepEqual(both.map(verdict), ['up', 'down'])
  assert.deepEqual(
    both.map(({ place }) => place?.line),
    [8, 8],
  )
  assert.equal(both[0]?.place?.file, file)
  assert.deepEqual((await tried('-c', file, 'web/one', '--host', '127.0.0.2')).map(verdict), ['down'])
  const [stranger] = await tried('-c', file, 'web/one', '--host', '127.0.0.3')
  assert.equal(stranger?.standsFor, 'service web/one, whose hostgroup does not have 127.0.0.3')
  assert.deepEqual((await tried('-c', file, 'web/env', '--host', '127.0.0.1')).map(verdict), ['up'])
  assert.match(await refused('-c', file, 'web/two'), /there is no service web\/two; there are web\/one, web\/env/)
})

test('a real server is tried by all of its checks', async (t) => {
  const port = await peer(t, answering('x'))
  const file = configuration(`hostgroup web 127.0.0.1

watch web
    service one
        interval 10s
        monitor tcp -p ${port}
    service two
        interval 10s
        monitor off

virtual www
    address 192.0.2.1:80
    forward dr
    real 127.0.0.1:80 check web/one check web/two
`)
  const all = await tried('-c', file, 'www', '127.0.0.1:80')
  assert.deepEqual(all.map(verdict), ['up', 'down'])
  assert.equal(all[0]?.standsFor, 'real server 127.0.0.1:80 of www: service web/one')
  assert.match(
    await refused('-c', file, 'www', '127.0.0.9:80'),
    /www has no real server 127\.0\.0\.9:80; there are 127\.0\.0\.1:80/,
  )
  assert.match(await refused('-c', file, 'www'), /which real server of www is meant\?/)
  assert.match(
    await refused('-c', file, 'ftp', '127.0.0.1:80'),
    /there is neither a monitor nor a virtual server ftp; virtual servers are www/,
  )
})

test('what cannot be tried is said, and where', async () => {
  assert.match(
    await refused('expect', '-p', '25', '--expect', 'a\\q', '127.0.0.1'),
    /the command line:1:23: \\q is no escape/,
  )
  assert.match(await refused('expect', '127.0.0.1'), /needs --port/)
  assert.match(await refused('tcp', '-p', '25'), /"25" is neither an address nor a name/)
  assert.match(await refused('tcp'), /which host is tcp to ask\?/)
  assert.match(await refused('web/http'), /\/nonexistent\/mon\.cf cannot be used/)
})

test('a monitor tells its options', async () => {
  const answer = await attempt('tcp', '--help')
  assert.ok(answer.kind === 'told')
  assert.match(answer.text, /^tcp: does the port accept\?/)
})

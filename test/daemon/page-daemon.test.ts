/** The whole daemon with a mailbox behind real SMTP: the link out of the mail is opened, alerts stop, and come back. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { bodyOf, startRelay } from '../peers/relay.ts'
import { DaemonProcess } from './daemon-process.ts'
import { press } from './page-rig.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

/** A web server that fails, and tells how often it was asked. */
class Failing {
  answer = 503
  port = 0
  private asked = 0
  private heard: () => void = () => {}

  async start(t: TestContext): Promise<this> {
    const server = createHttpServer((_request, response) => {
      this.asked += 1
      response.writeHead(this.answer).end()
      this.heard()
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    this.port = (server.address() as AddressInfo).port
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return this
  }

  /** Until so many further checks have begun. */
  async checks(count: number): Promise<void> {
    const until = this.asked + count
    while (this.asked < until)
      await new Promise<void>((resolve) => {
        this.heard = resolve
      })
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await once(server.close(), 'close')
  return port
}

test('the link in a mail acknowledges once, also after a crash; alerts stop, and go on when the time is over', async (t) => {
  const web = await new Failing().start(t)
  const relay = await startRelay(t)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/upalert`
  const daemon = new DaemonProcess(t)
  daemon.configure(`
database = none
mailserver = ${relay.url}
page_listen = 127.0.0.1:${port}
page_url = ${url}
hostgroup web 127.0.0.1

watch web
    service http
        interval 1s
        monitor http -p ${web.port} --url /
        period
            alert mail ops@example.com
            upalert mail ops@example.com
            alertevery 1s
`)
  daemon.start()
  const link = await linkIn(daemon, relay.mails, url)
  assert.equal((await fetch(link)).status, 200)
  assert.equal((await fetch(link, { method: 'HEAD' })).status, 200)
  await daemon.kill('SIGKILL')

  const from = daemon.output.length
  daemon.start()
  await daemon.said(/upalert runs/, from)
  const done = await press(link, { who: 'Ann', comment: 'on it', lasts: '2h' })
  assert.equal(done.status, 200)
  const given = await daemon.said(/Ann \(by a link\).*ack web\/http.*alerts stop until 2 h have passed/, from)
  assert.equal((await press(link)).status, 410)
  await daemon.said(/Ann \(by a link\) has acknowledged the failure: on it/, given)
  await relay.quiet()
  const sent = relay.mails.length
  await web.checks(3)
  assert.equal(relay.mails.length, sent, 'nobody is told while it is acknowledged')

  const words = ['--import', 'tsx', main, 'ack', 'web/http', 'back', 'soon', '--for', '5s', '-c', daemon.file]
  const { stdout } = await promisify(execFile)(process.execPath, words)
  assert.match(stdout, /^alerts stop until 5 s have passed, or the service has recovered$/m)
  const [before] = (await daemon.status()).services
  assert.match(before?.acknowledged?.ends ?? '', /^\d s have passed, or the service has recovered$/)
  const over = await daemon.said(/time of .*'s acknowledgement is over \(back soon\), and alerts are sent again/, given)
  await daemon.said(/"mail ops@example.com" is done/, over)
  const again = bodyOf(relay.mails[sent]?.raw ?? '')
  assert.match(again, /acknowledgement is over \(back soon\)/)
  web.answer = 200
  await daemon.said(/web\/http is UP/, over)
  assert.equal((await press(/http:\S+\/ack\/\S+/.exec(again)?.[0] ?? '')).status, 410, 'the failure is over')
  assert.equal(await daemon.kill('SIGTERM'), 0)
})

/** The link in the first mail, once it has come. */
async function linkIn(daemon: DaemonProcess, mails: readonly { raw: string }[], url: string): Promise<string> {
  await daemon.said(/"mail ops@example.com" is done/)
  const link = /http:\S+\/ack\/\S+/.exec(bodyOf(mails[0]?.raw ?? ''))?.[0] ?? ''
  assert.ok(link.startsWith(`${url}/ack/`), link)
  return link
}

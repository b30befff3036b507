/** The page on a real port: browsers of any age, restarts, ports that are taken, keys that cannot be made; and its links. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { linkOf } from '../../src/daemon/page.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { id, type ServiceKey } from '../../src/model/names.ts'
import { failure } from '../wire/alert-message.ts'
import { PageRig, press } from './page-rig.ts'

test('a link is opened, looked at, and acknowledges', async (t) => {
  const rig = new PageRig(t)
  await rig.open()
  const link = rig.fails()
  const page = await fetch(link)
  assert.equal(page.status, 200)
  assert.match(await page.text(), /web\/http fails/)
  assert.equal((await fetch(link, { method: 'HEAD' })).status, 200)
  assert.equal(rig.acked(), null)
  const [one, other] = await Promise.all([press(link, { who: 'a' }), press(link, { who: 'b' })])
  assert.match([one.status, other.status].sort().join(), /^200,4(09|10)$/)
  assert.match(rig.acked()?.who ?? '', /^[ab] \(by a link\)$/)
  assert.deepEqual(rig.notices, [])
})

test('it is heard on an IPv6 address', async (t) => {
  const rig = new PageRig(t)
  await rig.open('::1')
  assert.equal((await press(rig.fails(`http://[::1]:${rig.port}`))).status, 200)
})

test('clients of HTTP/1.0 and of HTTP/1.1 in all its forms are served, with any Host or none', async (t) => {
  const rig = new PageRig(t)
  await rig.open()
  const { pathname } = new URL(rig.fails())
  const gets = [
    `GET ${pathname} HTTP/1.0\r\n\r\n`,
    `GET ${pathname} HTTP/1.0\r\nHost: lb.example.com\r\n\r\n`,
    `GET /upalert${pathname} HTTP/1.0\r\nHost: lb.example.com:8443\r\n\r\n`,
    `GET http://lb.example.com${pathname} HTTP/1.1\r\nHost: other\r\nConnection: close\r\n\r\n`,
    `GET ${pathname} HTTP/1.1\r\nHost: [::1]:81\r\nConnection: close\r\n\r\n`,
    `GET ${pathname} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    `GET ${pathname} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\nX-Forwarded-Proto: https\r\n\r\n`,
  ]
  for (const text of gets) assert.match(await rig.raw(text), /HTTP\/1\.1 200 OK\r\n/, text)
  const post = `POST ${pathname} HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nwho=ann`
  assert.match(await rig.raw(post), /^HTTP\/1\.1 200 OK\r\n/)
  assert.equal(rig.acked()?.who, 'ann (by a link)')
})

test('links that were sent before a restart count after it', async (t) => {
  const rig = new PageRig(t)
  const { close } = await rig.open()
  const link = rig.fails()
  await close()
  await rig.open('127.0.0.1', Number(new URL(link).port))
  assert.equal((await press(link)).status, 200)
})

test('with another key, links that were sent before are none of ours, and that is said', async (t) => {
  const rig = new PageRig(t)
  const { close } = await rig.open()
  const link = rig.fails()
  await close()
  writeFileSync(join(rig.statedir, 'link.key'), 'short')
  await rig.open('127.0.0.1', Number(new URL(link).port))
  assert.equal((await press(link)).status, 410)
  assert.equal((await press(rig.fails())).status, 200)
  assert.match(rig.notices.join(), /^links in messages that were sent before do not count any more/)
})

test('while its port is taken messages have no links, which is said; once it is free they have', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  assert(typeof address === 'object' && address !== null)
  const rig = new PageRig(t)
  const page = await rig.open('127.0.0.1', address.port)
  assert.equal(page.key, null)
  assert.throws(() => rig.fails(), /no link/)
  assert.match(
    rig.notices.join(),
    /^the page for links in messages cannot be opened on 127\.0\.0\.1:\d+: listen EADDRINUSE.*; messages have no links until it can, which is tried every/,
  )
  other.close()
  await rig.noticed(2)
  assert.match(rig.notices[1] ?? '', /is open now on 127\.0\.0\.1:\d+, and messages have links$/)
  const link = rig.fails(`http://127.0.0.1:${address.port}`)
  assert.equal((await press(link)).status, 200)
  await page.close()
  await assert.rejects(fetch(link))
})

test('a daemon that stops while the port is taken tries no more', async (t) => {
  const other = createServer().listen(0, '::1')
  await once(other, 'listening')
  t.after(() => other.close())
  const address = other.address()
  assert(typeof address === 'object' && address !== null)
  const rig = new PageRig(t)
  const page = await rig.open('::1', address.port)
  assert.match(rig.notices.join(), /on \[::1\]:\d+: listen EADDRINUSE/)
  await page.close()
})

test('without a place for its key there is no page and are no links, and that is said', async (t) => {
  const rig = new PageRig(t)
  rmSync(rig.statedir, { recursive: true })
  const page = await rig.open()
  assert.deepEqual([page.key, page.port], [null, null])
  assert.match(rig.notices.join(), /^messages have no links to acknowledge by: .*link\.key cannot be made/)
})

const signer = { sign: () => 'a'.repeat(16), fits: () => true }
const told: AlertMessage = { ...failure, id: id('run-8.1'), outage: 'run-8' }
const unlinked: readonly { name: string; message: AlertMessage; url?: string }[] = [
  { name: 'an end', message: { ...told, kind: 'up' } },
  { name: 'an acknowledgement', message: { ...told, kind: 'ack' } },
  { name: 'a test', message: { ...told, isTest: true } },
  { name: 'several as one', message: { ...told, members: [told] } },
  { name: 'news of a virtual server', message: { ...told, key: 'virtual web/quorum' as ServiceKey } },
  { name: 'anything without page_url', message: told, url: '' },
]
test('a message about a failure has a link of its own', () => {
  assert.equal(linkOf(told, 'https://lb/up', signer), 'https://lb/up/ack/8/0.1/aaaaaaaaaaaaaaaa')
  assert.equal(linkOf(told, 'https://lb/up', null), null)
})
for (const { name, message, url = 'https://lb' } of unlinked)
  test(`${name} has no link`, () => assert.equal(linkOf(message, url, signer), null))

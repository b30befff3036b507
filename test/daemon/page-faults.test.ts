/** What hostile or broken clients do to the page's port: each is bounded, and the page goes on for everybody else. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { CONNECTIONS_MOST } from '../../src/daemon/page.ts'
import { milliseconds, seconds } from '../../src/model/units.ts'
import { ended, PageRig, press, QUICK } from './page-rig.ts'

const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n'

test('requests that are none are refused, and the page goes on', async (t) => {
  const rig = new PageRig(t)
  await rig.open()
  const link = rig.fails()
  const { pathname } = new URL(link)
  const requests: readonly [string, string | Buffer, RegExp][] = [
    ['noise', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10]), /^HTTP\/1\.1 400 /],
    ['a TLS greeting', Buffer.from('16030100a5010000a10303', 'hex'), /^HTTP\/1\.1 400 /],
    ['no Host in HTTP/1.1', `GET ${pathname} HTTP/1.1\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['a Host that is none', `GET ${pathname} HTTP/1.1\r\nHost: a/b@c?d\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['a path without its slash', 'GET ack HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['backslashes', 'GET /\\..\\x HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a tunnel', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', /^$/],
    ['a question to the server', 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', /^HTTP\/1\.1 40\d /],
    ['TRACE', `TRACE ${pathname} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`, /^HTTP\/1\.1 40\d /],
    ['an unknown method', `BREW ${pathname} HTTP/1.1\r\nHost: a\r\n\r\n`, /^HTTP\/1\.1 400 /],
    ['a long path', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['long headers', `GET ${pathname} HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    ['many headers', `GET ${pathname} HTTP/1.1\r\nHost: a\r\n${'X: y\r\n'.repeat(10_000)}\r\n`, /^HTTP\/1\.1 431 /],
    [
      'two lengths',
      `POST ${pathname} HTTP/1.1\r\nHost: a\r\n${FORM}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length that is none',
      `POST ${pathname} HTTP/1.1\r\nHost: a\r\n${FORM}Content-Length: -1\r\n\r\n`,
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a megabyte',
      `POST ${pathname} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${FORM}Content-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`,
      /^HTTP\/1\.1 413 /,
    ],
  ]
  for (const [name, text, answer] of requests) {
    const said = await rig.raw(text)
    assert.match(said, answer, `${name}: ${said.slice(0, 60)}`)
  }
  assert.equal(rig.acked(), null)
  assert.equal((await press(link)).status, 200)
})

test('a body that breaks off acknowledges nothing', async (t) => {
  const rig = new PageRig(t)
  await rig.open()
  const link = rig.fails()
  const head = `POST ${new URL(link).pathname} HTTP/1.1\r\nHost: a\r\n${FORM}Content-Length: 100\r\n\r\nwho=ann`
  const socket = await rig.connected()
  socket.write(head)
  const stalled = await ended(socket)
  assert.match(stalled, /^(HTTP\/1\.1 408 .*)?$/s)
  const broken = await rig.connected()
  broken.write(head)
  broken.resetAndDestroy()
  await rig.raw(head)
  assert.equal(rig.acked(), null)
  assert.equal((await press(link)).status, 200)
})

test('whoever says nothing, or a letter now and then, or stays after an answer, is hung up on', async (t) => {
  const rig = new PageRig(t)
  await rig.open()
  const silent = await rig.connected()
  const slow = await rig.connected()
  const letters = [...`GET / HTTP/1.1\r\nHost: ${'a'.repeat(10_000)}`]
  const timer = setInterval(() => slow.write(letters.shift() ?? 'a'), 20)
  t.after(() => clearInterval(timer))
  const stays = await rig.connected()
  stays.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  const [nothing, slowly, answered] = await Promise.all([silent, slow, stays].map(ended))
  assert.match(nothing ?? '', /^(HTTP\/1\.1 408 .*)?$/s)
  assert.match(slowly ?? '', /^(HTTP\/1\.1 408 .*)?$/s)
  assert.match(answered ?? '', /^HTTP\/1\.1 404 /)
})

test('a flood of connections gets no further than its limit, and ends; then the page is there again', async (t) => {
  const rig = new PageRig(t)
  const patience = { ...QUICK, headers: milliseconds(1500), request: seconds(3) }
  await rig.open('127.0.0.1', 0, patience)
  const link = rig.fails()
  const flood = await Promise.all(Array.from({ length: CONNECTIONS_MOST }, () => rig.connected()))
  const more: Socket[] = await Promise.all(Array.from({ length: 20 }, () => rig.connected()))
  await Promise.all(more.map((socket) => (socket.closed ? null : once(socket, 'close'))))
  assert.equal(flood.filter(({ closed }) => !closed).length, CONNECTIONS_MOST)
  await Promise.all(flood.map(ended))
  assert.equal((await press(link)).status, 200)
})

test('requests that come in one piece are answered in order, and not without end', async (t) => {
  const rig = new PageRig(t)
  await rig.open()
  const { pathname } = new URL(rig.fails())
  const said = await rig.raw(`GET ${pathname} HTTP/1.1\r\nHost: a\r\n\r\n`.repeat(200))
  const answers = said.match(/^HTTP\/1\.1 \d+/gm) ?? []
  assert.ok(answers.length >= 1 && answers.filter((one) => one.endsWith('200')).length <= 20, String(answers.length))
  assert.equal((await fetch(`http://127.0.0.1:${rig.port}${pathname}`)).status, 200)
})

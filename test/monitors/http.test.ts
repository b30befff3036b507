import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import type { HttpOptions } from '../../monitors/http.ts'
import { http } from '../../monitors/http.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import type { Behaviour } from './peers.ts'
import { answering, certPath, context, page, peer, replying, tlsPeer } from './peers.ts'

const local = [host('127.0.0.1')]
const MD5_OF_HELLO = '5d41402abc4b2a76b9719d911017c592'
const SHA256_OF_HELLO = createHash('sha256').update('hello').digest('hex')
const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n'
const MD5_OF_CHUNKS = createHash('md5').update('2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n').digest('hex')

async function check(port: number, options: HttpOptions): Promise<HostResult> {
  const [result] = (await http.check(local, { port, ...options }, context)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: HostResult): string | null => (result.kind === 'up' ? null : result.code)

/** A server with a few pages that answers by path. */
const site = replying((request) => {
  const [, path = ''] = /^\w+ (\S+)/.exec(request) ?? []
  if (path === '/hello') return page('hello')
  if (path === '/chunks') return CHUNKED
  if (path === '/busy') return page('come back later', 'HTTP/1.1 503 Service Unavailable')
  if (path === '/private') return page('', 'HTTP/1.1 401 Unauthorized')
  if (path === '/echo') return page(request)
  if (path === '/there') return page('', 'HTTP/1.1 302 Found\r\nLocation: /hello')
  if (path === '/loop') return page('', 'HTTP/1.1 302 Found\r\nLocation: http://elsewhere.example/loop')
  return page('no', 'HTTP/1.1 404 Not Found')
})

const vectors: { name: string; options: HttpOptions; code: string | null; text: RegExp }[] = [
  { name: 'a page that answers is up', options: { url: ['/hello'] }, code: null, text: /^answered 200 for \/hello$/ },
  {
    name: 'a status that is not expected is down, and both are told',
    options: { url: ['/busy'] },
    code: 'wrong-status',
    text: /^answered 503 \(Service Unavailable\) where 200-399 was expected, asked for \/busy$/,
  },
  {
    name: 'an unusual status may be expected',
    options: { url: ['/busy'], status: '200,503' },
    code: null,
    text: /503/,
  },
  {
    name: 'each page may expect a status of its own',
    options: { url: ['/hello', '/private status:401'] },
    code: null,
    text: /all 2 pages/,
  },
  {
    name: 'the first page that is wrong decides',
    options: { url: ['/hello', '/gone', '/busy'] },
    code: 'wrong-status',
    text: /asked for \/gone$/,
  },
  { name: 'an MD5 digest is compared', options: { url: ['/hello'], digest: MD5_OF_HELLO }, code: null, text: /200/ },
  {
    name: 'a digest may belong to one page',
    options: { url: ['/echo', `/hello sha256:${SHA256_OF_HELLO}`] },
    code: null,
    text: /all 2 pages/,
  },
  {
    name: 'a page that has changed is down, and its digest and beginning are told',
    options: { url: ['/hello'], digest: MD5_OF_CHUNKS },
    code: 'wrong-digest',
    text: /^has a page with the md5 digest 5d41402abc4b2a76b9719d911017c592 where .* \(5 bytes, beginning "hello"\), asked for \/hello$/,
  },
  {
    name: 'the digest of a chunked page may be that of its content',
    options: { url: ['/chunks'], digest: MD5_OF_HELLO },
    code: null,
    text: /200/,
  },
  {
    name: 'the digest of a chunked page may be what genhash prints',
    options: { url: ['/chunks'], digest: MD5_OF_CHUNKS },
    code: null,
    text: /200/,
  },
  {
    name: 'a pattern is looked for in the body',
    options: { url: ['/hello'], regex: '^h.l+o$' },
    code: null,
    text: /200/,
  },
  {
    name: 'capitals may not matter',
    options: { url: ['/hello'], regex: 'HELLO', ignoreCase: true },
    code: null,
    text: /200/,
  },
  {
    name: 'a pattern that is not found is down',
    options: { url: ['/hello'], regex: 'bye' },
    code: 'no-match',
    text: /^has a page without \/bye\/ \(5 bytes, beginning "hello"\), asked for \/hello$/,
  },
  {
    name: "http.monitor's -m looks at the headers too, and any status will do",
    options: { url: ['/busy'], match: '503 Serv.*later' },
    code: null,
    text: /503/,
  },
  {
    name: "http.monitor's -m fails where nothing is found",
    options: { url: ['/hello'], match: 'bye' },
    code: 'no-match',
    text: /an answer without \/bye\//,
  },
  { name: 'a redirect is an answer by itself', options: { url: ['/there'] }, code: null, text: /^answered 302/ },
  {
    name: 'a redirect is followed where asked',
    options: { url: ['/there'], follow: 1, digest: MD5_OF_HELLO },
    code: null,
    text: /^answered 200/,
  },
  {
    name: 'a loop of redirects ends, and the connection never leaves the host',
    options: { url: ['/loop'], follow: 3 },
    code: 'too-many-redirects',
    text: /^redirects once more after the 3 that --follow allows, to elsewhere\.example\/loop, asked for \/loop after 3 redirects$/,
  },
  {
    name: 'the request says what it is told to say',
    options: {
      url: ['http://www.example.com/echo'],
      http: '1.0',
      method: 'POST',
      body: 'a=b',
      userAgent: 'me',
      header: ['X-Probe: yes', 'accept: text/plain'],
      regex:
        '^POST /echo HTTP/1\\.0\r\nHost: www\\.example\\.com\r\nUser-Agent: me\r\naccept: text/plain\r\nConnection: close\r\nX-Probe: yes\r\nContent-Length: 3\r\n\r\na=b$',
    },
    code: null,
    text: /200/,
  },
  {
    name: 'no compression is asked for',
    options: { url: ['/echo'], regex: 'accept-encoding', ignoreCase: true },
    code: 'no-match',
    text: /without/,
  },
  {
    name: 'a Host header may be set',
    options: { url: ['/echo'], hostHeader: 'a.example', regex: 'Host: a\\.example\r\n' },
    code: null,
    text: /200/,
  },
]
for (const { name, options, code, text } of vectors) {
  test(name, async (t) => {
    const result = await check(await peer(t, site), options)
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

/** Writes for as long as anybody listens. */
const flooding =
  (head: string, piece: Buffer): Behaviour =>
  (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.write(head)
    socket.on('drain', pour)
    pour()
  }
/** A byte every few milliseconds: never silent, never done. */
const dripping: Behaviour = (socket: Socket) => {
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n')
  const timer = setInterval(() => socket.write('x'), 5)
  socket.on('close', () => clearInterval(timer))
}
const megabyte = Buffer.alloc(1 << 20, 'x')

const adversaries: { name: string; behaviour: Behaviour; options?: HttpOptions; code: string | null; text: RegExp }[] =
  [
    {
      name: 'a server that drips is down at its deadline',
      behaviour: dripping,
      options: { timeout: 0.3 },
      code: 'timed-out',
      text: /^sent only \d+ bytes and no complete answer within 300 ms, asked for \/$/,
    },
    {
      name: 'a server that says nothing is down at its deadline',
      behaviour: () => undefined,
      options: { timeout: 0.3 },
      code: 'timed-out',
      text: /^did not answer within 300 ms/,
    },
    {
      name: 'a page without end is up where nobody compares it',
      behaviour: flooding('HTTP/1.1 200 OK\r\n\r\n', megabyte),
      code: null,
      text: /200/,
    },
    {
      name: 'a page without end is down where it is to be compared',
      behaviour: flooding('HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n', megabyte),
      options: { digest: MD5_OF_HELLO },
      code: 'body-too-large',
      text: /^has a page of more than 1048576 bytes, which is too large to compare; raise --max-body/,
    },
    {
      name: 'headers without end are down',
      behaviour: flooding('HTTP/1.1 200 OK\r\n', Buffer.from('A: b\r\n'.repeat(9999))),
      code: 'head-too-large',
      text: /65536/,
    },
    {
      name: 'interim answers without end are down',
      behaviour: flooding('', Buffer.from('HTTP/1.1 100 Continue\r\n\r\n'.repeat(99))),
      code: 'too-many-interim',
      text: /1xx/,
    },
    {
      name: 'a server that closes before the length it announced is down',
      behaviour: answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello'),
      code: 'closed-early',
      text: /^closed the connection after 5 of the 100 bytes it had announced, asked for \/$/,
    },
    {
      name: 'what comes behind the announced length is not looked at',
      behaviour: answering('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello world'),
      options: { digest: MD5_OF_HELLO },
      code: null,
      text: /200/,
    },
    {
      name: 'a server that keeps the connection open has answered all the same',
      behaviour: (socket) => socket.write(page('hello')),
      options: { digest: MD5_OF_HELLO },
      code: null,
      text: /200/,
    },
    {
      name: 'a server that closes without a word is down',
      behaviour: (socket) => socket.end(),
      code: 'no-answer',
      text: /^closed the connection without an answer/,
    },
    {
      name: 'a server that resets is down',
      behaviour: (socket) => socket.once('data', () => socket.resetAndDestroy()),
      code: 'reset',
      text: /^reset the connection instead of answering/,
    },
    {
      name: 'garbage is quoted without what could hurt a terminal',
      behaviour: answering('\x1b[2Jboo\r\n'),
      code: 'not-http',
      text: /^answered with something other than HTTP: "\?\[2Jboo"/,
    },
    {
      name: 'a pattern that would take for ever is stopped',
      behaviour: answering(page(`${'a'.repeat(50)}b`)),
      options: { regex: '^(a+)+$' },
      code: 'regex-too-slow',
      text: /takes too long; write one without nested repetition/,
    },
  ]
for (const { name, behaviour, options, code, text } of adversaries) {
  test(name, async (t) => {
    const result = await check(await peer(t, behaviour), options ?? {})
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

const secured: { name: string; options: HttpOptions; code: string | null; text: RegExp }[] = [
  { name: 'TLS is spoken without verifying, unless asked', options: { tls: true }, code: null, text: /200/ },
  { name: 'an https URL means TLS', options: { url: ['https://a.example/'] }, code: null, text: /200/ },
  {
    name: 'verifying finds an authority that nobody knows',
    options: { url: ['https://a.example/'], verify: true },
    code: 'unknown-issuer',
    text: /issuer is not known here/,
  },
  {
    name: 'verifying finds a good certificate good',
    options: { url: ['https://a.example/'], verify: true, ca: certPath('root.pem') },
    code: null,
    text: /200/,
  },
  {
    name: 'verifying finds the wrong name',
    options: { tls: true, servername: 'b.example', verify: true, ca: certPath('root.pem') },
    code: 'wrong-name',
    text: /not for b\.example/,
  },
]
for (const { name, options, code, text } of secured) {
  test(name, async (t) => {
    const result = await check(await tlsPeer(t, 'good.pem', answering(page('hello'))), options)
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

test('a server that falls silent after the TLS handshake is down at its deadline', async (t) => {
  const result = await check(await tlsPeer(t, 'good.pem', () => undefined), { tls: true, timeout: 0.3 })
  assert.equal(codeOf(result), 'timed-out')
})

test('a TLS server that closes rudely has still sent its page', async (t) => {
  const rude: Behaviour = (socket) =>
    socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\nhello', () => socket.destroy()))
  const result = await check(await tlsPeer(t, 'good.pem', rude), { tls: true, digest: MD5_OF_HELLO })
  assert.equal(codeOf(result), null)
})

test('a TLS server that wants a certificate of ours is told as such', async (t) => {
  const demand = { requestCert: true, rejectUnauthorized: true }
  const result = await check(await tlsPeer(t, 'good.pem', answering(page('hello')), demand), { tls: true })
  assert.equal(codeOf(result), 'handshake-failed')
  assert.match(result.text, /^broke off TLS: .*certificate required/)
})

test('the times of a host are told in order', async (t) => {
  const { timings } = await check(await peer(t, site), { url: ['/hello'] })
  assert(timings.connect !== null && timings.firstByte !== null)
  assert(timings.connect <= timings.firstByte && timings.firstByte <= timings.total)
})

const validate = addFormats.default(new Ajv({ strict: false })).compile(http.schema)
const words: { options: unknown; good: boolean }[] = [
  { options: { url: ['/a', `https://a.example/b?c ${MD5_OF_HELLO} status:200-299,401`] }, good: true },
  { options: { url: ['/a md5:zz'] }, good: false },
  { options: { url: ['a'] }, good: false },
  { options: { url: ['/a\nX: y'] }, good: false },
  { options: { status: '200-299, 301' }, good: true },
  { options: { status: '2xx' }, good: false },
  { options: { header: ['Authorization: Basic abc'] }, good: true },
  { options: { header: ['A: b\r\nC: d'] }, good: false },
  { options: { userAgent: 'a\r\nb' }, good: false },
  { options: { hostHeader: 'a\r\nb' }, good: false },
  { options: { digest: MD5_OF_HELLO.slice(1) }, good: false },
  { options: { regex: '(' }, good: false },
  { options: { source: '::1' }, good: true },
  { options: { source: '10.0.0.300' }, good: false },
  { options: { timeout: 0 }, good: false },
]
for (const { options, good } of words) {
  test(`the options ${JSON.stringify(options)} are ${good ? 'taken' : 'refused'}`, () =>
    assert.equal(validate(options), good))
}

test('options that the schema would have refused make hosts unknown instead of throwing', async () => {
  for (const options of [{ url: ['nonsense'] }, { regex: '(' }, { url: ['http://a:99999/'] }]) {
    const result = await check(1, options)
    assert.equal(result.kind === 'unknown' && result.code, 'bad-option')
  }
})

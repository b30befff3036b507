/** keepalived's HTTP_GET and SSL_GET: the bytes of the request, the verdict on a page, and servers that mean no good. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { httpGet } from '../../monitors/http-get.ts'
import type { GetOptions } from '../../src/edge/http/get-options.ts'
import { host } from '../../src/model/names.ts'
import type { CheckResult, HostResult } from '../../src/model/result.ts'
import { faultsOf } from '../../src/parse/option-faults.ts'
import { needs } from '../needs.ts'
import { optionsOf } from './options-of.ts'
import type { Behaviour } from './peers.ts'
import { answering, certPath, context, page, peer, replying, tlsPeer } from './peers.ts'

const run = (port: number, options: GetOptions, hosts = ['127.0.0.1']): Promise<CheckResult> =>
  httpGet.check(hosts.map(host), { port, ...options }, context)
async function check(port: number, options: GetOptions): Promise<HostResult> {
  const [result] = (await run(port, options)).hosts
  assert(result !== undefined)
  return result
}
const codeOf = (result: HostResult): string => (result.kind === 'up' ? 'up' : `${result.kind} ${result.code}`)
const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
const path = (at: string, rest: object = {}) => ({ url: [{ path: at, ...rest }] })

const requests: { name: string; options: GetOptions; at?: string; bytes: (port: number) => string }[] = [
  {
    name: 'without a word: HTTP/1.0, address and port',
    options: {},
    bytes: (port) => `GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  },
  {
    name: '1.0C closes',
    options: { ...path('/a'), http: '1.0C' },
    bytes: (port) =>
      `GET /a HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
  },
  {
    name: '1.1 closes as well, and a virtual host has no port',
    options: { ...path('/a'), http: '1.1', virtualhost: 'a.example' },
    bytes: () => 'GET /a HTTP/1.1\r\nUser-Agent: KeepAliveClient\r\nConnection: close\r\nHost: a.example\r\n\r\n',
  },
  {
    name: "a page's own virtual host counts, and its path is sent as it stands",
    options: { ...path('/ü b#c?d=%7e', { virtualhost: 'b.example' }), virtualhost: 'a.example' },
    bytes: () => 'GET /ü b#c?d=%7e HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: b.example\r\n\r\n',
  },
  {
    name: 'an IPv6 address stands in brackets',
    options: {},
    at: '::1',
    bytes: (port) => `GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: [::1]:${port}\r\n\r\n`,
  },
  {
    name: 'the address that is asked instead of the host is the one in the request',
    options: { connectIp: '127.0.0.9' },
    bytes: (port) => `GET / HTTP/1.0\r\nUser-Agent: KeepAliveClient\r\nHost: 127.0.0.9:${port}\r\n\r\n`,
  },
]
for (const { name, options, at = '127.0.0.1', bytes } of requests) {
  test(`the request is keepalived's: ${name}`, async (t) => {
    const heard: string[] = []
    const listener: Behaviour = (socket) =>
      socket.once('data', (sent) => {
        heard.push(sent.toString())
        socket.end(page('x'))
      })
    const port = await peer(t, listener, at === '::1' ? at : '0.0.0.0')
    const { detail, hosts } = await run(port, options, [at])
    assert.equal(detail, '')
    assert.equal(hosts[0]?.host, at)
    assert.deepEqual(heard, [bytes(port)])
  })
}

test('genhash sends the same bytes as http-get does, whatever it is told', needs('keepalived'), async (t) => {
  const heard: string[] = []
  const port = await peer(
    t,
    replying((request) => {
      heard.push(request)
      return page('x')
    }),
  )
  const forms: [string[], GetOptions][] = [
    [[], {}],
    [['-P', '1.0c'], { http: '1.0C' }],
    [['-P', '1.1'], { http: '1.1' }],
    [['-V', 'a.example', '-P', '1.1'], { virtualhost: 'a.example', http: '1.1' }],
  ]
  for (const [args, options] of forms) {
    await promisify(execFile)('genhash', ['-s', '127.0.0.1', '-p', `${port}`, '-u', '/a?b', ...args])
    await run(port, { ...path('/a?b'), ...options })
    const [theirs, ours] = heard.splice(0)
    assert.equal(ours, theirs)
  }
})

/** The guide's own page, whose digest it prints; 2.2.7 wants its status as well. */
const guide =
  '<HTML><HEAD><TITLE>Unauthorized</TITLE></HEAD>\r\n<BODY>This document is protected.  You must send\r\nthe proper authorization information to access it.</BODY></HTML>\r\n'
const CHUNKS = '6\r\nhello \r\n3\r\nabc\r\n0\r\n\r\n'
const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`
const site = replying((request) => {
  const [, at = ''] = /^\w+ (\S+)/.exec(request) ?? []
  if (at === '/test') return page('hello /test\n')
  if (at === '/chunks') return chunked
  if (at === '/private') return page(guide, 'HTTP/1.0 401 Unauthorized')
  if (at === '/there') return page('', 'HTTP/1.1 302 Found\r\nLocation: /test')
  if (at === '/503') return page('later', 'HTTP/1.1 503 Service Unavailable')
  return page('no', 'HTTP/1.1 404 Not Found')
})
const HELLO = 'b93c79708e56fa083317d0b89858fbfc'
const GUIDE = 'ec90a42b99ea9a2f5ecbe213ac9eba03'

const vectors: { name: string; options: GetOptions; code: string; text: RegExp }[] = [
  { name: 'a page that answers 200', options: path('/test'), code: 'up', text: /^answered 200 for \/test$/ },
  { name: 'a page that is not there', options: path('/'), code: 'down wrong-status', text: /^answered 404 .*200-299/ },
  { name: 'a redirect is not followed', options: path('/there'), code: 'down wrong-status', text: /^answered 302/ },
  {
    name: 'status codes are exactly those listed',
    options: path('/503', { statusCodes: '200 302 500-503' }),
    code: 'up',
    text: /503/,
  },
  {
    name: 'a code between',
    options: path('/', { statusCodes: '200 302 500-503' }),
    code: 'down wrong-status',
    text: /404/,
  },
  { name: 'the digest of a page', options: path('/test', { digest: HELLO }), code: 'up', text: /200/ },
  {
    name: 'the digest of chunks is with their framing',
    options: path('/chunks', { digest: 'dce43386afedacd244009c4b2548ff0d' }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'the digest of chunks is not that of their content',
    options: path('/chunks', { digest: md5('hello abc') }),
    code: 'down wrong-digest',
    text: /dce43386afedacd244009c4b2548ff0d/,
  },
  {
    name: 'a digest that is right does not excuse a status',
    options: path('/private', { digest: GUIDE }),
    code: 'down wrong-status',
    text: /^answered 401/,
  },
  {
    name: 'a digest and its status',
    options: path('/private', { digest: GUIDE, statusCodes: '401' }),
    code: 'up',
    text: /401/,
  },
  {
    name: 'a wrong digest is told with the right one, the status and the beginning',
    options: path('/test', { digest: GUIDE }),
    code: 'down wrong-digest',
    text: /^has a page with the MD5 digest b93c79708e56fa083317d0b89858fbfc where ec90a42b99ea9a2f5ecbe213ac9eba03 was expected \(status 200, 12 bytes, beginning "hello \/test"\), asked for \/test$/,
  },
  { name: 'a pattern', options: path('/test', { regex: { pattern: '^hello\\s/t.st$' } }), code: 'up', text: /200/ },
  {
    name: 'a pattern in capitals',
    options: path('/test', { regex: { pattern: 'HELLO', options: ['caseless'] } }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'a pattern that is not there',
    options: path('/test', { regex: { pattern: 'bye' } }),
    code: 'down no-match',
    text: /^has a page without \/bye\/ \(12 bytes/,
  },
  {
    name: 'a pattern that must not be there, and is not',
    options: path('/test', { regex: { pattern: 'bye', noMatch: true } }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'a pattern that must not be there, and is',
    options: path('/test', { regex: { pattern: '/t', noMatch: true } }),
    code: 'down match',
    text: /^has a page with \/\/t\/ at byte 6, which must not be there/,
  },
  {
    name: 'a pattern from some byte on',
    options: path('/test', { regex: { pattern: 'e', minOffset: 2, maxOffset: 8 } }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'a pattern beyond its last byte',
    options: path('/test', { regex: { pattern: 'e', minOffset: 2, maxOffset: 7 } }),
    code: 'down no-match',
    text: /without/,
  },
  {
    name: 'a pattern sees the chunks as they are sent, as keepalived does',
    options: path('/chunks', { regex: { pattern: 'hello \\r\\n3' } }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'a pattern that JavaScript has not is nobody’s fault but ours',
    options: path('/test', { regex: { pattern: 'a++' } }),
    code: 'unknown bad-option',
    text: /^could not be checked: the pattern a\+\+: .*possessive/,
  },
  {
    name: 'all pages are asked for',
    options: { url: [{ path: '/test' }, { path: '/503', statusCodes: '503' }, '/there status:302'] },
    code: 'up',
    text: /^has all 3 pages$/,
  },
  {
    name: 'the first page that is wrong decides',
    options: { url: [{ path: '/test' }, { path: '/503' }, { path: '/there' }] },
    code: 'down wrong-status',
    text: /asked for \/503$/,
  },
]
for (const { name, options, code, text } of vectors) {
  test(`verdict: ${name}`, async (t) => {
    const result = await check(await peer(t, site), options)
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

const flooding =
  (head: string, piece: string | Buffer): Behaviour =>
  (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
    }
    socket.write(head)
    socket.on('drain', pour)
    pour()
  }
const dripping =
  (head: string): Behaviour =>
  (socket: Socket) => {
    socket.write(head)
    const timer = setInterval(() => socket.write('x'), 5)
    socket.on('close', () => clearInterval(timer))
  }
const megabyte = Buffer.alloc(1 << 20, 'x')
const OK = 'HTTP/1.1 200 OK\r\n'

const adversaries: { name: string; behaviour: Behaviour; options?: GetOptions; code: string; text: RegExp }[] = [
  {
    name: 'a page that drips and never ends, where nobody even compares it',
    behaviour: dripping(`${OK}\r\n`),
    options: { timeout: 0.3 },
    code: 'down timed-out',
    text: /^sent only \d+ bytes and no complete answer within 300 ms/,
  },
  {
    name: 'a header that drips',
    behaviour: dripping(OK),
    options: { timeout: 0.3 },
    code: 'down timed-out',
    text: /300 ms/,
  },
  { name: 'silence', behaviour: () => undefined, options: { timeout: 0.3 }, code: 'down timed-out', text: /^did not/ },
  {
    name: 'a page without end',
    behaviour: flooding(`${OK}\r\n`, megabyte),
    options: { timeout: 0.3 },
    code: 'down timed-out',
    text: /no complete answer/,
  },
  {
    name: 'a header without end',
    behaviour: flooding(OK, 'A: b\r\n'.repeat(9999)),
    code: 'down head-too-large',
    text: /65536/,
  },
  {
    name: 'a line of a megabyte',
    behaviour: flooding('HTTP/1.1 200 ', megabyte),
    code: 'down head-too-large',
    text: /65536/,
  },
  {
    name: 'interim answers without end',
    behaviour: flooding('', 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(99)),
    code: 'down too-many-interim',
    text: /1xx/,
  },
  {
    name: 'a reset',
    behaviour: (socket) => socket.once('data', () => socket.resetAndDestroy()),
    code: 'down reset',
    text: /^reset the connection instead of answering/,
  },
  { name: 'no answer', behaviour: (socket) => socket.end(), code: 'down no-answer', text: /without an answer/ },
  {
    name: 'no header',
    behaviour: answering('\x1b[2Jboo\r\n\r\n'),
    code: 'down not-http',
    text: /^answered with something other than HTTP: "\?\[2Jboo/,
  },
  {
    name: 'a whole page on a connection that stays open',
    behaviour: (socket) => socket.write(page('hello')),
    options: path('/', { digest: md5('hello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'chunks on a connection that stays open',
    behaviour: (socket) => socket.write(chunked),
    options: path('/', { digest: md5(CHUNKS) }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'more than was announced',
    behaviour: answering(`${OK}Content-Length: 5\r\n\r\nhello world`),
    options: path('/', { digest: md5('hello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'less than was announced is let pass, as keepalived does',
    behaviour: answering(`${OK}Content-Length: 50\r\n\r\nhello`),
    options: path('/', { digest: md5('hello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'chunks that are none are a page up to its end',
    behaviour: answering(`${OK}Transfer-Encoding: chunked\r\n\r\nfive\r\nhello`),
    options: path('/', { digest: md5('five\r\nhello') }),
    code: 'up',
    text: /200/,
  },
  {
    name: 'a pattern that would take for ever',
    behaviour: answering(page(`${'a'.repeat(50)}b`)),
    options: path('/', { regex: { pattern: '^(a+)+$' } }),
    code: 'down regex-too-slow',
    text: /takes too long; write one without nested repetition/,
  },
  {
    name: 'plain HTTP where TLS is expected',
    behaviour: answering(page('hello')),
    options: { tls: true },
    code: 'down not-tls',
    text: /^speaks something other than TLS/,
  },
]
for (const { name, behaviour, options, code, text } of adversaries) {
  test(`hostile: ${name}`, async (t) => {
    const result = await check(await peer(t, behaviour), options ?? {})
    assert.match(result.text, text)
    assert.equal(codeOf(result), code)
  })
}

test('a page shorter than it was announced is a warning', async (t) => {
  const port = await peer(t, answering(`${OK}Content-Length: 50\r\n\r\nhello`))
  const { warnings, exit } = await run(port, {})
  assert.equal(exit, 0)
  assert.deepEqual(warnings, ['127.0.0.1 closed the connection after 5 of the 50 bytes it had announced, asked for /'])
})

test('a page of many megabytes has a digest, and no more of it is kept than is shown', async (t) => {
  const size = 40
  const port = await peer(t, (socket) =>
    socket.once('data', async () => {
      socket.write(`${OK}\r\n`)
      for (let sent = 0; sent < size; sent++) {
        if (!socket.write(megabyte)) await new Promise((drained) => socket.once('drain', drained))
      }
      socket.end()
    }),
  )
  const digest = createHash('md5')
  for (let at = 0; at < size; at++) digest.update(megabyte)
  const before = process.memoryUsage().arrayBuffers
  const result = await check(port, { ...path('/', { digest: digest.digest('hex') }), timeout: 20 })
  assert.equal(codeOf(result), 'up')
  assert(process.memoryUsage().arrayBuffers - before < (size / 2) * megabyte.length)
})

const odd: { name: string; reply: string }[] = [
  { name: 'less than was announced', reply: `${OK}Content-Length: 50\r\n\r\nhello` },
  { name: 'more than was announced', reply: `${OK}Content-Length: 5\r\n\r\nhello world` },
  { name: 'no length', reply: `${OK}\r\nhello\r\n\r\nworld` },
  { name: 'chunks', reply: chunked },
  { name: 'chunks with trailers', reply: `${OK}Transfer-Encoding: chunked\r\n\r\n1;a=b\r\nx\r\n0\r\nT: u\r\n\r\n` },
  { name: 'chunks that are none', reply: `${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello` },
  { name: 'nothing', reply: `${OK}Content-Length: 0\r\n\r\n` },
  { name: 'an error', reply: 'HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\n500' },
]
for (const { name, reply } of odd) {
  test(`the digest is genhash's where a server sends ${name}`, needs('keepalived'), async (t) => {
    const port = await peer(t, answering(reply))
    const { stdout } = await promisify(execFile)('genhash', ['-s', '127.0.0.1', '-p', `${port}`, '-u', '/'])
    const result = await check(port, path('/', { digest: stdout.trim(), statusCodes: '100-599' }))
    assert.equal(codeOf(result), 'up', result.text)
  })
}

test('SSL_GET speaks TLS and verifies nobody, and asks for a name only where told to', async (t) => {
  const names: unknown[] = []
  const port = await tlsPeer(t, 'expired.pem', answering(page('hello')), {
    SNICallback: (name, done) => {
      names.push(name)
      done(null)
    },
  })
  assert.equal(codeOf(await check(port, { tls: true, virtualhost: 'a.example' })), 'up')
  assert.deepEqual(names, [])
  assert.equal(codeOf(await check(port, { tls: true, sni: 'b.example' })), 'up')
  assert.deepEqual(names, ['b.example'])
  const none = { tls: true, sni: 'b.example', url: [{ path: '/', sni: null }] }
  assert.equal(codeOf(await check(port, none)), 'up')
  assert.equal(names.length, 1)
})

test('verifying is possible, for the name asked for or the virtual host', async (t) => {
  const port = await tlsPeer(t, 'good.pem', answering(page('hello')))
  const verify = { tls: true, verify: true, ca: certPath('root.pem') }
  assert.equal(codeOf(await check(port, { ...verify, virtualhost: 'a.example:443' })), 'up')
  assert.equal(codeOf(await check(port, { ...verify, sni: 'other.example' })), 'down wrong-name')
})

test('a certificate of ours is shown to a server that asks for one', async (t) => {
  const port = await tlsPeer(t, 'good.pem', answering(page('hello')), { requestCert: true, rejectUnauthorized: false })
  const own = { tls: true, certificate: certPath('good.pem'), key: certPath('key.pem') }
  assert.equal(codeOf(await check(port, own)), 'up')
  const wrong = await check(port, { ...own, key: certPath('root.pem') })
  assert.equal(codeOf(wrong), 'unknown certificate-unreadable')
  assert.match(wrong.text, /the key .*root\.pem of the certificate .*good\.pem cannot be used/)
  assert.match((await check(port, { ...own, certificate: '/nonexistent' })).text, /ENOENT/)
})

test('a server that wants a certificate and gets none says so', async (t) => {
  const port = await tlsPeer(t, 'good.pem', answering(page('hello')), { requestCert: true, rejectUnauthorized: true })
  const result = await check(port, { tls: true })
  assert.equal(codeOf(result), 'down handshake-failed')
})

/** Sends a page whose end is that of the connection, and ends that without a word of TLS. */
const rude: Behaviour = (socket) =>
  socket.once('data', () => socket.write('HTTP/1.0 200 OK\r\n\r\nhello', () => socket.destroy()))
const polite = answering('HTTP/1.0 200 OK\r\n\r\nhello')

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const only = { minVersion: version, maxVersion: version }
  test(`${version}: where TLS is cut off, that counts as the end of the page, or as a failure with tlsCompliant`, async (t) => {
    const cut = await tlsPeer(t, 'good.pem', rude, only)
    const digest = path('/', { digest: md5('hello') })
    assert.equal(codeOf(await check(cut, { ...digest, tls: true })), 'up')
    const result = await check(cut, { ...digest, tls: true, tlsCompliant: true })
    assert.equal(codeOf(result), 'down no-close-notify')
    assert.match(result.text, /^ended the connection after 24 bytes without saying so in TLS \(no close_notify\)/)
    const whole = await tlsPeer(t, 'good.pem', polite, only)
    assert.equal(codeOf(await check(whole, { ...digest, tls: true, tlsCompliant: true })), 'up')
  })
}

test('large pages pass through the watch for close_notify, and silence in it still ends in time', async (t) => {
  const body = 'x'.repeat(5_000_000)
  const port = await tlsPeer(t, 'good.pem', answering(`HTTP/1.0 200 OK\r\n\r\n${body}`))
  assert.equal(codeOf(await check(port, { ...path('/', { digest: md5(body) }), tls: true, tlsCompliant: true })), 'up')
  const silent = await tlsPeer(t, 'good.pem', () => undefined)
  assert.equal(codeOf(await check(silent, { tls: true, tlsCompliant: true, timeout: 0.3 })), 'down timed-out')
  const deaf = await peer(t, () => undefined)
  assert.equal(codeOf(await check(deaf, { tls: true, tlsCompliant: true, timeout: 0.3 })), 'down timed-out')
})

test('an operator of mon.cf writes it with flags', () => {
  const options = optionsOf(
    httpGet,
    '-p 8080 -S -V a.example -P 1.1 --sni a.example -u "/a status:200,401" --url /b --mark 7',
  )
  assert.deepEqual(options, {
    port: 8080,
    tls: true,
    virtualhost: 'a.example',
    http: '1.1',
    sni: 'a.example',
    url: ['/a status:200,401', '/b'],
    mark: 7,
  })
})

const blocks: { name: string; url: unknown; good: boolean }[] = [
  { name: 'a path', url: { path: '/' }, good: true },
  {
    name: 'everything that a url block may say',
    url: {
      path: '/a b?c',
      digest: GUIDE,
      statusCodes: '200 302 500-503',
      virtualhost: 'a.example',
      sni: null,
      regex: { pattern: 'a', options: ['caseless'], noMatch: true, minOffset: 1, maxOffset: 2 },
    },
    good: true,
  },
  { name: 'no path', url: { digest: GUIDE }, good: false },
  { name: 'a path of two lines', url: { path: '/ HTTP/1.0\r\nX: y' }, good: false },
  { name: 'half a digest', url: { path: '/', digest: 'abc' }, good: false },
  { name: 'another word', url: { path: '/', colour: 'red' }, good: false },
]
for (const { name, url, good } of blocks) {
  test(`the schema of a url block: ${name}`, () => {
    const given = { port: 80, url: [url] }
    const found = faultsOf(httpGet, given)
    assert.equal(found.faults.length === 0, good, JSON.stringify(found.faults))
    if (good) assert.deepEqual(found.filled, given)
  })
}

/** keepalived's HTTP_GET and SSL_GET: the bytes of the request, and the verdict on a page. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { httpGet } from '../../monitors/http-get.ts'
import type { GetOptions } from '../../src/edge/http/get-options.ts'
import { faultsOf } from '../../src/parse/option-faults.ts'
import { needs } from '../needs.ts'
import { check, chunked, codeOf, md5, path, run } from './ask-http-get.ts'
import { optionsOf } from './options-of.ts'
import type { Behaviour } from './peers.ts'
import { page, peer, replying } from './peers.ts'

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

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseDigest, parseLocation, parsePage } from '../../src/wire/http/page.ts'
import type { HttpHead } from '../../src/wire/http/request.ts'
import {
  encodeRequest,
  encodeTarget,
  headerOf,
  hostHeader,
  parseHead,
  parseStatusList,
  statusExpected,
} from '../../src/wire/http/request.ts'
import { firstStep, redirectStep } from '../../src/wire/http/steps.ts'

const MD5 = 'b93c79708e56fa083317d0b89858fbfc'
const SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

test('a request is the bytes that RFC 9112 asks for', () => {
  const request = encodeRequest({
    method: 'POST',
    target: '/ä b',
    version: '1.1',
    headers: [
      ['Host', 'a'],
      ['User-Agent', 'x'],
      ['user-agent', 'y'],
    ],
    body: 'né',
  })
  assert.equal(
    request.toString(),
    'POST /%C3%A4%20b HTTP/1.1\r\nHost: a\r\nuser-agent: y\r\nContent-Length: 3\r\n\r\nné',
  )
})

test('no target and no header can break out of its line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (any) => {
      assert.match(encodeTarget(any), /^[\x21-\x7e]*$/)
      const header = headerOf(any)
      if (header !== null) assert.doesNotMatch(header.join(''), /[\r\n\0]/)
    }),
  )
})

test('a Host header has the port where it is not the standard one, and brackets around IPv6', () => {
  assert.equal(hostHeader('10.1.1.2', 80, false), '10.1.1.2')
  assert.equal(hostHeader('10.1.1.2', 443, true), '10.1.1.2')
  assert.equal(hostHeader('10.1.1.2', 443, false), '10.1.1.2:443')
  assert.equal(hostHeader('2001:db8::2', 8080, false), '[2001:db8::2]:8080')
})

const heads = [
  { head: 'HTTP/1.1 200 OK\r\nA: b', gives: { version: '1.1', status: 200, reason: 'OK', headers: [['a', 'b']] } },
  { head: 'HTTP/1.0 404', gives: { version: '1.0', status: 404, reason: '', headers: [] } },
  { head: 'HTTP/1.1 200 \x1b[31mred', gives: { version: '1.1', status: 200, reason: '?[31mred', headers: [] } },
  {
    head: 'HTTP/1.1 200 OK\r\nA: b\r\n c',
    gives: { version: '1.1', status: 200, reason: 'OK', headers: [['a', 'b c']] },
  },
  { head: 'ICY 200 OK', gives: null },
  { head: 'HTTP/1.1 20 OK', gives: null },
]
for (const { head, gives } of heads) {
  test(`the head ${JSON.stringify(head)} is read as it is meant`, () => assert.deepEqual(parseHead(head), gives))
}

test('a list of status codes is ranges and single codes', () => {
  const ranges = parseStatusList('200-299,301 404')
  assert(ranges !== null)
  const expected = [200, 250, 299, 301, 404].map((status) => statusExpected(status, ranges))
  assert.deepEqual(expected, [true, true, true, true, true])
  assert.deepEqual(
    [199, 300, 302, 403].map((status) => statusExpected(status, ranges)),
    [false, false, false, false],
  )
  for (const bad of ['', '20', '2xx', '600', '200-', '200;300']) assert.equal(parseStatusList(bad), null)
})

const pages = [
  { text: '/a?b=c#d', gives: { target: '/a?b=c', origin: null, statuses: null, digest: null } },
  {
    text: `/a ${MD5.toUpperCase()} status:200,401-403`,
    gives: {
      target: '/a',
      origin: null,
      statuses: [
        { from: 200, to: 200 },
        { from: 401, to: 403 },
      ],
      digest: { algorithm: 'md5', hex: MD5 },
    },
  },
  {
    text: `https://[2001:db8::1]:8443/%7e sha256:${SHA256}`,
    gives: {
      target: '/%7e',
      origin: { tls: true, host: '2001:db8::1', port: 8443 },
      statuses: null,
      digest: { algorithm: 'sha256', hex: SHA256 },
    },
  },
  {
    text: 'http://www.example.com',
    gives: { target: '/', origin: { tls: false, host: 'www.example.com', port: null }, statuses: null, digest: null },
  },
  { text: '/a md5:123', gives: null },
  { text: 'a', gives: null },
  { text: 'ftp://a/', gives: null },
  { text: 'http://a:99999/', gives: null },
  { text: '/a\r\nX: y', gives: null },
  { text: '', gives: null },
]
for (const { text, gives } of pages) {
  test(`the page ${JSON.stringify(text)} is ${gives === null ? 'refused' : 'understood'}`, () => {
    assert.deepEqual(parsePage(text), gives)
  })
}

test('a digest is told by its length', () => {
  assert.equal(parseDigest(MD5)?.algorithm, 'md5')
  assert.equal(parseDigest(`sha256:${SHA256}`)?.algorithm, 'sha256')
  assert.equal(parseDigest(`md5:${SHA256}`), null)
})

test('a redirect is read against the page it came from, and nothing it says throws', () => {
  assert.deepEqual(parseLocation('b', '/a/x?y'), { target: '/a/b', origin: null })
  assert.deepEqual(parseLocation('/b?c', '/a'), { target: '/b?c', origin: null })
  assert.equal(parseLocation('javascript:alert(1)', '/a'), null)
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.webPath(), (location, path) => void parseLocation(location, path)),
  )
})

const redirect = (status: number, location: string): HttpHead => ({
  version: '1.1',
  status,
  reason: '',
  headers: [['location', location]],
})
const page = parsePage('http://www.example.com/a')
assert(page !== null)

test('a URL names the page and the Host header, an option the port', () => {
  const step = firstStep(page, '10.1.1.2', { port: 8080 })
  assert.deepEqual(
    { ...step },
    {
      method: 'GET',
      target: '/a',
      tls: false,
      port: 8080,
      authority: 'www.example.com',
      name: 'www.example.com',
      redirects: 0,
    },
  )
})

test('a redirect stays on the port by which we came, unless it changes the scheme or names another', () => {
  const step = firstStep(page, '10.1.1.2', { port: 8080 })
  assert.equal(redirectStep(step, redirect(301, '/b'))?.port, 8080)
  assert.equal(redirectStep(step, redirect(301, 'http://other.example/b'))?.port, 8080)
  assert.equal(redirectStep(step, redirect(301, 'http://other.example:81/b'))?.port, 81)
  const secure = redirectStep(step, redirect(301, 'https://www.example.com/b'))
  assert.deepEqual([secure?.port, secure?.tls, secure?.authority], [443, true, 'www.example.com'])
  assert.equal(redirectStep(step, redirect(304, '/b')), null)
  assert.equal(redirectStep(step, redirect(200, '/b')), null)
})

test('a POST that is redirected becomes a GET, except where the reply forbids it', () => {
  const step = firstStep(page, '10.1.1.2', { method: 'POST' })
  const methods = [301, 302, 303, 307, 308].map((status) => redirectStep(step, redirect(status, '/b'))?.method)
  assert.deepEqual(methods, ['GET', 'GET', 'GET', 'POST', 'POST'])
})

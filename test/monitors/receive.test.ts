/** `receive` finds what Perl finds: in pages, in the answers of name servers, and in what is no text at all. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import { type DnsOptions, dns } from '../../monitors/dns.ts'
import { type HttpOptions, http } from '../../monitors/http.ts'
import { readReceive, receiveFault } from '../../src/edge/probe/receive.ts'
import { host } from '../../src/model/names.ts'
import { addressesAndNames, questionOf } from '../../src/wire/dns/reverse.ts'
import { needs } from '../needs.ts'
import { a, nameServer } from './name-server.ts'
import { answering, context, page, peer, replying, tlsPeer } from './peers.ts'

const PATTERNS = [
  ...[
    'hello',
    '^hello',
    'world$',
    '^world',
    'o\\nw',
    'o.w',
    '(?s)o.w',
    '(?m)^world',
    'HELLO',
    '(?i)HELLO',
    '\\Ahello',
    'd\\z',
  ],
  ...[
    'd\\Z',
    '[[:upper:]]',
    '[[:digit:]]',
    '\\d+',
    '\\bworld\\b',
    'hel{2}o',
    'x?',
    '(a|o) ?',
    '(.)\\1',
    '\\x6c\\x6c',
    '\\.',
    'ü',
  ],
  ...['\\xc3\\xbc', '^$', '\\h', '\\R', '\\/', '\\@', 'a@b', '#', '[^\\n]+$', '(?<!h)ello', '(?=world)w', '(?#c)h'],
]
const TEXTS = ['hello\nworld\n', 'hello world', '', '\n', 'HELLO 42', 'a@b # a.b', 'ü\r\n', 'aab\u00a0/']

test('patterns find what they find in Perl', needs('perl'), () => {
  const program =
    'use JSON::PP; my ($p, $t) = @{decode_json($ARGV[0])}; my @found; for my $x (@$p) { utf8::encode($x); for my $y (@$t) { my $z = $y; utf8::encode($z); push @found, $z =~ /$x/ ? 1 : 0 } } print encode_json(\\@found)'
  const theirs: readonly number[] = JSON.parse(
    execFileSync('perl', ['-e', program, JSON.stringify([PATTERNS, TEXTS])]).toString(),
  )
  const differ = PATTERNS.flatMap((pattern, row) =>
    TEXTS.flatMap((text, column) => {
      const ours = receiveFault(readReceive(pattern), Buffer.from(text), 'a page') === null ? 1 : 0
      return ours === theirs[row * TEXTS.length + column] ? [] : [`${pattern} in ${JSON.stringify(text)}: ${ours}`]
    }),
  )
  assert.deepEqual(differ, [])
})

async function web(port: number, options: HttpOptions) {
  const [result] = (await http.check([host('127.0.0.1')], { port, ...options }, context)).hosts
  assert(result !== undefined)
  return [result.kind === 'up' ? null : result.code, result.text] as const
}

test('a page that has it in front may be as long as it likes, and one that has not may not', async (t) => {
  const long = page(`front${'x'.repeat(3000)}`)
  const port = await peer(t, answering(long))
  assert.deepEqual(await web(port, { receive: 'front', maxBody: 1000 }), [null, 'answered 200 for /'])
  const [code, text] = await web(port, { receive: 'back', maxBody: 1000 })
  assert.equal(code, 'body-too-large')
  assert.match(text, /more than 1000 bytes/)
})

test('what is wrong with a page is told, and a pattern that is none speaks against nobody', async (t) => {
  const port = await peer(t, answering(page('hello')))
  assert.deepEqual(await web(port, { receive: 'bye' }), [
    'no-match',
    'has a page without /bye/ (5 bytes, beginning "hello"), asked for /',
  ])
  const [code, text] = await web(port, { receive: '(?<a' })
  assert.equal(code, 'bad-option')
  assert.match(text, /^could not be checked: /)
  assert.deepEqual(await web(port, { receive: '' }), [null, 'answered 200 for /'])
})

const proxy = replying((request) => {
  const [, target = ''] = /^\w+ (\S+)/.exec(request) ?? []
  const [, name = ''] = /^host: *(\S+)/im.exec(request) ?? []
  if (target === 'http://www.example.com/old') return page('', 'HTTP/1.1 302 Found\r\nLocation: /new')
  if (target === 'http://www.example.com/other')
    return page('', 'HTTP/1.1 302 Found\r\nLocation: http://b.example:81/x')
  if (target === 'http://www.example.com/tls') return page('', 'HTTP/1.1 302 Found\r\nLocation: https://b.example/')
  return page(`${target} of ${name}`)
})
const proxied: readonly (readonly [url: string, options: HttpOptions, code: string | null, receive: string])[] = [
  ['http://www.example.com:8080/a?b', {}, null, '^http://www\\.example\\.com:8080/a\\?b of www\\.example\\.com:8080$'],
  ['http://www.example.com/a', { hostHeader: 'other.example' }, null, ' of www\\.example\\.com$'],
  ['http://www.example.com/old', { follow: 1 }, null, '^http://www\\.example\\.com/new of www\\.example\\.com$'],
  ['http://www.example.com/other', { follow: 1 }, null, '^http://b\\.example:81/x of b\\.example:81$'],
  ['http://www.example.com/tls', { follow: 1, status: '200-299' }, 'wrong-status', ''],
  ['/a', {}, 'bad-option', ''],
  ['https://www.example.com/', {}, 'bad-option', ''],
]
for (const [url, options, code, receive] of proxied) {
  test(`a proxy is asked for ${url}: ${code ?? receive}`, async (t) => {
    const port = await peer(t, proxy)
    const [found, text] = await web(port, { proxy: true, url: [url], receive, ...options })
    assert.equal(found, code, text)
  })
}

test('a certificate of anybody will do unless it is to be verified', async (t) => {
  const port = await tlsPeer(t, 'expired.pem', answering(page('hello')))
  assert.equal((await web(port, { tls: true, receive: 'hello' }))[0], null)
  assert.equal((await web(port, { tls: true, receive: 'hello', verify: true }))[0], 'expired')
})

async function lookUp(port: number, options: DnsOptions, at = '127.0.0.1') {
  const [result] = (await dns.check([host(at)], { port, timeout: 5, ...options }, context)).hosts
  assert(result !== undefined)
  return [result.kind === 'up' ? null : result.code, result.text] as const
}

test('a name server is asked for a name or an address, over UDP and TCP, IPv4 and IPv6', async (t) => {
  const reversed = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`
  const { port } = await nameServer(t, ['127.0.0.1', '::1'], () => ({ name, type }) => {
    if (type === 'A' && name === 'www.example') return { answers: [a(name, '192.0.2.1'), a(name, '192.0.2.2')] }
    if (type === 'PTR' && name === reversed) return { answers: [{ type, name, ttl: 60, data: 'six.example' }] }
    if (type === 'A' && name === 'mail.example')
      return { answers: [{ type: 'CNAME', name, ttl: 60, data: 'x.example' }] }
    return { rcode: 3 }
  })
  for (const [tcp, at] of [
    [false, '127.0.0.1'],
    [true, '127.0.0.1'],
    [false, '::1'],
    [true, '::1'],
  ] as const) {
    const www = { name: 'www.example', tcp }
    assert.deepEqual(await lookUp(port, { ...www, receive: '2$' }, at), [
      null,
      'answered 192.0.2.2 for A of www.example',
    ])
    const wrong = 'answered 192.0.2.1, 192.0.2.2 for A of www.example where /9$/ was expected'
    assert.deepEqual(await lookUp(port, { ...www, receive: '9$' }, at), ['no-match', wrong])
    assert.equal((await lookUp(port, { name: '2001:db8::1', tcp, receive: '^six' }, at))[0], null)
  }
  assert.equal((await lookUp(port, { name: 'mail.example', receive: '.' }))[0], 'no-match')
  assert.equal((await lookUp(port, { name: 'no.example', receive: '.' }))[0], 'refused-answer')
  assert.equal((await lookUp(port, { name: 'www.example' }))[0], null)
  assert.equal((await lookUp(port, { name: 'www.example', receive: '(' }))[0], 'bad-option')
  const [, text] = await lookUp(port, { name: 'www.example', connectIp: '127.0.0.1' }, '192.0.2.1')
  assert.equal(text, 'answered 192.0.2.1 for A of www.example (address 127.0.0.1)')
})

test('a name server without an answer is down', async (t) => {
  const silent = await nameServer(t, ['127.0.0.1'], () => () => null)
  assert.equal((await lookUp(silent.port, { name: 'www.example', timeout: 0.3 }))[0], 'timed-out')
  assert.equal((await lookUp(1, { name: 'www.example' }))[0], 'refused')
})

test('addresses are asked for backwards, and everything else as it is', () => {
  assert.deepEqual(questionOf('192.0.2.1'), { name: '1.2.0.192.in-addr.arpa', type: 'PTR' })
  assert.deepEqual(questionOf('::1'), { name: `1.${'0.'.repeat(31)}ip6.arpa`, type: 'PTR' })
  for (const name of ['www.example', '1', '127.1', 'a:b']) assert.deepEqual(questionOf(name), { name, type: 'A' })
  assert.deepEqual(questionOf(''), { name: '.', type: 'A' })
  const record = (type: string, data: unknown) => ({ type, data: JSON.stringify(data), serial: null })
  assert.deepEqual(
    addressesAndNames([record('A', '192.0.2.1'), record('PTR', 'a.b'), record('MX', { a: 1 }), record('A', null)]),
    ['192.0.2.1', 'a.b'],
  )
})

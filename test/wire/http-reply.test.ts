import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ReplyState } from '../../src/wire/http/reply.ts'
import { replyReader } from '../../src/wire/http/reply.ts'

const LIMIT = 1000

function read(pieces: readonly Buffer[], method = 'GET'): ReplyState {
  const reader = replyReader(method, LIMIT)
  for (const piece of pieces) {
    const state = reader.push(piece)
    if (state.kind !== 'reading') return state
  }
  return reader.end()
}
const text = (...parts: string[]): Buffer[] => parts.map((part) => Buffer.from(part, 'latin1'))

const whole = [
  { name: 'a body as long as announced', reply: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', content: 'hello' },
  { name: 'a body up to the end of the connection', reply: 'HTTP/1.0 200 OK\r\n\r\nhello', content: 'hello' },
  {
    name: 'what follows the announced length is not part of the body',
    reply: 'HTTP/1.1 200 OK\r\nCONTENT-LENGTH: 5\r\n\r\nhello world',
    content: 'hello',
  },
  {
    name: 'chunks are joined, and kept as they were sent',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n3\r\nabc\r\n0\r\n\r\n',
    content: 'hello abc',
    sent: '6\r\nhello \r\n3\r\nabc\r\n0\r\n\r\n',
  },
  {
    name: 'chunk extensions and trailers are let pass',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\nmore',
    content: 'hi',
    sent: '2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n',
  },
  {
    name: 'chunks count for more than a length',
    reply: 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    content: '',
    sent: '0\r\n\r\n',
  },
  {
    name: 'interim answers are skipped',
    reply: 'HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 204 No\r\n\r\n',
    content: '',
  },
  { name: 'bare line feeds are let pass', reply: 'HTTP/1.0 200 OK\nContent-Length: 2\n\nhi', content: 'hi' },
  { name: 'a status line without a reason', reply: 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', content: '' },
  {
    name: 'the same length twice',
    reply: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nhi',
    content: 'hi',
  },
]
for (const { name, reply, content, sent } of whole) {
  test(`is read whole, however it is cut into pieces: ${name}`, () => {
    const bytes = Buffer.from(reply, 'latin1')
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const state = read(places.map((at, n) => bytes.subarray(places[n - 1] ?? 0, at)))
        assert(state.kind === 'done', JSON.stringify(state))
        assert.equal(state.reply.content.toString('latin1'), content)
        assert.equal(state.reply.sent.toString('latin1'), sent ?? content)
      }),
    )
  })
}

const broken = [
  { code: 'no-answer', reply: '', says: 'closed the connection without an answer' },
  { code: 'not-http', reply: 'SSH-2.0-OpenSSH_9.2\r\n', says: 'something other than HTTP: "SSH-2.0-OpenSSH_9.2"' },
  { code: 'not-http', reply: '\x15\x03\x01\x00', says: 'something other than HTTP: "?"' },
  { code: 'not-http', reply: 'HTTP/1.1 twohundred\r\n\r\n', says: 'something other than HTTP' },
  { code: 'closed-early', reply: 'HTTP/1.1 200 OK\r\nA: b', says: 'after 21 bytes, inside the headers' },
  {
    code: 'closed-early',
    reply: 'HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello',
    says: 'after 5 of the 50 bytes it had announced',
  },
  {
    code: 'closed-early',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n',
    says: 'after 10 bytes, before the last chunk',
  },
  {
    code: 'head-too-large',
    reply: `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`,
    says: 'more than 65536 bytes of headers',
  },
  { code: 'too-many-interim', reply: 'HTTP/1.1 100 C\r\n\r\n'.repeat(99), says: 'more than 16 interim answers (1xx)' },
  {
    code: 'bad-length',
    reply: 'HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello',
    says: 'a length that is no number: "-5"',
  },
  {
    code: 'bad-length',
    reply: 'HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello',
    says: 'a length that is no number: "5, 6"',
  },
  {
    code: 'bad-chunk',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n',
    says: 'a chunk whose size is no number: "xyz"',
  },
  {
    code: 'bad-chunk',
    reply: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n',
    says: 'a chunk that is longer than it said',
  },
]
for (const { code, reply, says } of broken) {
  test(`a broken reply is told as what it is: ${says}`, () => {
    const state = read(text(reply))
    assert(state.kind === 'failed', JSON.stringify(state))
    assert.equal(state.code, code)
    assert(state.text.includes(says), state.text)
  })
}

test('a HEAD has no body, whatever it announces', () => {
  const state = read(text('HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n'), 'HEAD')
  assert.equal(state.kind, 'done')
})

test('a body beyond the limit is cut there, also where it comes in chunks', () => {
  for (const head of ['', 'Content-Length: 99999999999\r\n', 'Transfer-Encoding: chunked\r\n']) {
    const body = head.startsWith('T') ? '1\r\na\r\n'.repeat(5000) : 'a'.repeat(5000)
    const state = read(text(`HTTP/1.1 200 OK\r\n${head}\r\n${body}`))
    assert(state.kind === 'done')
    assert(state.reply.cut)
    assert.equal(state.reply.sent.length, LIMIT)
  }
})

test('any bytes at all give a reply or a fault, and nothing is kept beyond the limits', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('HTTP/1.1 ', '200 OK\r\n', '\r\n', 'Transfer-Encoding: chunked\r\n', '5\r\n', 'hello', '0\r\n')
      .map((s) => Buffer.from(s)),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const state = read(pieces)
      assert.notEqual(state.kind, 'reading')
      if (state.kind === 'done') assert(state.reply.sent.length <= LIMIT)
    }),
  )
})

const streamed: { name: string; reply: string; body: string; short?: RegExp }[] = [
  { name: 'a body as long as announced', reply: 'Content-Length: 5\r\n\r\nhello', body: 'hello' },
  { name: 'more than was announced', reply: 'Content-Length: 2\r\n\r\nhello', body: 'he' },
  {
    name: 'less than was announced',
    reply: 'Content-Length: 9\r\n\r\nhello',
    body: 'hello',
    short: /^closed the connection after 5 of the 9 bytes/,
  },
  { name: 'a length that is no number', reply: 'Content-Length: x\r\n\r\nhello', body: 'hello' },
  {
    name: 'whole chunks',
    reply: 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nmore',
    body: '1\r\nx\r\n0\r\n\r\n',
  },
  {
    name: 'a chunk without a size',
    reply: 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\nz\r\ny',
    body: '1\r\nx\r\nz\r\ny',
  },
  {
    name: 'a chunk too long',
    reply: 'Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n0\r\n\r\n',
    body: '1\r\nxx\r\n0\r\n\r\n',
  },
  {
    name: 'no last chunk',
    reply: 'Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n',
    body: '1\r\nx\r\n',
    short: /^closed the connection after 6 bytes, before the last chunk$/,
  },
]
for (const { name, reply, body, short = null } of streamed) {
  test(`a reader that believes in the end of the connection reads ${name}, in whatever pieces and however little it keeps`, () => {
    const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${reply}`, 'latin1')
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length)), fc.nat(12), (cuts, kept) => {
        const seen: Buffer[] = []
        const reader = replyReader('GET', kept, { watch: (piece) => void seen.push(Buffer.from(piece)), mostBody: 100 })
        const places = [0, ...cuts.sort((one, other) => one - other), bytes.length]
        for (let at = 1; at < places.length; at++) reader.push(bytes.subarray(places[at - 1], places[at]))
        const state = reader.end()
        assert(state.kind === 'done', JSON.stringify(state))
        assert.equal(Buffer.concat(seen).toString('latin1'), body)
        assert.equal(state.reply.sent.toString('latin1'), body.slice(0, kept))
        assert.equal(state.reply.cut, body.length > kept)
        if (short === null) assert.equal(state.reply.short, null)
        else assert.match(state.reply.short ?? '', short)
      }),
    )
  })
}

test('a reader that only watches gives up on a body without end', () => {
  const reader = replyReader('GET', 10, { watch: () => undefined, mostBody: 100 })
  const state = reader.push(Buffer.from(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(101)}`))
  assert(state.kind === 'failed')
  assert.equal(state.text, 'has a page of more than 100 bytes')
})

/** The answer of RFC 3261 §11.2, and whatever else a server may send. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeOptions, MOST_HEAD, readResponse } from '../../../src/wire/sip/message.ts'

const CAROL = [
  'SIP/2.0 200 OK',
  'Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKhjhs8ass877',
  ' ;received=192.0.2.4',
  'To: <sip:carol@chicago.com>;tag=93810874',
  'From: Alice <sip:alice@atlanta.com>;tag=1928301774',
  'Call-ID: a84b4c76e66710',
  'CSeq: 63104 OPTIONS',
  'Contact: <sip:carol@chicago.com>',
  'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE',
  'Content-Type: application/sdp',
  'Content-Length: 3',
  '',
  'v=0',
].join('\r\n')

test('the answer of RFC 3261 §11.2 is read, and its body is part of it', () => {
  const read = { kind: 'response', status: 200, reason: 'OK', callId: 'a84b4c76e66710' }
  const bytes = Buffer.from(CAROL)
  assert.deepEqual(readResponse(bytes, { whole: false }), { ...read, size: bytes.length })
  assert.deepEqual(readResponse(Buffer.from(`${CAROL}SIP/2.0`), { whole: false }), { ...read, size: bytes.length })
  for (let length = 0; length < bytes.length; length += 1) {
    assert.equal(readResponse(bytes.subarray(0, length), { whole: false }).kind, 'more', `${length} bytes`)
  }
})

const others: readonly (readonly [text: string, kind: string])[] = [
  ['SIP/2.0 200 OK\r\n\r\n', 'response'],
  ['SIP/2.0 200\r\n\r\n', 'response'],
  ['SIP/2.0 200 \r\n\r\n', 'response'],
  ['SIP/2.0 200 OK\n\n', 'response'],
  ['SIP/2.0 2000 OK\r\n\r\n', 'not-sip'],
  ['SIP/2.0 099 OK\r\n\r\n', 'not-sip'],
  ['sip/2.0 200 OK\r\n\r\n', 'not-sip'],
  ['OPTIONS sip:a SIP/2.0\r\n\r\n', 'not-sip'],
  ['', 'not-sip'],
]
for (const [text, kind] of others) {
  test(`${JSON.stringify(text)} in a datagram is ${kind}`, () => {
    assert.equal(readResponse(Buffer.from(text), { whole: true }).kind, kind)
  })
}

test('any bytes are read without a throw, and what is short of an answer never grows beyond a head', () => {
  const words = fc.constantFrom(
    'SIP/2.0 200 OK\r\n',
    'Content-Length: 9999999\r\n',
    '\r\n',
    ' a',
    'i: x\r\n',
    'l: -1\r\n',
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(words, fc.string({ unit: 'binary' })), { maxLength: 8 }),
      fc.boolean(),
      (parts, whole) => {
        const read = readResponse(Buffer.from(parts.join('')), { whole })
        if (whole) assert.notEqual(read.kind, 'more')
        if (read.kind === 'response') assert(read.status >= 100 && read.status < 700)
      },
    ),
  )
  assert.equal(
    readResponse(Buffer.from(`SIP/2.0 200 OK\r\n${'a'.repeat(MOST_HEAD)}`), { whole: false }).kind,
    'not-sip',
  )
})

test('a request says where it comes from, also over IPv6', () => {
  const request = { login: 'joe@b.example', unique: 'u1' }
  const over = (address: string, transport: 'UDP' | 'TCP') =>
    encodeOptions({ ...request, transport, local: { address, port: 5070 } }).toString()
  assert.equal(
    over('192.0.2.1', 'UDP'),
    'OPTIONS sip:joe@b.example SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKu1;rport\r\nMax-Forwards: 70\r\n' +
      'To: <sip:joe@b.example>\r\nFrom: <sip:joe@b.example>;tag=u1\r\nCall-ID: u1@upalert\r\nCSeq: 1 OPTIONS\r\n' +
      'Contact: <sip:joe@b.example>\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n',
  )
  assert.match(over('fe80::1%eth0', 'TCP'), /^Via: SIP\/2\.0\/TCP \[fe80::1\]:5070;/m)
})

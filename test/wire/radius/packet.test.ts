/** The packets of RFC 2865 §7.1 byte for byte, and answers that nobody should believe. */
import assert from 'node:assert/strict'
import { createHash, createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { type AccessRequest, encodeRequest, type Md5, readReply } from '../../../src/wire/radius/packet.ts'

const md5: Md5 = (...parts) => {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex')

/** RFC 2865 §7.1: nemo logs in to 192.168.1.16, port 3, with "arctangent"; the secret is xyzzy5461. */
const nemo: AccessRequest = {
  identifier: 0,
  authenticator: hex('0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a'),
  secret: Buffer.from('xyzzy5461'),
  login: 'nemo',
  password: 'arctangent',
  attributes: [
    { type: 4, value: hex('c0 a8 01 10') },
    { type: 5, value: hex('00 00 00 03') },
  ],
  authenticated: false,
}
const REQUEST = hex(`
  01 00 00 38 0f 40 3f 94 73 97 80 57 bd 83 d5 cb 98 f4 22 7a 01 06 6e 65 6d 6f 02 12 0d be 70 8d 93 d4 13 ce
  31 96 e4 3f 78 2a 0a ee 04 06 c0 a8 01 10 05 06 00 00 00 03`)
const ACCEPT = hex(`
  02 00 00 26 86 fe 22 0e 76 24 ba 2a 10 05 f6 bf 9b 55 e0 b2 06 06 00 00 00 01 0f 06 00 00 00 00 0e 06 c0 a8 01 03`)

test('the request of RFC 2865 §7.1 is made byte for byte', () => {
  assert.equal(encodeRequest(nemo, md5).toString('hex'), REQUEST.toString('hex'))
})

test('the answer of RFC 2865 §7.1 lets nemo in', () => {
  assert.deepEqual(readReply(ACCEPT, nemo, md5), { kind: 'accepted', message: '' })
})

test('padding behind a packet is passed over, and a packet that is cut is none', () => {
  assert.equal(readReply(Buffer.concat([ACCEPT, Buffer.alloc(7)]), nemo, md5).kind, 'accepted')
  for (let length = 0; length < ACCEPT.length; length += 1) {
    assert.equal(readReply(ACCEPT.subarray(0, length), nemo, md5).kind, 'foreign')
  }
})

test('an answer of which one bit is another lets nobody in', () => {
  for (let bit = 0; bit < ACCEPT.length * 8; bit += 1) {
    const bytes = Buffer.from(ACCEPT)
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    assert.notEqual(readReply(bytes, nemo, md5).kind, 'accepted', `bit ${bit}`)
  }
})

const others: readonly (readonly [name: string, asked: AccessRequest, kind: string])[] = [
  ['another secret', { ...nemo, secret: Buffer.from('xyzzy5462') }, 'forged'],
  ['another request', { ...nemo, authenticator: Buffer.alloc(16) }, 'forged'],
  ['another number', { ...nemo, identifier: 1 }, 'foreign'],
]
for (const [name, asked, kind] of others) {
  test(`the answer to ${name} is ${kind}`, () => assert.equal(readReply(ACCEPT, asked, md5).kind, kind))
}

/** An answer as a server makes it, with a signature where asked. */
function answer(code: number, attributes: Buffer, signed: boolean, asked = nemo): Buffer {
  const signature = signed ? Buffer.concat([Buffer.from([80, 18]), Buffer.alloc(16)]) : Buffer.alloc(0)
  const packet = Buffer.concat([
    Buffer.from([code, asked.identifier, 0, 0]),
    asked.authenticator,
    signature,
    attributes,
  ])
  packet.writeUInt16BE(packet.length, 2)
  if (signed) createHmac('md5', asked.secret).update(packet).digest().copy(packet, 22)
  md5(packet, asked.secret).copy(packet, 4)
  return packet
}
const message = (text: string): Buffer => Buffer.concat([Buffer.from([18, text.length + 2]), Buffer.from(text)])

test('answers are read with the message that they bring', () => {
  const texts = Buffer.concat([message('come'), message('back')])
  assert.deepEqual(readReply(answer(3, texts, false), nemo, md5), { kind: 'rejected', message: 'come back' })
  assert.deepEqual(readReply(answer(11, texts, true), nemo, md5), { kind: 'challenged', message: 'come back' })
  assert.deepEqual(readReply(answer(2, texts, true), nemo, md5), { kind: 'accepted', message: 'come back' })
  assert.equal(readReply(answer(5, texts, true), nemo, md5).kind, 'foreign')
})

test('a Message-Authenticator that is wrong makes an answer forged, even where all else is right', () => {
  const packet = answer(2, message('hello'), true)
  packet[22] = (packet[22] ?? 0) ^ 1
  nemo.authenticator instanceof Buffer && nemo.authenticator.copy(packet, 4)
  md5(packet, nemo.secret).copy(packet, 4)
  assert.equal(readReply(packet, nemo, md5).kind, 'forged')
})

test('attributes without a length, or longer than the packet, are no answer', () => {
  for (const attributes of [hex('12'), hex('12 00'), hex('12 01'), hex('12 ff 61')]) {
    assert.equal(readReply(answer(2, attributes, false), nemo, md5).kind, 'foreign')
  }
})

test('a request is signed in front of all else, and passwords of every length come out again', () => {
  const text = (most: number) => fc.string({ unit: 'binary', minLength: 1, maxLength: most })
  fc.assert(
    fc.property(
      text(20),
      text(30),
      text(80),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
      (...[login, password, secret, authenticator]) => {
        const request = { ...nemo, login, password, secret: Buffer.from(secret), authenticator, authenticated: true }
        const packet = encodeRequest(request, md5)
        assert.equal(packet.readUInt16BE(2), packet.length)
        assert.deepEqual([...packet.subarray(20, 22)], [80, 18])
        const unsigned = Buffer.from(packet).fill(0, 22, 38)
        const signature = createHmac('md5', request.secret).update(unsigned).digest()
        assert.deepEqual(packet.subarray(22, 38), signature)
        const at = 38 + (packet[39] ?? 0)
        const hidden = packet.subarray(at + 2, at + (packet[at + 1] ?? 0))
        let before: Uint8Array = authenticator
        const shown: number[] = []
        for (let from = 0; from < hidden.length; from += 16) {
          const mask = md5(request.secret, before)
          before = hidden.subarray(from, from + 16)
          for (const [i, byte] of before.entries()) shown.push(byte ^ (mask[i] ?? 0))
        }
        assert.deepEqual(Buffer.from(shown).subarray(0, Buffer.byteLength(password)), Buffer.from(password))
        assert(shown.slice(Buffer.byteLength(password)).every((byte) => byte === 0))
        assert.equal(hidden.length % 16, 0)
      },
    ),
  )
})

test('any bytes are read without a throw, and let nobody in', () => {
  const front = fc.constantFrom(Buffer.alloc(0), ACCEPT.subarray(0, 2), ACCEPT.subarray(0, 20))
  fc.assert(
    fc.property(front, fc.uint8Array({ maxLength: 64 }), (begin, rest) => {
      const bytes = Buffer.concat([begin, rest])
      if (!bytes.subarray(0, ACCEPT.length).equals(ACCEPT))
        assert.notEqual(readReply(bytes, nemo, md5).kind, 'accepted')
    }),
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  attribute,
  decodeAttributes,
  decodeErrno,
  decodeFamilyReply,
  decodeGeneric,
  decodeMessages,
  encodeGeneric,
  encodeMessage,
  isMalformed,
  nested,
  textBytes,
  text as textOf,
  u8Bytes,
  u16Bytes,
  u32Bytes,
  unsigned,
} from '../../src/wire/ipvs/netlink.ts'

const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffffffff)
const bytes = fc.uint8Array({ maxLength: 64 })

test('a message survives encoding and decoding, also several in one datagram', () => {
  const message = fc.record({ type: u16, flags: u16, sequence: u32, port: u32, payload: fourBytes() })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
      const decoded = decodeMessages(Buffer.concat(messages.map(encodeMessage)))
      assert(!isMalformed(decoded))
      assert.deepEqual(
        decoded.map((one) => ({ ...one, payload: [...one.payload] })),
        messages.map((one) => ({ ...one, payload: [...one.payload] })),
      )
    }),
  )
})

test('attributes survive encoding and decoding, nested or not, whatever their padding', () => {
  fc.assert(
    fc.property(
      fc.nat(255),
      fc.uniqueArray(fc.tuple(fc.nat(0x3fff), bytes), { selector: ([type]) => type }),
      (command, list) => {
        const encoded = list.map(([type, payload]) => attribute(type, payload))
        const message = decodeGeneric(encodeGeneric(command, [nested(1, encoded)]))
        assert(!isMalformed(message))
        assert.equal(message.command, command)
        const inner = decodeAttributes(message.attributes.get(1) ?? new Uint8Array())
        assert(!isMalformed(inner))
        assert.deepEqual(
          [...inner].map(([type, payload]) => [type, [...payload]]),
          list.map(([type, payload]) => [type, [...payload]]),
        )
      },
    ),
  )
})

test('integers and text survive encoding and decoding', () => {
  const one = (payload: Uint8Array) => new Map([[7, payload]])
  fc.assert(
    fc.property(fc.nat(255), u16, u32, fc.stringMatching(/^[ -~]*$/), (byte, short, long, words) => {
      assert.equal(unsigned(one(u8Bytes(byte)), 7), byte)
      assert.equal(unsigned(one(u16Bytes(short)), 7), short)
      assert.equal(unsigned(one(u32Bytes(long)), 7), long)
      assert.equal(textOf(one(textBytes(words)), 7), words)
    }),
  )
})

test('an integer that is missing or has an odd length is no number', () => {
  assert.equal(unsigned(new Map(), 7), null)
  assert.equal(unsigned(new Map([[7, new Uint8Array(3)]]), 7), null)
})

test('hostile bytes are called malformed or decoded, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      decodeMessages(noise)
      decodeGeneric(noise)
      decodeAttributes(noise)
      decodeErrno(noise)
      decodeFamilyReply(noise)
    }),
    { numRuns: 1000 },
  )
})

test('lengths that lie are named', () => {
  const long = encodeMessage({ type: 1, flags: 0, sequence: 1, port: 0, payload: new Uint8Array(4) })
  const vectors: [Uint8Array, RegExp][] = [
    [long.subarray(0, 10), /header is cut off at byte 0/],
    [long.subarray(0, 18), /says it is 20 bytes long, 18 are there/],
    [Buffer.concat([long, Buffer.alloc(16)]), /byte 20 says it is 0 bytes long/],
  ]
  for (const [datagram, expected] of vectors) {
    const decoded = decodeMessages(datagram)
    assert(isMalformed(decoded))
    assert.match(decoded.text, expected)
  }
})

/** Messages of a datagram are padded to four bytes; a payload of that length keeps the comparison simple. */
function fourBytes() {
  return fc.nat(8).chain((words) => fc.uint8Array({ minLength: words * 4, maxLength: words * 4 }))
}

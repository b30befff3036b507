/** Bytes of any kind become text and come back as they were. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bytesOf, textOf } from '../../src/wire/program/bytes.ts'

const vectors = [
  { name: 'nothing', bytes: [], text: '' },
  { name: 'ASCII', bytes: [0x77, 0x31, 0x0a], text: 'w1\n' },
  { name: 'UTF-8 of two, three and four bytes', bytes: [...Buffer.from('ü€😀')], text: 'ü€😀' },
  { name: 'a byte order mark stays', bytes: [0xef, 0xbb, 0xbf, 0x61], text: '\ufeffa' },
  { name: 'a zero byte stays', bytes: [0x61, 0, 0x62], text: 'a\0b' },
  { name: 'Latin-1', bytes: [0x66, 0xfc, 0x72], text: 'f\udcfcr' },
  { name: 'a sequence that was cut off', bytes: [0xe2, 0x82], text: '\udce2\udc82' },
  { name: 'an overlong slash', bytes: [0xc0, 0xaf], text: '\udcc0\udcaf' },
  { name: 'a surrogate in UTF-8', bytes: [0xed, 0xb3, 0xbc], text: '\udced\udcb3\udcbc' },
  { name: 'beyond U+10FFFF', bytes: [0xf4, 0x90, 0x80, 0x80], text: '\udcf4\udc90\udc80\udc80' },
  { name: 'a wrong byte before a good one', bytes: [0xc3, 0x28], text: '\udcc3(' },
]
for (const { name, bytes, text } of vectors) {
  test(`bytes as text and back: ${name}`, () => {
    assert.equal(textOf(Uint8Array.from(bytes)), text)
    assert.deepEqual([...bytesOf(text)], bytes)
  })
}

test('any bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.deepEqual(bytesOf(textOf(bytes)), bytes)
    }),
  )
})

test('bytes that look almost like UTF-8 come back as they were', () => {
  const near = fc.constantFrom(0x00, 0x61, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xff)
  fc.assert(
    fc.property(fc.array(near, { maxLength: 12 }), (bytes) => {
      assert.deepEqual([...bytesOf(textOf(Uint8Array.from(bytes)))], bytes)
    }),
    { numRuns: 2_000 },
  )
})

test('any text that holds no half of a pair is written as UTF-8', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.deepEqual(Buffer.from(bytesOf(text)), Buffer.from(text))
    }),
  )
})

test('half of a pair that stands for no byte is written as everywhere else', () => {
  for (const half of ['\ud800', '\udc00', '\udfff', '\ud800\ud800']) {
    assert.deepEqual(Buffer.from(bytesOf(`a${half}b`)), Buffer.from(`a${half}b`))
  }
})

/** Bytes as keepalived.conf writes them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstDifference, MOST_BYTES, readHex, readHexPattern } from '../../src/wire/talk/hex-pattern.ts'

const vectors: { text: string; hex: string | null }[] = [
  // The manual's own example.
  { text: 'Ab12f 3 456 546443123', hex: 'ab120f0345065464431203' },
  { text: '0', hex: '00' },
  { text: ' ff  0 ', hex: 'ff00' },
  { text: '', hex: null },
  { text: 'xg', hex: null },
  { text: '0x', hex: null },
  { text: 'f-', hex: null },
  { text: '00'.repeat(MOST_BYTES + 1), hex: null },
]
for (const { text, hex } of vectors) {
  test(`"${text.slice(0, 30)}" is ${hex ?? 'no bytes'}`, () =>
    assert.equal(readHex(text)?.toString('hex') ?? null, hex))
}

test('bytes match what they are written as, with any of their digits left open, whole or cut', () => {
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(39)), fc.nat(20), (written, open, length) => {
      const digits = [...Buffer.from(written).toString('hex')].map((digit, at) => (open.includes(at) ? 'x' : digit))
      const pattern = readHexPattern(digits.join(''))
      assert(pattern !== null)
      assert.equal(firstDifference(written.subarray(0, length), pattern), -1)
      const other = Uint8Array.from(written, (byte) => byte ^ 0xff)
      const first = digits.findIndex((digit) => digit !== 'x')
      assert.equal(firstDifference(other, pattern), first === -1 ? -1 : first >> 1)
    }),
  )
})

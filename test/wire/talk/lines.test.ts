import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Lines, LONGEST_LINE, MOST_BYTES } from '../../../src/wire/talk/lines.ts'

/** Bytes cut at these places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return at.slice(1).map((end, i) => bytes.subarray(at[i], end))
}

test('any bytes give the same lines, in whatever pieces they come', () => {
  const byte = fc.oneof(fc.constantFrom(10, 13, 65), fc.integer({ min: 0, max: 255 }))
  const all = fc.array(byte, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes))
  fc.assert(
    fc.property(all, fc.array(fc.nat()), (bytes, places) => {
      const lines = new Lines()
      const got = cut(bytes, places).flatMap((piece) => lines.feed(piece).lines)
      const text = Buffer.from(bytes).toString('latin1').split('\n')
      const last = text.pop() ?? ''
      const bare = (line: string): string => line.replace(/\r$/, '')
      assert.deepEqual(got, text.map(bare))
      assert.equal(lines.rest(), last === '' ? null : bare(last))
    }),
  )
})

test('a line as long as allowed is one, and a longer one is not waited for', () => {
  const line = new Uint8Array(LONGEST_LINE + 1).fill(65)
  line[LONGEST_LINE] = 10
  assert.equal(new Lines().feed(line).lines[0]?.length, LONGEST_LINE)
  const endless = new Lines()
  assert.equal(endless.feed(line.subarray(0, LONGEST_LINE)).overflow, null)
  assert.equal(endless.feed(Uint8Array.of(65)).overflow, 'line-too-long')
})

test('lines without end are too much at some time, and those before that count', () => {
  const lines = new Lines()
  const many = Buffer.from('hello\r\n'.repeat(1000))
  let count = 0
  let overflow: string | null = null
  while (overflow === null) {
    const fed = lines.feed(many)
    count += fed.lines.length
    overflow = fed.overflow
  }
  assert.equal(overflow, 'too-much')
  assert(count >= MOST_BYTES / 7)
})

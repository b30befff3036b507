import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Line, LineReader, LONGEST_LINE } from '../../../src/wire/mon/line-reader.ts'

const long = (character: string, length: number) => character.repeat(length)
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1')

/** Lines as texts, an over-long one as `null`. */
function read(pieces: readonly string[], longest?: number): (string | null)[] {
  const reader = new LineReader(longest)
  return pieces.flatMap((piece) => reader.feed(bytes(piece)).map(shown))
}

const shown = (line: Line): string | null => (line.kind === 'line' ? line.text : null)

const vectors: readonly {
  name: string
  pieces: readonly string[]
  are: readonly (string | null)[]
  longest?: number
}[] = [
  { name: 'a line ends at LF', pieces: ['quit\n'], are: ['quit'] },
  { name: 'a line ends at CR LF', pieces: ['a\r\nb\r\n'], are: ['a', 'b'] },
  { name: 'a line ends at CR alone', pieces: ['a\rb\r'], are: ['a', 'b'] },
  { name: 'a run of CR and LF that arrives together ends one line', pieces: ['a\r\n\n\r\r\nb\n'], are: ['a', 'b'] },
  { name: 'a line waits for its end', pieces: ['li', 'st', ' state'], are: [] },
  { name: 'a line may come in pieces', pieces: ['li', 'st', ' state\nqu', 'it\n'], are: ['list state', 'quit'] },
  { name: 'a CR LF may be torn in two', pieces: ['a\r', '\nb\n'], are: ['a', 'b'] },
  { name: 'an empty line that comes by itself is a line', pieces: ['a\n', '\n', '\r\n'], are: ['a', '', ''] },
  { name: 'an empty line may come first', pieces: ['\nquit\n'], are: ['', 'quit'] },
  { name: 'NULs and other controls are part of a line', pieces: ['a\0b\x1b\n'], are: ['a\0b\x1b'] },
  { name: 'bytes that are not UTF-8 are replaced', pieces: ['\xff\xc3\xa9\n'], are: ['\ufffd\u00e9'] },
  { name: 'a character may be torn in two', pieces: ['\xc3', '\xa9\n'], are: ['\u00e9'] },
  { name: 'a line may be as long as the limit', pieces: ['12345678\n'], are: ['12345678'], longest: 8 },
  {
    name: 'a longer one is told once, and the next is read',
    pieces: ['123456789', '0\nok\n'],
    are: [null, 'ok'],
    longest: 8,
  },
  { name: 'too long is told before the line ends', pieces: ['123456789'], are: [null], longest: 8 },
  { name: 'two long ones are told each', pieces: ['123456789\n123456789\n'], are: [null, null], longest: 8 },
]
for (const { name, pieces, are, longest } of vectors) {
  test(name, () => assert.deepEqual(read(pieces, longest), are))
}

test('however bytes are cut, lines are the same, as long as none is empty', () => {
  const line = fc.string({ unit: fc.constantFrom('a', ' ', '\0', '\xff', '\xc3'), minLength: 1, maxLength: 12 })
  const ends = fc.constantFrom('\n', '\r', '\r\n')
  fc.assert(
    fc.property(fc.array(line), ends, fc.array(fc.nat(5), { minLength: 1 }), (lines, end, sizes) => {
      const all = bytes(lines.map((text) => text + end).join(''))
      const whole = new LineReader(8).feed(all)
      const cut = new LineReader(8)
      const found: Line[] = []
      for (let at = 0, turn = 0; at < all.length; turn++) {
        const size = (sizes[turn % sizes.length] ?? 0) + 1
        found.push(...cut.feed(all.subarray(at, at + size)))
        at += size
      }
      assert.deepEqual(found, whole)
      assert.equal(whole.length, lines.length)
    }),
  )
})

test('a stream without an end is told once, however much of it comes', () => {
  const reader = new LineReader()
  const piece = Buffer.alloc(LONGEST_LINE, 'x')
  assert.deepEqual(reader.feed(piece), [])
  assert.deepEqual(reader.feed(piece), [{ kind: 'too-long' }])
  for (let times = 0; times < 200; times++) assert.deepEqual(reader.feed(piece), [])
  assert.deepEqual(reader.feed(bytes('\nquit\n')), [{ kind: 'line', text: 'quit' }])
})

test('a megabyte byte by byte costs a megabyte of copying, and not its square', { timeout: 30_000 }, () => {
  const reader = new LineReader()
  const end = bytes('\n')
  const one = bytes('x')
  for (let line = 0; line < 16; line++) {
    for (let at = 0; at < LONGEST_LINE; at++) assert.equal(reader.feed(one).length, 0)
    assert.deepEqual(reader.feed(end).map(shown), [long('x', LONGEST_LINE)])
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { block, gsmPlaces, oneLine, shorten } from '../../src/wire/mail/safe-text.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.constantFrom('a', ' ', '\r\n', '\u202e', '\u2066', '\0', '\x1b[31m', '\ud800', 'é', '😀', '.', 'Bcc: x'))
    .map((p) => p.join('')),
)

const lines = [
  { name: 'a line break becomes a space', from: 'one\r\nBcc: two@example.org', to: 'one Bcc: two@example.org' },
  { name: 'a run of blanks becomes one space', from: '  a \t\n  b  ', to: 'a b' },
  { name: 'a terminal escape loses its teeth', from: '\x1b[31mred', to: '?[31mred' },
  { name: 'a mark that turns the reading direction is shown as one question mark', from: 'a\u202e\u2066b', to: 'a?b' },
  { name: 'a zero byte and a lone surrogate are shown as a question mark', from: 'a\0b\ud800c', to: 'a?b?c' },
  { name: 'letters of any script stay', from: 'Füße 日本 😀', to: 'Füße 日本 😀' },
  { name: 'a line separator of Unicode is a blank', from: 'a\u2028b\u0085c', to: 'a b c' },
]
for (const { name, from, to } of lines) test(name, () => assert.equal(oneLine(from, 100), to))

test('one line never holds a control, format or bidi character and never more than the limit', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 0, max: 80 }), (text, limit) => {
      const line = oneLine(text, limit)
      assert.ok(line.length <= limit, `${line.length} is over ${limit}`)
      assert.doesNotMatch(line, /[\p{C}\p{Zl}\p{Zp}]/u)
    }),
  )
})

test('a shortened text is made of whole words of the original, or its first word is cut and marked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z0-9.:-]{1,20}$/), { minLength: 1 }),
      fc.nat({ max: 60 }),
      (words, limit) => {
        const text = words.join(' ')
        const short = shorten(text, limit)
        assert.ok(short.length <= limit)
        if (short === text || short === '') return
        assert.ok(short.endsWith('…'))
        const kept = short.slice(0, -1).split(' ')
        if (kept.length > 1) assert.deepEqual(kept, words.slice(0, kept.length))
        else assert.ok(words[0]?.startsWith(kept[0] ?? ''))
      },
    ),
  )
})

test('a megabyte in one word is cut to the limit and marked', () => {
  assert.equal(oneLine('x'.repeat(1_000_000), 20), `${'x'.repeat(19)}…`)
})

test('a surrogate pair is never cut in half', () => {
  assert.equal(shorten('😀😀😀', 4), '😀…')
})

test('output of several lines keeps its indentation, loses its controls, and says how much is missing', () => {
  assert.equal(block('a\n  b\x07\n\n', { lines: 5, lineLength: 80 }), 'a\n  b?')
  assert.equal(block('1\n2\n3', { lines: 2, lineLength: 80 }), '1\n2\n[more than this was said: 5 characters in all]')
  const flood = block('y'.repeat(1_000_000), { lines: 3, lineLength: 10 })
  assert.equal(flood, `${'y'.repeat(9)}…\n[more than this was said: 1000000 characters in all]`)
})

test('output of several lines never exceeds its lines and their length, whatever it holds', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const rows = block(text, { lines: 4, lineLength: 20 }).split('\n')
      assert.ok(rows.length <= 5)
      for (const row of rows.slice(0, 4)) assert.ok(row.length <= 60)
      for (const row of rows) assert.doesNotMatch(row, /[\p{Cc}\p{Cf}\p{Cs}]/u)
    }),
  )
})

test('brackets take two places on a phone', () => {
  assert.equal(gsmPlaces('[::1]:80'), 10)
  assert.equal(gsmPlaces('10.1.1.2'), 8)
})

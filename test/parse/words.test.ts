import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { spanOf } from '../../src/parse/mon/lines.ts'
import { plainWords, splitWords } from '../../src/parse/text/words.ts'
import { sliceOf } from './world.ts'

// mon 1.3 through Text::ParseWords.
const vectors: readonly (readonly [text: string, words: readonly string[]])[] = [
  ['', []],
  ['  a  b ', ['a', 'b']],
  ['a\tb', ['a', 'b']],
  [`'a b' c`, ['a b', 'c']],
  ['"a b" c', ['a b', 'c']],
  [`x'a b'y"c d"z`, ['xa byc dz']],
  ['a\\ b', ['a b']],
  ['a\\\\b', ['a\\b']],
  ['"a\\"b"', ['a"b']],
  ['"a\\nb"', ['anb']],
  [`'a\\'b'`, ["a\\'b"]],
  [`'a\\b'`, ['a\\b']],
  [`""`, ['']],
  [`'' a ""`, ['', 'a', '']],
  ['$HOME * ~ `id`', ['$HOME', '*', '~', '`id`']],
]
for (const [text, words] of vectors) {
  test(`${text === '' ? 'nothing' : text} splits into ${JSON.stringify(words)}`, () => {
    const split = splitWords(sliceOf(text))
    assert.equal(split.kind, 'words')
    assert.deepEqual(
      split.words.map((word) => word.text),
      words,
    )
  })
}

for (const text of [`'a b`, '"a b', `a"b`, `a 'b\\'`, '"\\"', 'a \\']) {
  test(`the quote in ${text} never closes, and its place is told`, () => {
    const split = splitWords(sliceOf(text))
    assert.ok(split.kind === 'unbalanced')
    assert.match(text[spanOf(split.quote).start] ?? '', /['"\\]/)
  })
}

test('each word knows where it stands', () => {
  const text = ` mail -S "web down"  a@b`
  const places = splitWords(sliceOf(text)).words.map(spanOf)
  assert.deepEqual(
    places.map(({ start, end }) => text.slice(start, end)),
    ['mail', '-S', '"web down"', 'a@b'],
  )
})

test('whatever is quoted in "…" comes back as it was', () => {
  const quote = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const split = splitWords(sliceOf(words.map(quote).join(' ')))
      assert.deepEqual(
        split.words.map((word) => word.text),
        words,
      )
    }),
  )
})

test('hosts are split at blanks only: a quote is a character like any other', () => {
  const words = plainWords(sliceOf(`h1 "h2 h3"`)).map((word) => word.text)
  assert.deepEqual(words, ['h1', '"h2', 'h3"'])
})

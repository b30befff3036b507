/** What a person is shown of two texts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { differenceOf } from '../../../src/write/init/difference.ts'

const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`)

test('a changed line stands between a few that are the same', () => {
  const before = lines(1, 20)
  const after = before.map((line) => (line === 'line 10' ? 'line ten' : line))
  assert.deepEqual(differenceOf(before.join('\n'), after.join('\n')), [
    '  line 8',
    '  line 9',
    '- line 10',
    '+ line ten',
    '  line 11',
    '  line 12',
    '  …',
  ])
})

test('what is alike between two changes is not shown as changed', () => {
  assert.deepEqual(differenceOf('a\nb\nc', 'x\nb\ny'), ['- a', '+ x', '  b', '- c', '+ y'])
})

test('passwords and control characters are not shown', () => {
  assert.deepEqual(differenceOf('smtp://u:secret@h', 'monitor imap --password "s p" -p 1\u001b'), [
    '- smtp://u:***@h',
    '+ monitor imap --password *** -p 1␛',
  ])
})

test('a large difference costs little and is cut short', () => {
  const shown = differenceOf(lines(1, 100_000).join('\n'), lines(200_000, 300_000).join('\n'))
  assert.ok(shown.length < 100)
  assert.match(shown.at(-1) ?? '', /more lines$/)
})

test('what goes was there, what comes is there now, and equal texts have no difference', () => {
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })
  fc.assert(
    fc.property(text, text, (before, after) => {
      const shown = differenceOf(before.join('\n'), after.join('\n'))
      const count = (sign: string) => shown.filter((line) => line.startsWith(sign)).length
      if (before.join('\n') === after.join('\n'))
        assert.deepEqual(
          shown.filter((line) => !line.startsWith(' ')),
          [],
        )
      else assert.ok(count('-') + count('+') > 0)
      for (const line of shown) {
        if (line.startsWith('-')) assert.ok(before.join('\n').split('\n').includes(line.slice(2)))
        if (line.startsWith('+')) assert.ok(after.join('\n').split('\n').includes(line.slice(2)))
      }
    }),
  )
})

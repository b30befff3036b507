/** Flags that share one property keep their order; what a shape says of its values beyond its schema is told at their place. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expect } from '../../monitors/expect.ts'
import { encodeEscapes } from '../../src/model/byte-escapes.ts'
import { slice } from '../../src/parse/mon/lines.ts'
import { parseOptions } from '../../src/parse/options.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { Report } from '../../src/parse/text/report.ts'
import { splitWords } from '../../src/parse/text/words.ts'
import { sliceOf } from './world.ts'

function read(text: string) {
  const part = sliceOf(`expect ${text}`)
  const report = new Report()
  const { words } = splitWords(slice(part.line, 7, part.to))
  const options = parseOptions(expect, slice(part.line, 0, 6), words, report)
  return {
    step: options?.step ?? null,
    codes: report.problems.map(({ code }) => code),
    text: formatProblems(report.problems),
  }
}

const right: readonly (readonly [text: string, step: readonly string[]])[] = [
  ["-p 1 --expect 220 --send 'Q\\r\\n' --expect 221", ['expect 220', 'send Q\\r\\n', 'expect 221']],
  ['-p 1 --expect=220 -expect 221', ['expect 220', 'expect 221']],
  ["-p 1 --step 'send a b' --regex c --step 'expect d'", ['send a b', 'regex c', 'expect d']],
  ["-p 1 --send 'a  b'", ['send a  b']],
  ['-p 1 --send -x --send --expect', ['send -x', 'send --expect']],
  ['-p 1 --send "Q\\\\r\\\\n"', ['send Q\\r\\n']],
  ['-p 1 --send Q\\\\r\\\\n', ['send Q\\r\\n']],
  ["-p 1 --send 'it\\'s'", ["send it\\'s"]],
]
for (const [text, step] of right) {
  test(`${text}: ${step.join(', ')}`, () => assert.deepEqual(read(text), { step, codes: [], text: '' }))
}

const wrong: readonly (readonly [text: string, code: string, says: RegExp])[] = [
  ['-p 1', 'option-missing', /"expect" needs --send or --expect or --regex/],
  ["-p 1 --send 'a\\qb'", 'option-value', /:21: \\q is no escape \(character 2 of the text\)|\\q is no escape/],
  ["-p 1 --expect a --send ''", 'option-value', /send needs a text that is not empty/],
  ["-p 1 --udp --send '' --expect ''", 'option-value', /expect needs a text that is not empty/],
  ["-p 1 --regex '('", 'option-value', /this regular expression cannot be had/],
  ['-p 1 --step 220', 'option-value', /send, expect or regex, a blank, and the text/],
  ['-p 1 --udp --expect a', 'option-value', /with --udp the first step must send something/],
  ['-p 1 --udp --tls --send a', 'option-value', /there is no TLS over UDP/],
  ['-p 1 --sends a', 'option-unknown', /did you mean --send\?/],
  ['-p 1 --expect', 'option-value', /"--expect" needs a value behind it/],
]
for (const [text, code, says] of wrong) {
  test(`${text}: ${code}`, () => {
    const problems = read(text)
    assert.ok(problems.codes.includes(code), problems.codes.join(' '))
    assert.match(problems.text, says)
  })
}

test('a backslash that the quotes of mon.cf take away is told, and the text is taken as it is left', () => {
  for (const text of ['-p 1 --send "Q\\r\\n"', '-p 1 --send Q\\r\\n', '-p 1 --send "a "\\n']) {
    assert.deepEqual(read(text).codes, ['lost-backslash'], text)
  }
  for (const text of [
    "-p 1 --send 'Q\\r\\n'",
    '-p 1 --send "Q\\\\r"',
    '-p 1 --send "say \\"hi\\""',
    '-p 1 --send \'a\\r\'"b"',
  ]) {
    assert.deepEqual(read(text).codes, [], text)
  }
})

test('any bytes can be written in single quotes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      const text = encodeEscapes(bytes).replaceAll("'", "\\'")
      const { step, codes } = read(`-p 1 --send '${text}'`)
      assert.deepEqual(codes, [])
      assert.deepEqual(step, [`send ${text}`])
    }),
  )
})

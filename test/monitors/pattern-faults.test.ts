/** A pattern that nobody can look for is told when the configuration is read, and not by a server that is unknown for ever. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monitors } from '../../monitors/index.ts'
import { parseOptions } from '../../src/parse/options.ts'
import { Report } from '../../src/parse/text/report.ts'
import { splitWords } from '../../src/parse/text/words.ts'
import { sliceOf } from './options-of.ts'

/** What the parser says of a monitor's words: the word that it points at, and why. */
function saidOf(words: string): readonly string[] {
  const [name, ...rest] = splitWords(sliceOf(words)).words
  const shape = monitors.get(name?.text ?? '')
  assert.ok(name !== undefined && shape !== undefined, words)
  const report = new Report()
  const options = parseOptions(shape, name, rest, report)
  assert.equal(options === null, report.failed)
  return report.problems.map(({ span, message }) => `${span.source.text.slice(span.start, span.end)}: ${message}`)
}

const shown = (pattern: string) =>
  `'${pattern}': the regular expression /${pattern}/ cannot be looked for: it is no regular expression: Unterminated group`

for (const words of [
  'http --receive',
  'ftp --path a --receive',
  'ldap --entry "" --receive',
  'dns --name a.example --receive',
  'simpletcp -p 7 --receive',
]) {
  test(`${words} must be a regular expression`, () => {
    assert.deepEqual(saidOf(`${words} 'a(b'`), [shown('a(b')])
    assert.deepEqual(saidOf(`${words} 'a\\(b'`), [])
    assert.deepEqual(saidOf(`${words} ''`), [])
  })
}

for (const words of ['http --regex', 'http --match', 'mon-http --match', 'mon-phttp --regex']) {
  test(`${words} must be a regular expression`, () => {
    assert.equal(saidOf(`${words} 'a(b'`).length, 1)
    assert.deepEqual(saidOf(`${words} 'a[(]b'`), [])
  })
}

test('telnet --login must be one between slashes', () => {
  assert.equal(saidOf("telnet --login '/a(b/'").length, 1)
  assert.deepEqual(saidOf("telnet --login '/a[(]b/i'"), [])
})

test('so must the pattern of a page', () => {
  const page = (regex: object) => `http-get --options '${JSON.stringify({ url: ['/', { path: '/x', regex }] })}'`
  assert.equal(saidOf(page({ pattern: 'a(b' })).length, 1)
  assert.equal(saidOf(page({ pattern: 'a', options: ['nonsense'] })).length, 1)
  assert.deepEqual(saidOf(page({ pattern: 'a.b', options: ['caseless'] })), [])
})

test('a pattern for a file needs the file', () => {
  assert.deepEqual(saidOf('ftp --receive a'), ['a: a pattern is looked for in a file, and none is named'])
  assert.deepEqual(saidOf("ftp --receive ''"), [])
})

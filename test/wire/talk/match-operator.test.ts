import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { MATCH_OPERATOR, patternOf } from '../../../src/wire/talk/match-operator.ts'
import { needs } from '../../needs.ts'

/** An operator, and texts among which it finds itself in the first few only. */
const vectors: readonly (readonly [operator: string, found: readonly string[], missing: readonly string[]])[] = [
  ['/ogin:/i', ['Login:', 'LOGIN:'], ['ogin']],
  ['/ogin:/', ['login:'], ['LOGIN:']],
  ['m/ogin:/', ['login:'], ['log']],
  ['m{ogin: $}', ['login: ', 'login: \n'], ['login: x', 'login: \n\n']],
  ['m!a/b!', ['a/b'], ['ab']],
  ['m#a#i', ['A'], ['b']],
  ['m(a)', ['a'], ['b']],
  ['/a$/', ['a', 'a\n'], ['a\nb', 'ab']],
  ['/a$/m', ['a', 'a\nb'], ['ab']],
  ['/a\\$/', ['a$'], ['a']],
  ['/[\\$]/', ['$'], ['a']],
  ['/[\\]\\$]b/', ['$b', ']b'], ['b']],
  ['/^b/', ['bc'], ['a\nb']],
  ['/^b/m', ['a\nb'], ['ab']],
  ['/\\Ab/m', ['b'], ['a\nb']],
  ['/b\\z/', ['b'], ['b\n']],
  ['/b\\Z/', ['b', 'b\n'], ['bc']],
  ['/a.b/', ['axb'], ['a\nb']],
  ['/a.b/s', ['a\nb'], ['ab']],
  ['/(?i)login/', ['LOGIN'], ['log']],
  ['/\\/etc/', ['/etc'], ['etc']],
  [' /a/ ', ['a'], ['b']],
]

test('a match operator finds what it is written for', () => {
  for (const [operator, found, missing] of vectors) {
    const pattern = patternOf(operator)
    assert(pattern !== null && new RegExp(MATCH_OPERATOR).test(operator), operator)
    const regExp = new RegExp(pattern.source, pattern.flags)
    for (const text of found) assert(regExp.test(text), `${operator} in ${JSON.stringify(text)}`)
    for (const text of missing) assert(!regExp.test(text), `${operator} not in ${JSON.stringify(text)}`)
  }
})

test('Perl finds the same', needs('perl'), () => {
  for (const [operator, found, missing] of vectors) {
    const program = `print((map { $_ =~ ${operator} ? 1 : 0 } @ARGV), "\\n")`
    const { stdout } = spawnSync('perl', ['-e', program, ...found, ...missing], { encoding: 'utf8' })
    assert.equal(stdout.trim(), '1'.repeat(found.length) + '0'.repeat(missing.length), operator)
  }
})

test('what is no match operator is refused', () => {
  const shape = new RegExp(MATCH_OPERATOR)
  for (const word of ['login:', 'ogin:/', '/ogin:', 'm', 'mxax', '/a/x', '', 'm{a', 'm{a)', '/a/ /b/c/d']) {
    assert(!shape.test(word) || patternOf(word) === null, word)
  }
})

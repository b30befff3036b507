// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are keepalived's.
/** Lines as they count: what keepalived 2.2.7 makes of each of these was tried. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IncludeAnswer, IncludeRequest } from '../../../src/parse/keepalived/includes.ts'
import { spanOf } from '../../../src/parse/keepalived/line.ts'
import { parseKeepalived, readKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { placeOf } from '../../../src/parse/source.ts'

/** static_routes takes any line, so its statements show what a text is read as. */
const wordsOf = (before: string, lines: string) => {
  const text = `${before}static_routes {\n${lines}\n}\n`
  const { kept } = parseKeepalived({ file: '/etc/keepalived/keepalived.conf', text }, { id: 'host1', seed: 7 })
  const statements = kept.find(({ block }) => block !== null)?.block?.statements ?? []
  return statements.map(({ keyword, words }) => [keyword, ...words].map((word) => word.text).join('|'))
}

const vectors: readonly (readonly [name: string, before: string, lines: string, read: readonly string[]])[] = [
  ['blanks separate, double quotes hold together', '', 'a  "b  c"\td', ['a|b  c|d']],
  ['words that touch do not join', '', 'a"b c"d', ['a|b c|d']],
  ['nothing is escaped in double quotes', '', String.raw`a "b\n"`, [String.raw`a|b\n`]],
  ['a comment begins anywhere', '', 'a # b\n! c\nd!e', ['a', 'd']],
  ['double quotes protect a comment sign, single ones do not', '', `a "b#c"\nd 'e#f'`, ['a|b#c', "d|'e"]],
  ['an escaped comment sign cuts all the same, outside global_defs', '', String.raw`a b\#c`, ['a|b']],
  ['a line for this host counts', '', '@host1 a b\n @host1 c', ['a|b', 'c']],
  ['a line for another host does not', '', '@host a\n@host11 b\n@^host1 c\n@host1\n@ d', []],
  ['a line for every other host counts', '', '@^host2 a', ['a']],
  ['a definition', '$A=x y\n', 'a $A\n$A,\n($A)', ['a|x|y', 'x|y,', '(x|y)']],
  [
    'a name ends before a blank, a comma, a parenthesis',
    '$A=x\n',
    'a$A\n$A.b\n$Ab\n/$A/\n"$A"',
    ['ax', '$A.b', '$Ab', '/$A/', '$A'],
  ],
  ['in braces it counts anywhere', '$A=x\n', 'a${A}b "c ${A}"', ['axb|c x']],
  ['a definition may use a later one', '$A=$B z\n$B=y\n', 'a $A', ['a|y|z']],
  ['the last definition counts', '$A=x\n$A=y\n', '$A', ['y']],
  ['an empty definition', '$A=\n', 'a $A b', ['a|b']],
  ['a definition for one host', '@host1 $A=x\n@host2 $A=y\n', '$A', ['x']],
  ['an unknown name stays', '', 'a $A', ['a|$A']],
  ['a definition of lines', '$A=a b \\\n  c # d \\\n', 'x $A', ['x|a|b', 'c']],
  ['a definition of lines counts at the end only', '$A=a \\\n b\n', '$A x', ['$A|x']],
  ['a loop over numbers', '', '~SEQ(N, 1, 3) a$N', ['a1', 'a2', 'a3']],
  ['a loop that goes down', '', '~SEQ(N, 3, 1) a$N', ['a3', 'a2', 'a1']],
  ['a loop with a step', '', '~SEQ(N, 1, 2, 6) a$N', ['a1', 'a3', 'a5']],
  ['a loop with its end alone', '', '~SEQ(N, 2) a$N\n~SEQ(N, -2) b$N', ['a1', 'a2', 'b-1', 'b-2']],
  ['a hexadecimal loop', '', '~SEQx(N, 9, 0xb) a$N', ['a9', 'aa', 'ab']],
  ['loops in loops', '', '~SEQ(N, 1, 2) ~SEQ(M, 1, 2) ${N}$M', ['11', '12', '21', '22']],
  ['a loop over a list', '', '~LST(N, a, b) $N', ['a', 'b']],
  ['a loop over pairs', '', '~LST({A,B}, {1,2}, {3,4}) $A $B', ['1|2', '3|4']],
  ['a loop over lines', '$A=a $N \\\n b\n', '~SEQ(N, 1, 2) $A', ['a|1', 'b', 'a|2', 'b']],
  ['the last value of a loop stays', '', '~SEQ(N, 1, 2) a\nb $N', ['a', 'a', 'b|2']],
  ['the directory of the file', '', '${_PWD}/x', ['/etc/keepalived/x']],
  ['the instance, without one the id', 'instance left\n', '${_INSTANCE}', ['left']],
  ['a random number between two equal ones', '', '${_RANDOM 5 5}', ['5']],
]
for (const [name, before, lines, read] of vectors) {
  test(`${name}: ${JSON.stringify(lines).slice(0, 60)}`, () => assert.deepEqual(wordsOf(before, lines), read))
}

test('random numbers are the same for the same seed', () => {
  const numbers = () => wordsOf('', '${_RANDOM} ${_RANDOM 0 9}')
  assert.deepEqual(numbers(), numbers())
  assert.match(numbers()[0] ?? '', /^\d{1,5}\|\d$/)
})

test('in global_defs an escaped comment sign is a letter', () => {
  const file = parseKeepalived({ file: 'k', text: 'global_defs {\n router_id a\\#b\n}\n' })
  assert.equal(file.globals.router_id?.value, 'a#b')
})

test('what a definition put in has the place of its name, and lines of a definition have their own', () => {
  const text = '$A=10.0.0.300\n$B=virtual_server_group G { \\\n  10.0.0.301 80 \\\n}\n$B\nvirtual_server $A 80 {\n}\n'
  const { problems } = parseKeepalived({ file: 'k', text })
  const places = problems.map(({ span }) => ({
    line: placeOf(span.source, span.start).line,
    length: span.end - span.start,
  }))
  assert.deepEqual(places, [
    { line: 3, length: 10 },
    { line: 6, length: 2 },
  ])
})

test('a reader that is asked for files goes on with what it is handed, in its place', () => {
  const text = 'static_routes {\n a\n include conf.d/*.conf\n d\n}\n'
  const reading = readKeepalived({ file: '/etc/k.conf', text }, { id: 'x' })
  const asked: IncludeRequest[] = []
  const answers: IncludeAnswer[] = [
    {
      sources: [
        { file: '1', text: 'b\ninclude more' },
        { file: '2', text: 'c' },
      ],
      unreadable: [],
    },
    { sources: [{ file: '3', text: 'b2' }], unreadable: [] },
  ]
  let step = reading.next()
  while (step.done !== true) {
    asked.push(step.value)
    step = reading.next(answers[asked.length - 1] ?? { sources: [], unreadable: [] })
  }
  const statements = step.value.kept[0]?.block?.statements ?? []
  assert.deepEqual(
    asked.map(({ pattern, from }) => `${from} ${pattern}`),
    ['/etc/k.conf conf.d/*.conf', '1 more'],
  )
  assert.deepEqual(
    statements.map(({ keyword }) => keyword.text),
    ['a', 'b', 'b2', 'c', 'd'],
  )
  assert.deepEqual(
    statements.map(({ keyword }) => spanOf(keyword).source.file),
    ['/etc/k.conf', '1', '3', '2', '/etc/k.conf'],
  )
  assert.deepEqual(step.value.sources.map(({ file }) => file).toSorted(), ['/etc/k.conf', '1', '2', '3'])
})

test('include_check makes plain include strict from there on, in this file', () => {
  const text = 'include a\nglobal_defs {\n include_check match\n}\ninclude b\n'
  const { problems } = parseKeepalived({ file: 'k', text })
  assert.deepEqual(
    problems.map(({ severity }) => severity),
    ['warning', 'error'],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkAnswer, fileProblem, loadMon } from '../../src/parse/check.ts'
import { placeOfSlice } from '../../src/parse/mon/lines.ts'
import { formatProblem, formatProblems, type Problem } from '../../src/parse/problem.ts'
import { decode, LARGEST_FILE, placeOf } from '../../src/parse/source.ts'
import { KEPT_PROBLEMS, Report } from '../../src/parse/text/report.ts'
import { charWidth, visible } from '../../src/parse/text/visible.ts'
import { resolveText } from './world.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const codesOf = (problems: readonly Problem[]) => problems.map(({ code, severity }) => `${severity} ${code}`)

const files = [
  { name: 'UTF-8 is read', data: bytes('é'), text: 'é', problems: [] },
  { name: 'a byte order mark is dropped', data: bytes('\ufeffa = b'), text: 'a = b', problems: [] },
  { name: 'an empty file is a text', data: bytes(''), text: '', problems: [] },
  {
    name: 'Latin-1 in a comment is forgiven',
    data: Uint8Array.from([...bytes('a\n# caf'), 0xe9, 10]),
    text: 'a\n# café\n',
    problems: ['warning not-utf8'],
  },
  {
    name: 'Latin-1 elsewhere is an error, said once',
    data: Uint8Array.from([0xe9, 10, 0xe9, 10]),
    text: 'é\né\n',
    problems: ['error not-utf8'],
  },
  { name: 'UTF-16 is named', data: Uint8Array.from([0xff, 0xfe, 0x61, 0]), text: '', problems: ['error not-utf8'] },
  { name: 'a NUL means binary', data: Uint8Array.from([0x7f, 0x45, 0]), text: '', problems: ['error binary-file'] },
  {
    name: 'a file beyond the limit',
    data: new Uint8Array(LARGEST_FILE + 1),
    text: '',
    problems: ['error file-too-large'],
  },
]
for (const { name, data, text, problems } of files) {
  test(name, () => {
    const decoded = decode('mon.cf', data)
    assert.equal(decoded.source.text, text)
    assert.deepEqual(codesOf(decoded.problems), problems)
  })
}

test('any bytes decode to a text of which every line is where it was', () => {
  fc.assert(
    fc.property(fc.uint8Array({ min: 1, maxLength: 200 }), (data) => {
      const decoded = decode('mon.cf', data)
      const count = (list: readonly number[]) => list.filter((code) => code === 10).length
      if (decoded.kind === 'text') assert.equal(count([...bytes(decoded.source.text)]), count([...data]))
    }),
  )
})

test('lines and columns count from 1', () => {
  const source = { file: 'f', text: 'ab\ncd\n' }
  const places = [0, 1, 2, 3, 5, 6].map((offset) => placeOf(source, offset))
  assert.deepEqual(
    places.map(({ line, column }) => [line, column]),
    [
      [1, 1],
      [1, 2],
      [1, 3],
      [2, 1],
      [2, 3],
      [3, 1],
    ],
  )
})

test('a problem prints as in the style guide', () => {
  const text = `${'\n'.repeat(13)}    interval 5mn\n`
  const source = { file: 'mon.cf', text }
  const start = text.indexOf('5mn')
  const problem: Problem = {
    code: 'interval-unit',
    severity: 'error',
    span: { source, start, end: start + 3 },
    message: '"5mn" is not a length of time',
    hint: 'write a number and one of s, m, h, d: 5m',
  }
  const expected = [
    'mon.cf:14:14: "5mn" is not a length of time [interval-unit]',
    '    interval 5mn',
    '             ^^^ write a number and one of s, m, h, d: 5m',
  ]
  assert.equal(formatProblem(problem), expected.join('\n'))
})

test('carets stand under the text: behind tabs, wide and combining characters, in a line far too long', () => {
  for (const before of ['\t\tx\t', '監視 ', 'e\u0301 ', 'x '.repeat(5000), '🚀 '.repeat(300)]) {
    const text = `${before}bad ${'y '.repeat(5000)}`
    const source = { file: 'f', text }
    const start = before.length
    const span = { source, start, end: start + 3 }
    const problem: Problem = { code: 'c', severity: 'error', span, message: 'm', hint: '' }
    const [, line = '', carets = ''] = formatProblem(problem).split('\n')
    const width = (part: string) => [...part].reduce((sum, char) => sum + charWidth(char.codePointAt(0) ?? 0), 0)
    assert.equal(carets.trim(), '^^^')
    assert.equal(width(line.slice(0, line.indexOf('bad'))), carets.indexOf('^'), JSON.stringify(before.slice(0, 9)))
    assert.ok(line.length < 250)
  }
})

test('nothing in a file reaches the terminal as a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const printed = formatProblems(resolveText(text).problems) + visible(text)
      assert.doesNotMatch(printed.replaceAll('\n', ''), /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/)
    }),
  )
})

test('only so many problems are printed, and the rest is counted', () => {
  const printed = formatProblems(resolveText('garbage\n\n'.repeat(60)).problems)
  assert.match(printed, /and 10 more problems, not shown$/)
})

test('only so many problems are kept, and an error is not lost behind warnings', () => {
  const report = new Report()
  const span = { source: { file: 'f', text: 'x' }, start: 0, end: 1 }
  for (let i = 0; i < KEPT_PROBLEMS + 5; i++) report.warning('w', span, 'm')
  report.error('e', span, 'm')
  assert.equal(report.omitted, 5)
  assert.equal(report.problems[0]?.code, 'e')
  assert.ok(report.failed)
})

test('the answer of a check: 0 without problems, 1 with warnings, 2 with errors', () => {
  const good = 'hostgroup web 10.1.1.2\n\nwatch web\n    service http\n        interval 1m\n        monitor http\n'
  const answers = [good, `${good}        timeout 2m\n`, `${good}        timeout 2\n`].map((text) =>
    checkAnswer('mon.cf', resolveText(text).problems),
  )
  assert.deepEqual(
    answers.map(({ exit }) => exit),
    [0, 1, 2],
  )
  assert.deepEqual(
    answers.map(({ text }) => text.split('\n').at(-1)),
    ['mon.cf: no problems', 'mon.cf: 1 warning', 'mon.cf: 1 error'],
  )
})

test('the answer in JSON has every problem with its place', () => {
  const { text } = checkAnswer('mon.cf', resolveText('maxproc = 1\n').problems, { json: true })
  const { errors, warnings, problems } = JSON.parse(text)
  assert.deepEqual({ errors, warnings }, { errors: 1, warnings: 0 })
  assert.deepEqual(problems, [
    {
      code: 'unknown-setting',
      severity: 'error',
      file: 'mon.cf',
      line: 1,
      column: 1,
      length: 7,
      message: '"maxproc" is not a setting',
      hint: 'did you mean maxprocs?',
    },
  ])
})

test('a file that is not there is an error with a remedy', () => {
  const missing = fileProblem('/etc/mon/mon.cf', 'it does not exist')
  assert.equal(checkAnswer('mon.cf', [missing]).exit, 2)
  assert.match(formatProblem(missing), /^\/etc\/mon\/mon.cf: this file cannot be read: it does not exist \[file\]\n/)
})

test('what m4 made of several files tells each line by the file it is from', () => {
  const text = '#line 3 "mon.m4"\na = 1\n#line 1 "days.m4"\n\nb = 2\n#line 5 "mon.m4"\nc = 3\nd = 4\n#line 9\ne = 5\n'
  const loaded = loadMon('mon.m4', bytes(text), { fromM4: true })
  assert.ok(loaded.kind === 'parsed')
  const places = loaded.file.globals
    .map(({ keyword }) => placeOfSlice(keyword))
    .map(({ file, line }) => `${file}:${line}`)
  assert.deepEqual(places, ['mon.m4:3', 'days.m4:2', 'mon.m4:5', 'mon.m4:6', 'mon.m4:9'])
})

test('without m4 a comment that looks like one of its lines moves nothing', () => {
  const loaded = loadMon('mon.cf', bytes('#line 30 "other.cf"\na = 1\n'))
  assert.ok(loaded.kind === 'parsed')
  assert.match(formatProblems(loaded.file.problems), /^mon\.cf:2:1: /)
})

test('where mon would have taken the file, the last line says how to have it so', () => {
  const loaded = loadMon('mon.cf', bytes('prose\n\nallert = 1\n'))
  assert.ok(loaded.kind === 'parsed')
  assert.match(
    checkAnswer('mon.cf', loaded.file.problems).text,
    /2 errors\nmon 1\.3 lets one of these errors pass; .*quirks = mon-1\.3/,
  )
})

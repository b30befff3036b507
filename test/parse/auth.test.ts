/** auth.cf: what it means, what each mistake earns, and that no text of it brings the reader down or a secret out. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { type AuthFile, COMMAND_WORDS } from '../../src/model/auth.ts'
import { MOST_TRAP_RULES } from '../../src/parse/auth/traps.ts'
import { authFileProblem, loadAuth, parseAuth } from '../../src/parse/auth.ts'
import { formatProblems, type Problem, recordOf } from '../../src/parse/problem.ts'

const read = (text: string) => parseAuth({ file: 'auth.cf', text })
const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = fileURLToPath(new URL('auth/bad/', import.meta.url))
const mistakes = readdirSync(folder).filter((name) => name.endsWith('.cf'))

const isError = ({ severity }: Problem) => severity === 'error'

test('command lines add up, whatever the case of the command, and keep users as they are written', () => {
  const { file, problems } = read(
    'list: all\nReset : joe,JANE ,!eve\n  \n#x: y\ncommand section\nstop: AUTH_ANY, !AUTH_ANY\n',
  )
  assert.deepEqual(problems, [])
  const plain = [...file.commands].map(([command, { all, anyUser, noUser, users, denied }]) => {
    return { command, all, anyUser, noUser, users: [...users], denied: [...denied] }
  })
  assert.deepEqual(plain, [
    { command: 'list', all: true, anyUser: false, noUser: false, users: [], denied: [] },
    { command: 'reset', all: false, anyUser: false, noUser: false, users: ['joe', 'JANE'], denied: ['eve'] },
    { command: 'stop', all: false, anyUser: true, noUser: true, users: [], denied: [] },
  ])
})

test('trap lines are host, user and hash', () => {
  const hash = 'rqXexS6ZhobKA'
  const text = `trap section\r\n127.0.0.1 * *\r\n2001:DB8:0::1 mon ${hash}\r\nRouter.example.com\tmon ${hash}\r\n`
  const { file, problems } = read(text)
  assert.deepEqual(problems, [])
  assert.deepEqual(file.traps, [
    { host: { kind: 'address', address: '127.0.0.1' }, user: '*', hash: '*' },
    { host: { kind: 'address', address: '2001:db8::1' }, user: 'mon', hash },
    { host: { kind: 'name', name: 'router.example.com' }, user: 'mon', hash },
  ])
})

for (const name of mistakes) {
  test(`the mistake ${name} earns exactly its message`, () => {
    const { problems } = loadAuth('auth.cf', readFileSync(folder + name))
    assert.equal(`${formatProblems(problems)}\n`, readFileSync(folder + name.replace('.cf', '.txt'), 'utf8'))
    for (const problem of problems) {
      assert.notEqual(problem.hint, '')
      assert.doesNotMatch(problem.message, /\.$/)
    }
  })
}

test('only what mon refuses to start with, and what is no text, is an error', () => {
  const codes = mistakes.flatMap((name) => loadAuth('auth.cf', readFileSync(folder + name)).problems.filter(isError))
  const expected = ['auth-no-colon', 'binary-file', 'line-end', 'not-utf8']
  assert.deepEqual([...new Set(codes.map(({ code }) => code))].sort(), expected)
})

for (const name of ['config/auth.cf', '/usr/share/doc/mon/examples/auth.cf']) {
  const path = name.startsWith('/') ? name : root + name
  test(`${name} has no problems`, { skip: !existsSync(path) && 'the Debian package mon is not here' }, () => {
    const { file, problems } = loadAuth(name, readFileSync(path))
    assert.equal(formatProblems(problems), '')
    assert.equal(file.commands.get('list')?.all, true)
    assert.equal(file.commands.get('reset')?.anyUser, true)
    for (const command of file.commands.keys()) assert.ok(COMMAND_WORDS.includes(command))
  })
}

test('a file that cannot be read is an error that says what to do', () => {
  const text = formatProblems([authFileProblem('/etc/mon/auth.cf', 'it does not exist')])
  assert.match(text, /auth\.cf: this file cannot be read: it does not exist \[auth-file\]\n +name it with authfile/)
})

function assertJudged({ file, problems }: { readonly file: AuthFile; readonly problems: readonly Problem[] }): void {
  assert.ok(file.traps.length <= MOST_TRAP_RULES)
  for (const problem of problems) {
    const { line, column } = recordOf(problem)
    assert.ok(line >= 1 && column >= 1)
    assert.ok(problem.span.start <= problem.span.end && problem.span.end <= problem.span.source.text.length)
  }
  formatProblems(problems)
}

test('any text gives an AuthFile or problems', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => assertJudged(read(text))))
})

test('any bytes give an AuthFile or problems', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assertJudged(loadAuth('auth.cf', bytes))))
})

const words =
  'list reset lisst all AUTH_ANY ! !AUTH_ANY joe * 127.0.0.1 ::1 router trap command section : , \n \n # \r \\ \u00e9'

test('any order of the words of auth.cf gives an AuthFile or problems', () => {
  const text = fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 60 }).map((list) => list.join(' '))
  fc.assert(
    fc.property(text, (one) => assertJudged(read(one))),
    { numRuns: 500 },
  )
})

test('no password and no hash of a trap line is ever printed, wherever the line stands and however it is spoilt', () => {
  const secret = fc.stringMatching(/^[./0-9A-Za-z$]{12,20}$/).map((text) => `${text}S3cret`)
  const place = fc.constantFrom('', 'trap section\n', 'list: all\n', 'trap section x\n* a b\n')
  const before = fc.constantFrom(
    '* mon ',
    'host mon  ',
    '10.0.0.0/8 mon ',
    'mon ',
    'mon:',
    'a b c ',
    'x: mon ',
    '* mon x',
  )
  const after = fc.constantFrom('', ' ', ' more', ' # comment', ':', ' : all', '\\', '\u00a0', '\r')
  fc.assert(
    fc.property(place, before, secret, after, (heading, start, hidden, end) => {
      const { problems } = read(`${heading}${start}${hidden}${end}\n`)
      const printed = formatProblems(problems) + JSON.stringify(problems.map(recordOf))
      assert.ok(!printed.includes('S3cret'), printed)
    }),
    { numRuns: 1000 },
  )
})

/** There is no clock in this test: what is not linear in two megabytes does not end before the runner's limit. */
const SIZE = 2 * 1024 * 1024
for (const [name, unit, before] of [
  ['lines without a colon', 'x\n', ''],
  ['lines for one command', 'list: joe, !joe\n', ''],
  ['one line of users', 'joe, !joe, ', 'list: '],
  ['commas', ',', 'list:'],
  ['blanks', ' ', 'list'],
  ['unknown commands', 'lisst: all\n', ''],
  ['trap entries', '* mon *\n', 'trap section\n'],
  ['one line of traps', 'word ', 'trap section\n'],
  ['headings', 'trap section x\n', ''],
  ['dollars', '$', 'list:'],
] as const) {
  test(`two megabytes of ${name} are judged`, () => {
    assertJudged(read(before + unit.repeat(Math.ceil(SIZE / unit.length))))
  })
}

/** How lvs.cf is written: each lexical rule of Piranha's parser, and what is made of a line that it refuses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LvsFile } from '../../../src/parse/lvs/file.ts'
import { formatProblems } from '../../../src/parse/problem.ts'
import { decode } from '../../../src/parse/source.ts'
import { parsed } from './world.ts'

const told = (file: LvsFile) => file.problems.map(({ severity, code }) => `${severity} ${code}`)
const keepalive = ({ globals }: LvsFile) => globals.keepalive?.value
const shape = ({ virtuals }: LvsFile) =>
  virtuals.map(({ name, servers }) => [name.text, ...servers.map((server) => server.name.text)].join(' '))

const whole = 'virtual a {\n active = 1\n server b {\n  weight = 3\n }\n}\n'

const settings: readonly (readonly [name: string, text: string, value: number | undefined, told: readonly string[]])[] =
  [
    ['a statement on a line', 'keepalive = 3', 3, []],
    ['tabs for blanks', '\tkeepalive\t=\t3\t', 3, []],
    ['CRLF', 'heartbeat = 1\r\nkeepalive = 3\r\n', 3, []],
    ['CR alone', 'heartbeat = 1\rkeepalive = 3\r', 3, []],
    ['all line ends mixed', 'heartbeat = 1\r\n\rkeepalive = 3\ndeadtime = 5\r', 3, []],
    ['no last line end', 'keepalive = 3', 3, []],
    ['a comment', '# x\n   # y\nkeepalive = 3', 3, []],
    ['a comment behind a value', 'keepalive = 3 # c', 3, ['warning comment-behind']],
    ['a comment glued to a value', 'keepalive = 3#c', undefined, ['error value']],
    ['no blank around =', 'keepalive=3', 3, ['warning equal']],
    ['no blank behind =', 'keepalive= 3', 3, ['warning equal']],
    ['no blank before the value', 'keepalive =3', 3, ['warning equal']],
    ['no =', 'keepalive 3', 3, ['warning equal']],
    ['nothing behind the word', 'keepalive', undefined, ['error value-missing']],
    ['nothing behind =', 'keepalive =', undefined, ['error value-missing']],
    ['nothing before =', '= 3', undefined, ['error word-unknown']],
    ['two values', 'keepalive = 3 4', undefined, ['error value-extra']],
    ['quotes', 'keepalive = "3"', 3, []],
    ['single quotes', "keepalive = '3'", 3, []],
    ['an open quote', 'keepalive = "3', undefined, ['error quote']],
    ['the other quote', 'keepalive = "3\'', undefined, ['error quote']],
    ['text behind a quote', 'keepalive = "3"4', undefined, ['error quote-glued']],
    ['a quote in a word', 'debug_level = a"b', undefined, []],
    ['capitals', 'KeepAlive = 3', 3, ['warning letters']],
    ['a word twice', 'keepalive = 4\nkeepalive = 3', 3, ['warning word-twice']],
    ['a word behind a block', `${whole}keepalive = 3`, 3, []],
    ['a word in a block', 'virtual a {\nkeepalive = 3\n}', undefined, ['error word-unknown']],
    ['an unknown word', 'keepalives = 3', undefined, ['error word-unknown']],
    ['a byte order mark', '\ufeffkeepalive = 3', 3, []],
    ['a NUL', 'keepalive = 3\0', undefined, ['error nul']],
    ['many words', `keepalive = ${'3 '.repeat(200)}`, undefined, ['error value-extra']],
    ['a long line', `debug_level = ${'x'.repeat(4096)}\nkeepalive = 3`, 3, []],
  ]
for (const [name, text, value, expected] of settings) {
  test(`${name} is read, or refused with a reason`, () => {
    const file = parsed(text)
    // The odd character of a byte order mark is remarked on where no decoder has taken it away.
    assert.deepEqual(
      told(file).filter((one) => one !== 'warning invisible-character'),
      expected,
      formatProblems(file.problems),
    )
    assert.equal(keepalive(file), value)
  })
}

const blocks: readonly (readonly [name: string, text: string, shape: readonly string[], told: readonly string[]])[] = [
  ['blocks as Piranha writes them', whole, ['a b'], []],
  ['a name with a blank', 'virtual "a b" {\n}\n', ['a b'], []],
  ['a name beyond ASCII', 'virtual büro {\n}\n', ['büro'], []],
  ['a { on the next line', 'virtual a\n{\n}\n', ['a'], ['warning brace-line']],
  ['a { on the next line but one', 'virtual a\n\n# x\n{\n}\n', ['a'], ['warning brace-line']],
  ['a { glued to the name', 'virtual a{\n}\n', ['a'], ['warning brace-glued']],
  ['a missing {', 'virtual a\nactive = 1\n}\n', ['a'], ['error brace-missing']],
  ['no name', 'virtual {\n}\n', [''], ['error block-name']],
  ['no name and no blank', 'virtual{\n}\n', [''], ['error block-name', 'warning brace-glued']],
  ['a name of two words', 'virtual a b {\n}\n', ['a'], ['error block-name']],
  ['all on one line', 'virtual a { active = 1 }\n', ['a'], ['error block-line']],
  ['a comment behind a {', 'virtual a { # x\n}\n', ['a'], ['warning comment-behind']],
  ['a comment behind a }', 'virtual a {\n} # x\n', ['a'], []],
  ['words behind a }', 'virtual a {\n} x y\n', ['a'], ['warning brace-behind']],
  ['a } behind a value', 'virtual a {\nactive = 1 }\n}\n', ['a'], ['error value-extra']],
  ['an open block at the end', 'virtual a {\nserver b {\n', ['a b'], ['warning brace-missing']],
  ['a stray }', 'keepalive = 3\n}\n', [], ['error brace-stray']],
  ['a stray {', '{\n', [], ['error brace-stray']],
  ['a virtual in a virtual', 'virtual a {\nvirtual b {\n}\n', ['a', 'b'], ['error brace-missing']],
  ['a virtual in a server', 'virtual a {\nserver s {\nvirtual b {\n}\n', ['a s', 'b'], ['error brace-missing']],
  ['a server in a server', 'virtual a {\nserver s {\nserver t {\n}\n}\n', ['a s t'], ['error brace-missing']],
  ['a server outside', 'server s {\n}\n', [], ['error server-place']],
  ['capitals', 'Virtual a {\n}\n', ['a'], ['warning letters']],
  ['two of one name', 'virtual a {\n}\nvirtual a {\n}\n', ['a', 'a'], []],
]
for (const [name, text, expected, problems] of blocks) {
  test(`${name}: a block is read, or refused with a reason`, () => {
    const file = parsed(text)
    assert.deepEqual(told(file), problems, formatProblems(file.problems))
    assert.deepEqual(shape(file), expected)
  })
}

test('an empty file is an error, one of comments is none', () => {
  for (const text of ['', '\n', ' \r\n']) assert.deepEqual(told(parsed(text)), ['error config-empty'])
  assert.deepEqual(told(parsed('# nothing here\n')), [])
})

test('a failover block may hold what a virtual may', () => {
  const file = parsed('failover web {\nactive = 1\nstart_cmd = "/etc/init.d/httpd start"\nserver s {\n}\n}\n')
  assert.deepEqual(told(file), [])
  assert.equal(file.failovers[0]?.settings.start_cmd?.value.text, '/etc/init.d/httpd start')
  assert.deepEqual(file.virtuals, [])
})

const remedies: readonly (readonly [text: string, hint: RegExp])[] = [
  ['send = "a \\"b\\" c"', /single quotes/],
  ['virtual a {\nsend = "a \\" b"\n}', /single quotes/],
  ['virtual a {\nsend = hello world\n}', /quotes/],
  ['weight = 1', /belongs in a server block/],
  ['virtual a {\nserial_no = 1\n}', /belongs outside all blocks/],
  ['virtual a {\nserver b {\nscheduler = rr\n}\n}', /belongs in a virtual block/],
  ['debug = 1', /debug_level/],
  ['file_sync = 1', /no Piranha reads it/],
  ['vsadm = /sbin/ipvsadm', /ipvsadm/],
  ['keepaliv = 1', /did you mean keepalive\?/],
  ['server = x', /server NAME \{/],
]
for (const [text, hint] of remedies) {
  test(`the error of "${text.replace(/\n/g, ' ')}" says what to do`, () => {
    const error = parsed(text).problems.find(({ severity }) => severity === 'error')
    assert.match(error?.hint ?? '', hint)
  })
}

test('words that only Piranha’s web pages know are passed over with a warning', () => {
  const file = parsed('virtual a {\nexpect_program = x\nserver b {\nnmask = 255.255.255.0\n}\n}\n')
  assert.deepEqual(told(file), ['warning word-refused', 'warning word-refused'])
})

test('places are right behind every kind of line end', () => {
  const file = parsed('heartbeat = 1\rkeepalive = 1\r\ndeadtime = x\n')
  assert.match(formatProblems(file.problems), /^lvs\.cf:3:12: /)
})

test('bytes that are no UTF-8 do no harm in comments', () => {
  const bytes = Buffer.from('# b\xfcro\nkeepalive = 3\n', 'latin1')
  const decoded = decode('lvs.cf', bytes)
  assert.ok(decoded.kind === 'text')
  assert.deepEqual(
    decoded.problems.map(({ severity }) => severity),
    ['warning'],
  )
  assert.equal(keepalive(parsed(decoded.source.text)), 3)
})

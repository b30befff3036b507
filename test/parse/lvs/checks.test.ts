/** What real servers are asked: each case of nanny's, its escapes, its regular expressions, its programs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEre } from '../../../src/parse/lvs/resolve/ere.ts'
import { readStep } from '../../../src/wire/expect/step.ts'
import { checkOf, checksOf, fileText, resolved, said, sound } from './world.ts'

interface Expected {
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
}

const asked: readonly (readonly [name: string, lines: string, expected: Expected, warnings?: readonly string[]])[] = [
  ['nothing written', 'port = 25', { module: 'tcp', options: { port: 25 } }],
  ['empty texts', 'port = 25\n send = ""\n expect = ""', { module: 'tcp', options: { port: 25 } }],
  [
    'nothing written at port 80',
    '',
    { module: 'expect', options: { port: 80, step: ['send GET / HTTP/1.0\\r\\n\\r\\n', 'expect HTTP'] } },
  ],
  ['send only', 'send = "x"', { module: 'expect', options: { port: 80, step: ['send x'] } }],
  ['expect only', 'port = 25\n expect = "220"', { module: 'expect', options: { port: 25, step: ['expect 220'] } }],
  [
    'send and expect',
    'send = "GET / HTTP/1.0\\r\\n\\r\\n"\n expect = "HTTP"',
    { module: 'expect', options: { step: ['send GET / HTTP/1.0\\r\\n\\r\\n', 'expect HTTP'] } },
  ],
  ['any byte', 'expect = "*"', { module: 'expect', options: { step: ['expect *'] } }],
  ['any byte, as a pattern', 'expect = "*"\n use_regex = 1', { module: 'expect', options: { step: ['expect *'] } }],
  [
    'a regular expression',
    'expect = "^HTTP/1\\\\.[01] (200|304)"\n use_regex = 1',
    { module: 'expect', options: { step: ['regex ^HTTP/1\\.[01] (200|304)'] } },
  ],
  ['UDP', 'protocol = udp\n port = 53', { module: 'udp', options: { port: 53 } }],
  [
    'UDP that is sent something',
    'protocol = udp\n port = 53\n send = "x"',
    { module: 'expect', options: { udp: true, step: ['send x', 'expect *'] } },
  ],
  [
    'UDP that is expected to say something',
    'protocol = udp\n port = 53\n send = "x"\n expect = "y"',
    { module: 'expect', options: { udp: true, step: ['send x', 'expect y'] } },
  ],
  [
    'UDP that is expected to say something, and told nothing',
    'protocol = udp\n port = 53\n expect = "y"',
    { module: 'expect', options: { udp: true, step: ['send ', 'expect y'] } },
    ['udp-nothing-sent'],
  ],
  [
    'a program',
    'send_program = "/bin/testlink %h"\n expect = "ok"',
    { module: 'send-program', options: { command: ['/bin/testlink', '{host}'], expect: 'ok' } },
    ['program-status'],
  ],
  [
    'a program that is told the port',
    'port = 443\n send_program = "/bin/t  %h %p -v"\n expect = "o\\nk"',
    { module: 'send-program', options: { command: ['/bin/t', '{host}', '{port}', '-v'], port: 443, expect: 'o\nk' } },
    ['program-status'],
  ],
  [
    'a program beside a text',
    'send = "x"\n use_regex = 1\n send_program = "/bin/t"\n expect = "ok"',
    { module: 'send-program', options: { command: ['/bin/t'], expect: 'ok' } },
    ['program-status', 'program-beside', 'program-beside'],
  ],
  [
    'a program of which nothing is expected',
    'send_program = "/bin/t"',
    { module: 'send-program', options: { command: ['/bin/t'] } },
    ['program-status', 'program-expect'],
  ],
  [
    'a program with %h in a word',
    'send_program = "/bin/t --host=%h"\n expect = "ok"',
    { module: 'send-program', options: { command: ['/bin/t', '--host=%h'] } },
    ['program-status', 'program-words'],
  ],
  ['single quotes', "send = 'x'", { module: 'expect', options: { step: ['send x'] } }, ['single-quotes']],
  ['a pattern of nothing', 'port = 25\n use_regex = 1', { module: 'tcp', options: {} }, ['use-regex']],
]
for (const [name, lines, { module, options }, warnings = []] of asked) {
  test(`${name}: the real servers are asked as nanny asked them`, () => {
    const { monitor } = checkOf(lines, warnings)
    assert.ok(monitor)
    const found: Readonly<Record<string, unknown>> = Object(monitor.options)
    assert.equal(monitor.module, module)
    for (const [option, value] of Object.entries(options)) assert.deepEqual(found[option], value, option)
  })
}

const escapes: readonly (readonly [written: string, bytes: string])[] = [
  ['a\\r\\n', 'a\r\n'],
  ['a\\tb', 'a\tb'],
  ['a\\\\b', 'a\\b'],
  ["a\\'b", "a'b"],
  ['\\\\', '\\'],
  ['\\', '\\'],
  ['é', 'é'],
  [' x ', ' x '],
]
for (const [written, bytes] of escapes) {
  test(`send = "${written}" sends ${JSON.stringify(bytes)}`, () => {
    const { monitor } = checkOf(`send = "${written}"`)
    const [step] = Object(monitor?.options).step
    const read = readStep(step)
    assert.ok('bytes' in read && read.bytes !== null)
    assert.equal(read.bytes.toString(), bytes)
  })
}

for (const [written, named] of [
  ['a\\x41', '\\x'],
  ['a\\q', '\\q'],
  ['a\\0', '\\0'],
  ['a\\', '\\ at the end'],
] as const) {
  for (const word of ['send', 'expect']) {
    test(`${word} = "${written}", at which nanny hangs, is an error that names ${named}`, () => {
      const errors = resolved(fileText(`${word} = "${written}"`)).problems.filter(
        ({ severity }) => severity === 'error',
      )
      assert.deepEqual(
        errors.map(({ code }) => code),
        ['escape'],
      )
      assert.ok(errors[0]?.message.startsWith(`${named} `), errors[0]?.message)
    })
  }
}

/** Compared with `grep -E` of GNU grep 3.8 for texts of one line. */
const patterns: readonly (readonly [ere: string, finds: readonly string[], misses: readonly string[]])[] = [
  ['^220', ['220 mail'], ['1220']],
  ['a.c', ['abc', 'a\nc'], ['ac']],
  ['a\\.c', ['a.c'], ['abc']],
  ['a$', ['ba'], ['ab', 'a\n']],
  ['[[:digit:]]{2,3}', ['x12'], ['x1']],
  ['a{', ['a{'], ['a']],
  ['x{y', ['x{y'], ['xy']],
  ['\\<ab\\>', ['x ab y'], ['xab', 'aby']],
  ['\\d', ['d'], ['5']],
  ['[\\d]', ['\\', 'd'], ['5']],
  ['[]x]', [']', 'x'], ['[']],
  ['[^]x]', ['['], [']x']],
  ['(ab)+c|d', ['ababc', 'd'], ['ab']],
  ['(a)\\1', ['aa'], ['ab']],
  ['\\{', ['{'], ['}']],
]
for (const [ere, finds, misses] of patterns) {
  test(`the extended regular expression ${ere} finds what POSIX says`, () => {
    const read = readEre(ere)
    assert.ok(read.kind === 'pattern')
    const step = readStep(`regex ${read.pattern}`)
    assert.ok('regex' in step)
    const found = (text: string) => Buffer.from(text).toString('latin1').search(step.regex) >= 0
    assert.deepEqual([...finds, ...misses].map(found), [...finds.map(() => true), ...misses.map(() => false)])
  })
}

for (const ere of ['*a', 'a**', '(?:a)', 'a|*b', '[a', '[[.a.]]', 'a\\\\\\\\\\']) {
  test(`use_regex with ${ere} is an error`, () => {
    assert.ok(said(fileText(`expect = "${ere}"\n use_regex = 1`)).some((one) => one.startsWith('error')))
  })
}

const loads: readonly (readonly [globals: string, word: string, command: readonly string[]])[] = [
  ['', 'rup', ['rup', '{host}']],
  ['', 'ruptime', ['ruptime', '{host}']],
  ['', 'uptime', ['rsh', '{host}', 'uptime']],
  ['rsh_command = ssh\n', 'uptime', ['ssh', '{host}', 'uptime']],
  ['rsh_command = "ssh -o BatchMode=yes"\n', 'uptime', ['ssh', '-o', 'BatchMode=yes', '{host}', 'uptime']],
]
for (const [globals, word, command] of loads) {
  test(`load_monitor = ${word} asks ${command.join(' ')}, and its answer never takes a server out`, () => {
    const { services, virtuals } = sound(globals + fileText(`load_monitor = ${word}\n timeout = 6`))
    const [, load] = services
    assert.deepEqual([load?.monitor?.module, Object(load?.monitor?.options).command], ['load', command])
    const [checks] = virtuals.flatMap(({ reals }) => reals.map((real) => real.checks))
    assert.deepEqual(
      checks?.map(({ advice }) => advice),
      [undefined, true],
    )
    assert.deepEqual(virtuals[0]?.loadFeedback, { every: 18_000 })
  })
}

test('load_monitor = none asks nobody', () => {
  assert.deepEqual(
    checksOf('load_monitor = none').map(({ monitor }) => monitor?.module),
    ['expect'],
  )
})

test('a check may take its timeout for each step, and has as long to say so', () => {
  const limits = (lines: string, warnings?: readonly string[]) => {
    const { timing, timeout, monitor } = checkOf(lines, warnings)
    return [timing?.kind === 'every' ? timing.interval : null, Object(monitor?.options).timeout, timeout]
  }
  assert.deepEqual(limits('timeout = 6\n port = 25'), [6000, 6, 7000])
  assert.deepEqual(limits('timeout = 6\n send = "a"\n expect = "b"'), [6000, 6, 19_000])
  assert.deepEqual(limits('send_program = "/bin/t"\n expect = "ok"', ['program-status']), [10_000, 10, 15_000])
})

test('a check is called after its question, whatever stands around it', () => {
  const name = (lines: string) => checkOf(lines).key
  assert.equal(name('port = 25'), '10.1.1.2:25/tcp')
  assert.equal(name(''), '10.1.1.2:80/http')
  assert.equal(name('timeout = 3\n send = "x"'), name('send = "x"\n persistent = 60'))
  assert.notEqual(name('send = "x"'), name('send = "y"'))
})

/** What holds for every input: a file or a problem, in a time that grows with its length. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { endpointText } from '../../../src/model/table.ts'
import type { KeepalivedFile } from '../../../src/parse/keepalived/file.ts'
import { FILE } from '../../../src/parse/keepalived/grammar.ts'
import type { IncludeLoader } from '../../../src/parse/keepalived/includes.ts'
import { parseKeepalived } from '../../../src/parse/keepalived/parse.ts'
import { resolveKeepalived } from '../../../src/parse/keepalived/resolve.ts'
import type { Shape } from '../../../src/parse/keepalived/tree.ts'
import { formatProblems, type Problem, recordOf } from '../../../src/parse/problem.ts'
import { decode } from '../../../src/parse/source.ts'
import { surroundings } from './world.ts'

function judge(text: string, load?: IncludeLoader): void {
  const source = { file: 'keepalived.conf', text }
  const file = parseKeepalived(source, load === undefined ? { id: 'host1' } : { id: 'host1', load })
  for (const problem of file.problems) {
    const { line, column } = recordOf(problem)
    assert.ok(line >= 1 && column >= 1)
    assert.ok(problem.span.start <= problem.span.end && problem.span.end <= problem.span.source.text.length)
  }
  formatProblems(judgeMeaning(file))
}

/** What a file means is a Model or a problem, and a Model holds together. */
function judgeMeaning(file: KeepalivedFile): readonly Problem[] {
  const { problems, services, groups, virtuals } = resolveKeepalived(file, surroundings)
  if (problems.some(({ severity }) => severity === 'error')) return problems
  assert.ok(virtuals.length > 0 || file.virtualServers.length + file.kept.length > 0)
  const hosts = new Map(groups.map((group) => [group.name, group.hosts]))
  const known = new Map(services.map((service) => [service.key, service]))
  assert.equal(known.size, services.length)
  for (const { group, timing, fall, rise } of services) {
    assert.ok(hosts.has(group) && fall >= 1 && rise >= 1)
    assert.ok(timing?.kind === 'every' && timing.interval >= 100)
  }
  for (const virtual of virtuals) {
    assert.ok(virtual.services.length > 0 && virtual.reals.length > 0)
    assert.ok(virtual.hysteresis < Math.max(1, virtual.quorum))
    assert.equal(new Set(virtual.reals.map(({ id }) => endpointText(id))).size, virtual.reals.length)
    for (const { service, host } of virtual.reals.flatMap(({ checks }) => checks)) {
      assert.ok(known.get(service)?.hosts.includes(host))
    }
  }
  return problems
}

test('any text gives a file or a problem', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => judge(text)))
})

test('any bytes give a file or a problem', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decode('keepalived.conf', bytes)
      if (decoded.kind === 'text') judge(decoded.source.text)
    }),
  )
})

const braced = (name: string) => `\${${name}}`

function wordsOf(shape: Shape, into = new Set<string>()): Set<string> {
  for (const word of shape.words ?? []) into.add(word)
  for (const [name, inner] of Object.entries(shape.blocks)) wordsOf(inner, into.add(name))
  return into
}

const others =
  '{ } { } { } \n \n \n \n \n 10.0.0.1 10.0.0.1 80 80 2001:db8::1 10.0.0.2-9 10.0.0.0/30 fwmark group G inet6 rr sh NAT TUN ' +
  'type gue port csum TCP "a b" " \' \\ # ! \\# $A $A= $A=x\\ ~SEQ(A,1,3) ~LST(A,x,y) @host1 @^host1 @ include ' +
  'includea *.conf a.conf yes off 0 1 -1 0.5 5s 200-299 0x0d regex ( [ é \u0000'
const words = [
  ...wordsOf(FILE),
  ...['A', '_PWD', '_RANDOM', '_HASH'].map(braced),
  ...others.split(' '),
  ...others.split(' '),
]

test('any order of the words of keepalived.conf gives a file or a problem', () => {
  const text = fc.array(fc.constantFrom(...words), { maxLength: 80 }).map((list) => list.join(' '))
  fc.assert(
    fc.property(text, text, (one, other) =>
      judge(one, ({ pattern }) => ({ sources: [{ file: pattern, text: other }], unreadable: [] })),
    ),
    { numRuns: 1000 },
  )
})

const good = `global_defs {
  router_id LVS
  notification_email { a@example.org }
}
$R=real_server 10.1.1.$N 80 { \\
  weight 1 \\
  HTTP_GET { \\
    url { path / \\
    } \\
  } \\
}
virtual_server_group G {
  192.0.2.1-3 80
  fwmark 3
}
virtual_server group G {
  lvs_sched sh
  sh-port
  lvs_method TUN type gue port 5555
  protocol TCP
  quorum_up "/opt/up 'a b'" root
  sorry_server 10.9.9.9 80
  ~SEQ(N, 1, 3) $R
  @host1 real_server 10.1.1.9 80 {
  @host1   MISC_CHECK { misc_path "/opt/check" }
  @host1 }
}
vrrp_instance VI { virtual_ipaddress { 192.0.2.1/24 dev eth0 } }
`

test('a good file with one character changed gives a file or a problem', () => {
  const clean = parseKeepalived({ file: 'keepalived.conf', text: good }, { id: 'host1' })
  assert.equal(formatProblems(clean.problems), '')
  assert.equal(clean.virtualServers[0]?.realServers.length, 4)
  const change = fc.tuple(fc.nat(good.length - 1), fc.oneof(fc.constant(''), fc.string({ maxLength: 3 })))
  fc.assert(
    fc.property(change, ([at, by]) => judge(good.slice(0, at) + by + good.slice(at + 1))),
    { numRuns: 1000 },
  )
})

/** There is no clock in this test: what is not linear in two megabytes does not end before the runner's limit. */
const SIZE = 2 * 1024 * 1024
const VIRTUAL = 'virtual_server 10.0.0.1 80 {\n'
const large: readonly (readonly [name: string, unit: string, before?: string])[] = [
  ['of lines nobody understands', 'garbage and more\n'],
  ['of empty lines', '\n'],
  ['of one word', 'x'],
  ['of one line of words', 'word '],
  ['of opening braces', '{ '],
  ['of closing braces', '} '],
  ['of blocks nobody closes', 'a {\n'],
  ['of blocks nobody opened', '}\n'],
  ['of virtual servers nobody closes', VIRTUAL],
  ['of real servers nobody closes', 'real_server 10.0.0.2 80 {\n', VIRTUAL],
  ['of checkers without a block', 'TCP_CHECK\n', `${VIRTUAL}real_server 10.0.0.2 80 {\n`],
  ['of blocks closed too early', 'weight 1 }\n', VIRTUAL],
  ['of quotes', '"a b" '],
  ['of open quotes', '" \n'],
  ['of comments', '# comment\n'],
  ['of glued comments', 'a#b\n'],
  ['of escaped comment signs', '\\#'],
  ['of mistyped words', 'persistance_timeout 5\n', VIRTUAL],
  ['of words in the wrong block', 'quorum 5\n', `${VIRTUAL}real_server 10.0.0.2 80 {\nTCP_CHECK {\n`],
  ['of one setting', 'delay_loop 5\n', VIRTUAL],
  ['of one real server', 'real_server 10.0.0.2 80 { }\n', VIRTUAL],
  ['of one virtual server', `${VIRTUAL}}\n`],
  ['of ranges of addresses', '10.0.0.0-10.0.255.255 80\n', 'virtual_server_group G {\n'],
  ['of one range', '9', 'virtual_server_group G {\n10.0.0.1-'],
  ['of status codes', '200-299 ', `${VIRTUAL}real_server 10.0.0.2 80 {\nHTTP_GET {\nurl {\nstatus_code `],
  ['of bytes', '0d0a ', `${VIRTUAL}real_server 10.0.0.2 80 {\nUDP_CHECK {\npayload `],
  ['of one command', "'a b' ", `${VIRTUAL}quorum_up `],
  ['of arguments', 'a ', `${VIRTUAL}quorum_up "/x `],
  ['of backslashes', '\\', `${VIRTUAL}quorum_up `],
  ['of one pattern', '(a*)*', `${VIRTUAL}real_server 10.0.0.2 80 {\nHTTP_GET {\nurl {\nregex "`],
  ['of definitions', '$A=x\n'],
  ['of one definition', 'x \\\n', '$A='],
  ['of references', '$A ', '$A=x\n'],
  ['of references to nothing', '$A '],
  ['of references in braces', braced('A'), '$A=x\n'],
  ['of dollars', '$'],
  ['of open references', '$\u007bA'],
  ['of loops', '~SEQ(N, 1, 9) x $N\n'],
  ['of loops in a line', '~SEQ(N, 1, 9) '],
  ['of open loops', '~SEQ(', 'x '],
  ['of conditions', '@host1 '],
  ['of conditional lines', '@host2 x\n'],
  ['of includes', 'include a.conf\n'],
  ['of carriage returns', '\r'],
  ['of blanks', ' '],
]
for (const [name, unit, before = ''] of large) {
  test(`a file of two megabytes ${name} is judged`, () => {
    judge(before + unit.repeat(Math.ceil((SIZE - before.length) / unit.length)))
  })
}

test('definitions that double each other thirty times end in a problem', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `$A${i}=$A${i + 1} $A${i + 1}\n`).join('')
  for (const last of ['', 'x']) judge(`${lines}$A30=${last}\n$A0\n`)
})

test('definitions of several lines that double each other end in a problem', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `$A${i}=x $A${i + 1}\\\n y $A${i + 1}\n`).join('')
  judge(`${lines}$A30=z\n$A0\n`)
})

test('a loop over a thousand million numbers ends in a problem', () => {
  judge('~SEQ(N, 1, 1000000000) ~SEQ(M, 1, 1000000000) x $N\n')
})

test('files that include each other end in a problem', () => {
  const file = parseKeepalived(
    { file: 'a.conf', text: 'include b.conf\n' },
    {
      load: ({ pattern }) => ({
        sources: [{ file: pattern, text: 'include a.conf\ninclude c.conf\n' }],
        unreadable: [],
      }),
    },
  )
  assert.ok(file.problems.every(({ code }) => code === 'include-circular'))
  assert.ok(file.problems.length > 0)
  let files = 0
  const endless: IncludeLoader = () => ({
    sources: [{ file: `${files++}.conf`, text: 'include x\ninclude x\n' }],
    unreadable: [],
  })
  judge('include x\n', endless)
  assert.ok(files < 5000)
})

test('ten thousand real servers are understood', () => {
  const servers = Array.from({ length: 10_000 }, (_, i) => {
    const address = `10.1.${i >> 8}.${i & 255}`
    return `  real_server ${address} 80 {\n    weight 1\n    TCP_CHECK {\n      connect_timeout 3\n    }\n  }\n`
  })
  const text = `${VIRTUAL}  lvs_sched rr\n  lvs_method NAT\n  protocol TCP\n${servers.join('')}}\n`
  const file = parseKeepalived({ file: 'keepalived.conf', text })
  assert.deepEqual(file.problems, [])
  assert.equal(file.virtualServers[0]?.realServers.length, 10_000)
  assert.equal(resolveKeepalived(file, surroundings).services.length, 10_000)
})

/** Whole servers and checkers with words in any order, which come further than words alone. */
test('any words in their blocks give a Model that holds together, or a problem', () => {
  const inBlock = (shape: Shape | undefined) =>
    fc.array(
      fc
        .tuple(
          fc.constantFrom(...(shape?.words ?? [])),
          fc.constantFrom(
            '',
            '0',
            '1',
            '3',
            '0.5',
            'NAT',
            'DR',
            'TUN',
            '10.1.1.2 80',
            '2001:db8::2',
            '/bin/true',
            'off',
            'wait 2',
            'sh',
            'UDP',
          ),
        )
        .map((pair) => pair.join(' ')),
      { maxLength: 4 },
    )
  const virtual = FILE.blocks.virtual_server
  const real = virtual?.blocks.real_server
  const checkers = Object.entries(real?.blocks ?? {}).map(([name, shape]) =>
    inBlock(shape).map(
      (words) =>
        `${name} {\n${words.join('\n')}\n${name.endsWith('GET') ? 'url {\npath /\n}' : 'misc_path /bin/true'}\n}`,
    ),
  )
  const reals = fc
    .tuple(
      fc.constantFrom('10.1.1.2 80', '10.1.1.3', '2001:db8::2 80', '10.1.1.2 81'),
      inBlock(real),
      fc.array(fc.oneof(...checkers), { maxLength: 3 }),
    )
    .map(([at, words, checks]) => `real_server ${at} {\n${[...words, ...checks].join('\n')}\n}`)
  const text = fc
    .tuple(
      fc.constantFrom('192.0.2.1 80', '192.0.2.1', 'fwmark 3', 'group G', '2001:db8::1 80'),
      inBlock(virtual),
      fc.array(reals, { maxLength: 3 }),
    )
    .map(([head, words, inner]) => `virtual_server ${head} {\n${[...words, ...inner].join('\n')}\n}\n`)
  const group = 'virtual_server_group G {\n192.0.2.9 80\n2001:db8::9 80\nfwmark 9\n}\n'
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (all) => judge(group + all.join(''))),
    { numRuns: 500 },
  )
})

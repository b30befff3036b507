/** What holds for every input: a file or a problem, in a time that grows with its length. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { endpointText } from '../../../src/model/table.ts'
import { parseLdirectord } from '../../../src/parse/ldirectord/parse.ts'
import { executedFiles, hostNames, resolveLdirectord } from '../../../src/parse/ldirectord/resolve.ts'
import { GLOBAL, SERVICE } from '../../../src/parse/ldirectord/tables.ts'
import { formatProblems, recordOf } from '../../../src/parse/problem.ts'
import { decode } from '../../../src/parse/source.ts'
import { surroundings } from './world.ts'

/** A part holds together, or says what is wrong, each with a place in the text. */
function judge(text: string): void {
  const file = parseLdirectord({ file: 'ldirectord.cf', text })
  assert.ok(hostNames(file).every((name) => name !== '') && executedFiles(file).every(({ path }) => path !== ''))
  const { problems, services, groups, virtuals, losses } = resolveLdirectord(file, surroundings)
  for (const problem of problems) {
    const { line, column } = recordOf(problem)
    assert.ok(line >= 1 && column >= 1 && problem.message !== '')
    assert.ok(0 <= problem.span.start && problem.span.start <= problem.span.end && problem.span.end <= text.length)
  }
  formatProblems(problems)
  if (problems.some(({ severity }) => severity === 'error')) return
  assert.ok(losses.every(({ why }) => why !== ''))
  const hosts = new Map(groups.map((group) => [group.name, group.hosts]))
  const known = new Map(services.map((service) => [service.key, service]))
  assert.equal(known.size, services.length)
  for (const { group, timing, fall, rise, periods } of services) {
    assert.ok(hosts.has(group) && fall >= 1 && rise === 1 && timing?.kind === 'every' && timing.interval >= 1000)
    assert.equal(new Set(periods.map(({ label }) => label)).size, periods.length)
  }
  assert.equal(new Set(virtuals.map(({ name }) => name)).size, virtuals.length)
  for (const virtual of virtuals) {
    assert.equal(virtual.services.length, 1)
    assert.equal(new Set(virtual.reals.map(({ id }) => endpointText(id))).size, virtual.reals.length)
    for (const { service, host } of virtual.reals.flatMap(({ checks }) => checks)) {
      assert.ok(known.get(service)?.hosts.includes(host))
    }
  }
}

test('any text gives a part or a problem', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), judge))
})

test('any bytes give a part or a problem', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const decoded = decode('ldirectord.cf', bytes)
      if (decoded.kind === 'text') judge(decoded.source.text)
    }),
  )
})

const values =
  '10.0.0.1 10.0.0.1:80 10.0.0.1->10.0.0.3:80 [2001:db8::1]:80 [2001:db8::2] sql01 sql01->sql03:80 lost 192.0.2.1:80 ' +
  '192.0.2.1:53 192.0.2.1:443 7 gate masq ipip 5 0 -1 l:1 u:2 "a" "b" "/x" "http://www.example.com/" "a#b" # ( * yes no 3 abc3 ' +
  'negotiate connect ping external external-perl on off http https http_proxy dns ftp ldap ldaps imap pops mysql pgsql oracle ' +
  'radius simpletcp sip smtp nntp none tcp udp fwm rr wlc sh sh-port GET HEAD 255.255.255.0 64 a@b.c all none running "x y" ' +
  "/bin/true ' \\ -> : :: = , ; \u0000 \ud800 é \u00a0 \r"
const words = values.split(' ')
const names = [...Object.keys(GLOBAL), ...Object.keys(SERVICE), 'real', 'real6', 'virtual', 'virtual6', 'timeout', 'x']
const indents = ['', '', '\t', '\t', '\t', '    ', ' ']
const equals = ['=', '=', '=', ' = ', '', ' ']

const line = fc
  .tuple(
    fc.constantFrom(...indents),
    fc.constantFrom(...names),
    fc.constantFrom(...equals),
    fc.array(fc.constantFrom(...words), { maxLength: 5 }),
  )
  .map(([indent, name, equal, list]) => `${indent}${name}${equal}${list.join(' ')}`)

test('any order of the words of ldirectord.cf gives a part or a problem', () => {
  const text = fc.array(fc.oneof(line, fc.constantFrom('', '# x', '  ', '\t#')), { maxLength: 20 })
  fc.assert(
    fc.property(text, (lines) => judge(lines.join('\n'))),
    { numRuns: 1000 },
  )
})

/** Whole services with lines in any order, which come further than words alone. */
test('any lines in a service give a part that holds together, or a problem', () => {
  const own: Readonly<Record<string, readonly string[]>> = {
    real: ['10.0.0.1:80 gate', '10.0.0.2 masq 3', '10.0.0.1->10.0.0.4:80 ipip 2 "a" "b"', 'sql01:80 gate 0 l:1 u:9'],
    checktype: ['negotiate', 'connect', 'ping', 'external', 'on', 'off', '3', '0'],
    service: [
      'http',
      'https',
      'dns',
      'ftp',
      'ldap',
      'imaps',
      'simpletcp',
      'sip',
      'smtp',
      'nntp',
      'none',
      'pop',
      'radius',
    ],
    request: ['"x"', '"http://www.example.com/a"', '"é ü"'],
    receive: ['"y"', '"("'],
    protocol: ['tcp', 'udp'],
    fallback: ['127.0.0.1', '127.0.0.1:80 masq', 'sql01 ipip'],
    fallbackcommand: ['/x', '"/x a"', "/x 'a", '/x | y'],
    emailalert: ['a@b.c', '"a@b.c, d@e.f"', 'root'],
    emailalertfreq: ['0', '60'],
    emailalertstatus: ['all', 'none', 'starting', 'running'],
    monitorfile: ['/a', '/b'],
    login: ['"a"'],
    passwd: ['"p"'],
    secret: ['"s"'],
    checkport: ['90'],
    checkcount: ['3'],
    failurecount: ['4'],
    quiescent: ['yes', 'no'],
    servicename: ['web', 'Web Site', '192.0.2.1:80', '10', ''],
    persistent: ['300', '0'],
    netmask: ['255.255.255.0', '24'],
    virtualhost: ['www.example.com', ''],
  }
  const lines = Object.entries(own).map(([name, list]) => fc.constantFrom(...list).map((value) => `\t${name}=${value}`))
  const head = fc.constantFrom(
    '192.0.2.1:80',
    '192.0.2.1:53',
    '192.0.2.2:80',
    '192.0.2.3:514',
    '7',
    'www.example.com:443',
  )
  const service = fc
    .tuple(head, fc.array(fc.oneof(...lines), { maxLength: 8 }))
    .map(([at, list]) => [`virtual=${at}`, '\treal=10.0.0.1:80 gate', ...list, ''].join('\n'))
  fc.assert(
    fc.property(fc.array(service, { minLength: 1, maxLength: 4 }), (all) => judge(all.join(''))),
    { numRuns: 500 },
  )
})

const good = `checktimeout=3
emailalert="a@b.c, d@e.f"
fallback=127.0.0.1:80 gate
virtual=192.0.2.1:80
	real=10.0.0.1->10.0.0.3:80 gate 5 "a", "b" l:1 u:2
	service=http
	request="index.html"
	receive="<a href="x">"
	virtualhost=www.x.y
virtual6=[2001:db8::1]:25
	real6=[2001:db8::2]:25 masq
	checktype=3
`

test('a good file with one character changed gives a part or a problem', () => {
  const change = fc.tuple(fc.nat(good.length - 1), fc.oneof(fc.constant(''), fc.string({ maxLength: 3 })))
  assert.deepEqual(resolveLdirectord(parseLdirectord({ file: 'a', text: good }), surroundings).problems, [])
  fc.assert(
    fc.property(change, ([at, by]) => judge(good.slice(0, at) + by + good.slice(at + 1))),
    { numRuns: 1000 },
  )
})

/** There is no clock in this test: what is not linear in two megabytes does not end before the runner's limit. */
const SIZE = 2 * 1024 * 1024
const VIRTUAL = 'virtual=192.0.2.1:80\n'
const large: readonly (readonly [name: string, unit: string, before?: string])[] = [
  ['of lines nobody understands', 'garbage and more\n'],
  ['of empty lines', '\n'],
  ['of one word', 'x'],
  ['of one line of words', 'word '],
  ['of one value of quotes', '"', 'emailalert='],
  ['of open quotes', '"x ', `${VIRTUAL}\treal=10.0.0.1:80 gate `],
  ['of texts', '"x" ', `${VIRTUAL}\treal=10.0.0.1:80 gate `],
  ['of thresholds', 'l:1 ', `${VIRTUAL}\treal=10.0.0.1:80 gate `],
  ['of weights', '1 ', `${VIRTUAL}\treal=10.0.0.1:80 gate `],
  ['of ranges', '->10.0.0.1', `${VIRTUAL}\treal=10.0.0.1`],
  ['of colons', ':', `${VIRTUAL}\treal=10.0.0.1`],
  ['of brackets', '[', `virtual6=`],
  ['of digits', '9', 'checktimeout='],
  ['of comments', '# comment\n'],
  ['of comment signs', '#', `${VIRTUAL}\trequest="`],
  ['of one service again and again', VIRTUAL],
  ['of one real server again and again', '\treal=10.0.0.1:80 gate\n', VIRTUAL],
  ['of one directive', 'checktimeout=3\n'],
  ['of one directive of a service', '\tcheckport=3\n', VIRTUAL],
  ['of mistyped directives', 'chektimeout=3\n'],
  ['of directives in the wrong place', '\tautoreload=yes\n', VIRTUAL],
  ['of lines after an empty one', '\n\tcheckport=3\n', VIRTUAL],
  ['of recipients', 'a@b.c,', 'emailalert='],
  ['of one command', "'a b' ", `fallbackcommand=`],
  ['of one command for a shell', '|', `fallbackcommand=/x `],
  ['of a URL', 'a/', `${VIRTUAL}\treal=10.0.0.1:80 gate "http://`],
  ['of other files', 'execute=a.cf\n'],
  ['of carriage returns', '\r'],
  ['of blanks', ' '],
  ['of dots', '.', 'virtual='],
]
for (const [name, unit, before = ''] of large) {
  test(`a file of two megabytes ${name} is judged`, () => {
    judge(before + unit.repeat(Math.ceil((SIZE - before.length) / unit.length)))
  })
}

test('a hundred thousand real servers are understood', () => {
  const servers = Array.from({ length: 100_000 }, (_, i) => {
    return `\treal=10.${i >> 16}.${(i >> 8) & 255}.${i & 255}:80 gate\n`
  })
  const text = `emailalert=a@b.c\n${VIRTUAL}\tchecktype=connect\n${servers.join('')}`
  const { problems, virtuals, services } = resolveLdirectord(
    parseLdirectord({ file: 'ldirectord.cf', text }),
    surroundings,
  )
  assert.deepEqual(problems, [])
  assert.deepEqual([virtuals[0]?.reals.length, services.length], [100_000, 100_000])
})

test('ranges of more servers than a director can have are refused, whatever they stand for together', () => {
  const lines = Array.from({ length: 30 }, (_, i) => `\treal=10.${i}.0.0->10.${i}.255.255:80 gate\n`).join('')
  const file = parseLdirectord({ file: 'ldirectord.cf', text: `${VIRTUAL}\tchecktype=on\n${lines}` })
  const codes = resolveLdirectord(file, surroundings).problems.map(({ code }) => code)
  assert.deepEqual(codes, ['too-many-reals'])
})

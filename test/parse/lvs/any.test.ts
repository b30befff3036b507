/** What holds for every input: a Model that holds together or problems, each with its place, in linear time. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { endpointText, serviceText } from '../../../src/model/table.ts'
import { parseLvs } from '../../../src/parse/lvs/parse.ts'
import { isLvs } from '../../../src/parse/lvs/recognise.ts'
import { hostNames, type ResolvedLvs, resolveLvs } from '../../../src/parse/lvs/resolve.ts'
import { BLOCKS, GLOBALS, SERVER, VIRTUAL } from '../../../src/parse/lvs/tables.ts'
import { formatProblems, recordOf } from '../../../src/parse/problem.ts'
import { decode, type Source } from '../../../src/parse/source.ts'
import { surroundings } from './world.ts'

function judge(text: string, former: Parameters<typeof parseLvs>[1] = {}): ResolvedLvs {
  const source: Source = { file: 'lvs.cf', text }
  isLvs(text)
  const file = parseLvs(source, former)
  assert.equal(file.source.text.length, text.length)
  const found = resolveLvs(file, surroundings)
  for (const problem of found.problems) {
    const { line, column } = recordOf(problem)
    assert.ok(line >= 1 && column >= 1)
    assert.ok(problem.span.start >= 0 && problem.span.start <= problem.span.end)
    assert.ok(problem.span.end <= problem.span.source.text.length)
    assert.ok(problem.message !== '' && problem.hint !== '')
  }
  formatProblems(found.problems)
  assert.ok(hostNames(file).every((name) => name !== ''))
  if (found.problems.every(({ severity }) => severity === 'warning')) holdsTogether(found)
  return found
}

function holdsTogether({ groups, services, virtuals, dormant, losses }: ResolvedLvs): void {
  const hosts = new Map(groups.map(({ name, hosts }) => [name, hosts]))
  const known = new Map(services.map((service) => [service.key, service]))
  assert.equal(known.size, services.length)
  for (const { group, timing, fall, rise, monitor } of services) {
    assert.ok(hosts.has(group) && fall === 1 && rise >= 1 && rise <= 1000 && monitor !== null)
    assert.ok(timing?.kind === 'every' && timing.interval >= 1000)
  }
  assert.equal(new Set(virtuals.flatMap((one) => one.services.map(serviceText))).size, virtuals.length)
  assert.equal(
    new Set(
      [...virtuals, ...dormant.flatMap((one) => (one.kind === 'virtual' ? [one.virtual] : []))].map(({ name }) => name),
    ).size,
    virtuals.length + dormant.filter(({ kind }) => kind === 'virtual').length,
  )
  for (const { reals, doubling, onStop } of virtuals) {
    assert.ok(doubling !== null && doubling.every >= 1000 && onStop === 'clear')
    assert.equal(new Set(reals.map(({ id }) => endpointText(id))).size, reals.length)
    for (const { checks, weight } of reals) {
      assert.ok(weight >= 0 && checks.some(({ advice }) => advice !== true))
      for (const { service, host } of checks) assert.ok(known.get(service)?.hosts.includes(host))
    }
  }
  assert.ok(losses.every(({ text, why, place }) => text !== '' && why !== '' && place.line >= 1))
}

test('any text gives a Model or problems', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void judge(text)))
})

test('any bytes give a Model or problems', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const decoded = decode('lvs.cf', bytes)
      if (decoded.kind === 'text') judge(decoded.source.text, { former: decoded.problems })
    }),
  )
})

const keywords = [...new Set([...Object.keys(GLOBALS), ...Object.keys(VIRTUAL), ...Object.keys(SERVER)])]
const values =
  '0 1 2 3 -1 010 08 0x10 3s yes http 10.0.0.1 10.1.1.2 10.1 web1 web9 six.example.org 255.255.255.0 24 lvs fos nat direct tunnel ' +
  'rr wlc WLC udp tcp none uptime rup eth0:1 "a b" "%h" \'x\' "a\\r\\n" "\\q" * "^a.*[" [ ] é \u0000 # = { } ssh'
const words = [...keywords, ...BLOCKS, ...values.split(' '), '=', '=', '=', '\n', '\n', '\n', '\r', '{\n', '}\n', '}\n']

test('any order of the words of lvs.cf gives a Model or problems', () => {
  const text = fc.array(fc.constantFrom(...words), { maxLength: 120 }).map((list) => list.join(' '))
  fc.assert(
    fc.property(text, (one) => void judge(one)),
    { numRuns: 1000 },
  )
})

/** Whole blocks with settings in any order, which come further than words alone. */
test('any settings in their blocks give a Model that holds together, or problems', () => {
  const lineOf = (names: readonly string[]) =>
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values.split(' '))).map((pair) => pair.join(' = '))
  const server = fc
    .tuple(
      fc.constantFrom('10.1.1.2', '10.1.1.3', 'web1'),
      fc.constantFrom(0, 1, 1, 1),
      fc.array(lineOf(Object.keys(SERVER)), { maxLength: 1 }),
    )
    .map(([address, active, lines]) =>
      ['server s {', `address = ${address}`, `active = ${active}`, ...lines, '}'].join('\n'),
    )
  const front = fc.constantFrom(
    'address = 192.0.2.1 eth0',
    'address = 192.0.2.2 eth0',
    'fwmark = 5',
    'fwmark = 6\nport = 443',
  )
  const section = fc
    .tuple(
      fc.constantFrom('virtual', 'virtual', 'failover'),
      fc.constantFrom('a', 'b'),
      front,
      fc.constantFrom(0, 1, 1),
      fc.array(lineOf(Object.keys(VIRTUAL)), { maxLength: 2 }),
      fc.array(server, { maxLength: 3 }),
    )
    .map(([word, name, at, active, lines, servers]) =>
      [`${word} ${name} {`, at, `active = ${active}`, ...lines, ...servers, '}'].join('\n'),
    )
  const file = fc
    .tuple(
      fc.array(lineOf(Object.keys(GLOBALS)), { maxLength: 1 }),
      fc.constantFrom('nat', 'direct', 'tunnel'),
      fc.array(section, { maxLength: 4 }),
    )
    .map(([globals, network, sections]) => [...globals, `network = ${network}`, ...sections, ''].join('\n'))
  let sound = 0
  fc.assert(
    fc.property(file, (text) => {
      if (judge(text).problems.every(({ severity }) => severity === 'warning')) sound += 1
    }),
    { numRuns: 1000 },
  )
  assert.ok(sound > 0)
})

const good = `serial_no = 25
network = direct
rsh_command = "ssh -x"
virtual http {
     active = 1
     address = 203.0.113.100 eth0:1
     load_monitor = uptime
     send = "GET / HTTP/1.0\\r\\n\\r\\n"
     expect = "HTTP"
     server node1 {
         address = 192.168.122.224
         active = 1
     }
     server node2 {
         address = web1
     }
}
failover ftp {
     start_cmd = "/bin/true"
}
`

test('a good file with one character changed gives a Model or problems', () => {
  assert.ok(judge(good).problems.every(({ severity }) => severity === 'warning'))
  const change = fc.tuple(fc.nat(good.length - 1), fc.oneof(fc.constant(''), fc.string({ maxLength: 3 })))
  fc.assert(
    fc.property(change, ([at, by]) => void judge(good.slice(0, at) + by + good.slice(at + 1))),
    { numRuns: 1000 },
  )
})

/** There is no clock in this test: what is not linear in two megabytes does not end before the runner's limit. */
const SIZE = 2 * 1024 * 1024
const large: readonly (readonly [name: string, unit: string, before?: string])[] = [
  ['of lines nobody understands', 'garbage and more\n'],
  ['of empty lines', '\n'],
  ['of carriage returns', '\r'],
  ['of blanks', ' '],
  ['of one word', 'x'],
  ['of one line of words', 'word '],
  ['of one setting', 'keepalive = 3\n'],
  ['of equal signs', '='],
  ['of values', '3 ', 'keepalive = '],
  ['of opening braces', '{ '],
  ['of closing braces', '}\n'],
  ['of blocks nobody closes', 'virtual a {\n'],
  ['of servers nobody closes', 'server a {\n', 'virtual a {\n'],
  ['of virtuals of one name', 'virtual a {\n}\n'],
  ['of active virtuals', 'virtual a {\nactive = 1\nfwmark = 3\n}\n', 'network = direct\n'],
  [
    'of one server',
    'server a {\naddress = 10.0.0.1\nactive = 1\n}\n',
    'network = direct\nvirtual a {\nactive = 1\nfwmark = 3\n',
  ],
  ['of open quotes', '" \n'],
  ['of quotes', '"a" '],
  ['of backslashes', '\\', 'virtual a {\nactive = 1\nfwmark = 3\nsend = "'],
  ['of digits', '9', 'keepalive = '],
  ['of a name', 'a.', 'primary = '],
  ['of brackets', '[ ', 'virtual a {\ndirs = '],
  ['of comments', '# x\n'],
]
for (const [name, unit, before = ''] of large) {
  test(`a file of two megabytes ${name} is judged`, () => {
    judge(before + unit.repeat(Math.ceil((SIZE - before.length) / unit.length)))
  })
}

test('a hundred thousand real servers are understood', () => {
  const servers = Array.from({ length: 100_000 }, (_, i) => {
    const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
    return `server s${i} {\naddress = ${address}\nactive = ${i % 2}\n}\n`
  })
  const text = `network = direct\nvirtual a {\nactive = 1\naddress = 192.0.2.1 eth0\nport = 25\n${servers.join('')}}\n`
  const found = judge(text)
  assert.deepEqual(
    [found.virtuals[0]?.reals.length, found.services.length, found.dormant[0]?.virtual.reals.length],
    [50_000, 50_000, 50_000],
  )
})

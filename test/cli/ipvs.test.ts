/** What needs no kernel: numbers, bad lines, and a table that is filled from a file. Next to ipvsadm it is test/peers/uml/ipvs-command.test.ts. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Command } from 'commander'
import fc from 'fast-check'
import { ipvsCommands } from '../../src/cli/ipvs/command.ts'
import { connectionLines } from '../../src/cli/ipvs/connections.ts'
import { listLines } from '../../src/cli/ipvs/list.ts'
import { readRules } from '../../src/cli/ipvs/rules.ts'
import { saveLines } from '../../src/cli/ipvs/save.ts'
import { exchangeOn } from '../../src/edge/table/exchange.ts'
import { kernelDoor } from '../../src/edge/table/kernel-table.ts'
import type { TableCounters, TableService } from '../../src/model/table.ts'
import { formatProblems } from '../../src/parse/problem.ts'
import { fakeKernel } from '../edge/fake-kernel.ts'
import { plainService } from '../plain-table.ts'

/** Thrown where the program would have ended. */
class Ended extends Error {}

const zero: TableCounters = {
  connections: 0,
  packetsIn: 0,
  packetsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  connectionsPerSecond: 0,
  packetsInPerSecond: 0,
  packetsOutPerSecond: 0,
  bytesInPerSecond: 0,
  bytesOutPerSecond: 0,
}
const web: TableService = {
  id: { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.10', port: 80 },
  ...plainService,
  destinations: [],
}

const numbers = [
  { number: 99_999_999, shown: '99999999' },
  { number: 100_000_000, shown: '100000K' },
  { number: 999_999_999, shown: '999999K' },
  { number: 1_000_000_000, shown: '1000M' },
  { number: 99_999_999_999, shown: '99999M' },
  { number: 100_000_000_000, shown: '100G' },
  { number: 99_999_999_999_999, shown: '99999G' },
  { number: 100_000_000_000_000, shown: '100T' },
]
for (const { number, shown } of numbers) {
  test(`${number} bytes are listed as ${shown}, and in full where that is asked for`, () => {
    const view = { columns: 'stats' as const, exact: false, tunnels: false, unsorted: false }
    const service = { ...web, counters: { ...zero, bytesIn: number } }
    assert.equal(columnOf(listLines(null, [service], view)), shown)
    assert.equal(columnOf(listLines(null, [service], { ...view, exact: true })), String(number))
  })
}

const bad = [
  { line: '-A -t 10.0.0.300:80', says: '1:7: "10.0.0.300" is not an address [rule-address]' },
  { line: '-a -t 10.0.0.1:80 -r www:80', says: '1:22: "www" is not an address [rule-address]' },
  { line: '-A -t 10.0.0.1:http', says: '1:7: "http" is not a port [rule-port]' },
  { line: '-A -t 10.0.0.1:80 -w 3', says: '1:19: "-w" does not go with "-A" [rule-option]' },
  { line: '-A -t 10.0.0.1:80 -s', says: '1:19: "-s" lacks its value [rule-value]' },
  { line: '-A -t 10.0.0.1:80 -o', says: '1:1: one packet scheduling is for UDP only [rule-ops]' },
  { line: '-A -t 10.0.0.1', says: '1:1: a service on port 0 takes every port, and must be persistent [rule-port]' },
  { line: '-A -t 10.0.0.1:80 -s sh -b sh-ports', says: '1:28: no scheduler has a flag "sh-ports" [rule-flag]' },
  { line: '-A -t 10.0.0.1:80 -p 9 -M 255.0.255.0', says: '1:27: "255.0.255.0" is not a network mask [rule-mask]' },
  { line: '-A -f 0', says: '1:7: "0" is out of range [rule-number]' },
  { line: '-A -s rr', says: '1:1: this line must name one service [rule-service]' },
  { line: '-a -t 10.0.0.1:80', says: '1:1: this line must name a real server [rule-server]' },
  { line: '-a -t 10.0.0.1:80 -r 10.1.1.2 -mg', says: '1:1: a real server is reached by one method only [rule-method]' },
  { line: '-a -t 10.0.0.1:80 -r 10.1.1.2 -w 99999999999', says: '1:34: "99999999999" is out of range [rule-number]' },
  {
    line: '-a -t 10.0.0.1:80 -r 10.1.1.2 -i --tun-type gue',
    says: '1:1: a GUE tunnel needs its port [rule-tunnel]',
  },
  {
    line: '-a -t 10.0.0.1:80 -r 10.1.1.2 -m --tun-csum',
    says: '1:1: tunnel options are for tunnels [rule-tunnel]',
  },
  { line: '-A -D -t 10.0.0.1:80', says: '1:4: a line has one command only [rule-command]' },
  { line: '-t 10.0.0.1:80', says: '1:1: this line has no command [rule-command]' },
  { line: 'ipvsadm -C', says: '1:1: ipvsadm has no option "ipvsadm" [rule-option]' },
  { line: '--set 1 2', says: '1:1: "--set" lacks a timeout [rule-value]' },
  {
    line: '--start-daemon mister --mcast-interface v0',
    says: '1:16: a sync daemon is "master" or "backup" [rule-sync]',
  },
  { line: '--start-daemon master', says: '1:1: a sync daemon needs its interface [rule-sync]' },
]
for (const { line, says } of bad) {
  test(`the line "${line}" is refused with its place`, () => {
    const { problems } = readRules({ file: 'rules', text: line })
    assert.equal(formatProblems(problems).split('\n')[0], `rules:${says}`)
  })
}

test('of a file with bad lines all are told, and nothing is changed', () => {
  const { result, saved } = restored('-A -t 10.0.0.1:80\n# a comment\n\n-A -t nowhere:80\n-A -q\n')
  assert.equal(result.status, 2)
  assert.match(result.said, /^rules:4:7: "nowhere" is not an address .*rules:5:4: ipvsadm has no option "-q"/s)
  assert.match(result.said, /nothing was changed$/)
  assert.deepEqual(saved, [])
})

test('what the kernel refuses of a good file is told by its line, and the rest is done', () => {
  const { result, saved } = restored(
    '-A -t 10.0.0.1:80\n\n-A -t 10.0.0.1:80\n-A -t 10.0.0.2:80 -s nonsense\n-A -f 7 -6 -s rr',
  )
  assert.equal(result.status, 1)
  assert.deepEqual(result.said.split('\n'), [
    'line 3: -A -t 10.0.0.1:80: tcp 10.0.0.1:80 is already in the table (EEXIST)',
    'line 4: -A -t 10.0.0.2:80 -s nonsense: the kernel knows no scheduler "nonsense": check the name, and that its module (ip_vs_nonsense) is installed (ENOENT)',
    '2 of 4 lines were carried out',
  ])
  assert.deepEqual(saved, ['-A -t 10.0.0.1:80 -s wlc', '-A -f 7 -6 -s rr'])
})

test('any text is read as rules or problems, and what is read is written the same', () => {
  const word = fc.oneof(
    fc.constantFrom(
      '-A',
      '-a',
      '-t',
      '-u',
      '-f',
      '-6',
      '-r',
      '-w',
      '-p',
      '-s',
      '-m',
      '--set',
      '-C',
      '10.0.0.1:80',
      '7',
      '\t',
      '#',
    ),
    fc.string({ maxLength: 5 }),
  )
  fc.assert(
    fc.property(fc.array(fc.array(word).map((words) => words.join(' '))), (lines) => {
      const { rules, problems } = readRules({ file: 'rules', text: lines.join('\n') })
      for (const { line, text } of rules) assert.equal(lines.join('\n').split('\n')[line - 1]?.trim(), text)
      for (const { span } of problems) assert(span.start <= span.end && span.end <= span.source.text.length + 1)
    }),
  )
})

test('a line of the connection table that is cut off is left out', () => {
  const head = 'Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n'
  const whole = 'TCP C0000202 D1F2 C000020A 0050 0A010202 1F90 ESTABLISHED     895\n'
  assert.deepEqual(connectionLines(`${head}${whole}${whole.slice(0, 40)}`).slice(2), [
    'TCP 14:55  ESTABLISHED 192.0.2.2:53746    192.0.2.10:80      10.1.2.2:8080',
  ])
})

/** The fifth word of the service's line: InBytes. */
function columnOf(lines: readonly string[]): string | undefined {
  return lines[2]?.split(/\s+/)[5]
}

/** What `upalert ipvs restore` says of that text, and the table afterwards. */
function restored(text: string) {
  const kernel = fakeKernel()
  const result = { said: '', status: 0 }
  const say = (words: string) => {
    result.said += result.said === '' ? words : `\n${words}`
  }
  const ipvs = new Command('ipvs').exitOverride()
  ipvsCommands(ipvs, {
    open: () => ({ kind: 'open', door: kernelDoor(exchangeOn(kernel.socket), 28) }),
    read: () => new TextEncoder().encode(text),
    connections: () => 'there are none',
    print: () => {},
    complain: say,
    report: say,
    exit: (status) => {
      result.status = status
      throw new Ended()
    },
  })
  try {
    ipvs.parse(['restore', 'rules'], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof Ended)) throw thrown
  }
  const table = kernel.table.read()
  assert(table.kind === 'table')
  return { result, saved: saveLines(table.services) }
}

/** The virtual servers for checks down the client's path, worked out on paper: marks, commands, removals. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { PathEnd } from '../../../src/edge/path/marks.ts'
import { assignMarks, endText, marksIn, PATH_MARKS } from '../../../src/edge/path/marks.ts'
import type { Path, PathStep } from '../../../src/edge/path/wanted.ts'
import { pathSteps, removals } from '../../../src/edge/path/wanted.ts'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import type { TableCommand, TableService } from '../../../src/model/table.ts'
import { serviceText } from '../../../src/model/table.ts'
import { weight } from '../../../src/model/units.ts'

const base = PATH_MARKS.base
const real = (last: number, port = 8080) => ({ family: 4, address: `10.1.1.${last}`, port }) as const
const nat: Path = {
  ...{ mark: base, vip: '192.0.2.1', port: 80, protocol: 'tcp' },
  ...{ family: 4, real: real(2), forward: 'masq' },
}
const tunnel = { type: 'gue', port: 6080, checksum: 'none' } as const
const settings = {
  ...{ scheduler: 'rr', persistenceSeconds: 0, prefix: 32 },
  ...{ onePacket: false, schedulerFlags: 0, engine: '' },
}

/** The table after these paths were set up in an empty one, and `others` added. */
function tableWith(paths: readonly Path[], others: readonly TableCommand[] = []): readonly TableService[] {
  const door = openMemoryTable('test')
  const commands = pathSteps(paths, [], PATH_MARKS).flatMap((step) => (step.kind === 'commands' ? step.commands : []))
  for (const answer of door.applyAll([...others, ...commands])) assert.deepEqual(answer, { kind: 'ok' })
  const read = door.read()
  assert(read.kind === 'table')
  return read.services
}

const foreign: readonly TableCommand[] = [
  { kind: 'new-service', service: { kind: 'mark', family: 4, mark: 7 }, settings },
  {
    kind: 'new-service',
    service: { kind: 'mark', family: 4, mark: base + 9 },
    settings: { ...settings, scheduler: 'wlc', persistenceSeconds: 300 },
  },
  {
    kind: 'new-service',
    service: { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 },
    settings,
  },
]

/** `new-service`, `new-destination 10.1.1.2:8080 masq`, or `refused: mark-taken`. */
function told(step: PathStep | undefined): readonly string[] {
  if (step?.kind !== 'commands') return [`refused: ${step?.code}`]
  return step.commands.map((command) => {
    const end = 'destination' in command ? ` ${command.destination.address}:${command.destination.port}` : ''
    const forward = 'settings' in command && 'forward' in command.settings ? ` ${command.settings.forward}` : ''
    return `${command.kind}${end}${forward}`
  })
}

const steps = [
  {
    name: 'a path that is not there gets a virtual server for its mark with one real server',
    path: nat,
    found: [],
    does: ['new-service', 'new-destination 10.1.1.2:8080 masq'],
  },
  { name: 'a path that is there needs nothing', path: nat, found: tableWith([nat]), does: [] },
  {
    name: 'a mark that stood for another real server is turned to this one',
    path: { ...nat, real: real(3) },
    found: tableWith([nat]),
    does: ['delete-destination 10.1.1.2:8080', 'new-destination 10.1.1.3:8080 masq'],
  },
  {
    name: 'another forwarding method is set in place',
    path: { ...nat, forward: 'route' as const },
    found: tableWith([nat]),
    does: ['set-destination 10.1.1.2:8080 route'],
  },
  {
    name: 'another kind of tunnel is set in place',
    path: { ...nat, forward: 'tunnel' as const, tunnel },
    found: tableWith([{ ...nat, forward: 'tunnel' as const }]),
    does: ['set-destination 10.1.1.2:8080 tunnel'],
  },
  {
    name: 'a real server that somebody took out is put back',
    path: nat,
    found: tableWith([], [{ kind: 'new-service', service: { kind: 'mark', family: 4, mark: base }, settings }]),
    does: ['new-destination 10.1.1.2:8080 masq'],
  },
  {
    name: "somebody else's virtual server with a mark of the range is left alone",
    path: { ...nat, mark: base + 9 },
    found: tableWith([], foreign),
    does: ['refused: mark-taken'],
  },
  { name: 'a mark outside the range is refused', path: { ...nat, mark: 7 }, found: [], does: ['refused: bad-path'] },
  { name: 'a check of all ports is refused', path: { ...nat, port: 0 }, found: [], does: ['refused: bad-path'] },
  {
    name: 'NAT from IPv6 to IPv4 is refused',
    path: { ...nat, family: 6 as const },
    found: [],
    does: ['refused: bad-path'],
  },
]
describe('one path', () => {
  for (const { name, path, found, does } of steps) {
    test(name, () => assert.deepEqual(told(pathSteps([path], found, PATH_MARKS)[0]), does))
  }
})

test('two virtual servers share the path to one real server, and no mark stands for two real servers', () => {
  const found = pathSteps([nat, { ...nat, vip: '192.0.2.2' }, { ...nat, real: real(3) }], [], PATH_MARKS)
  assert.deepEqual(found.map(told), [
    ['new-service', 'new-destination 10.1.1.2:8080 masq'],
    [],
    ['refused: mark-taken'],
  ])
})

test('the same mark serves IPv4 and IPv6, which are two virtual servers', () => {
  const six: Path = { ...nat, family: 6, vip: '2001:db8::1', real: { family: 6, address: '2001:db8::2', port: 80 } }
  assert.equal(tableWith([nat, six]).length, 2)
})

test('what was made for paths is removed, but those that are kept and what somebody else has', () => {
  const found = tableWith([nat, { ...nat, mark: base + 1, real: real(3) }], foreign)
  const gone = removals(found, new Set([base + 1]), PATH_MARKS)
  assert.deepEqual(
    gone.map(({ kind, service }) => `${kind} ${serviceText(service)}`),
    [`delete-service fwmark ${base}`],
  )
})

test('with another base the marks of the usual range are nobody of ours', () => {
  const range = { base: 0x100, count: 16 }
  assert.deepEqual(removals(tableWith([nat]), new Set(), range), [])
  assert.deepEqual(told(pathSteps([{ ...nat, mark: 0x10f }], [], range)[0]).length, 2)
  assert.deepEqual(told(pathSteps([{ ...nat, mark: 0x110 }], [], range)[0]), ['refused: bad-path'])
})

describe('marks', () => {
  const ends = (...lasts: number[]): PathEnd[] =>
    lasts.map((last) => ({ family: 4, real: real(last), forward: 'masq' as const }))
  const arbitraryEnds = fc.array(fc.integer({ min: 2, max: 40 }), { maxLength: 40 }).map((lasts) => ends(...lasts))

  test('are numbered from the base on, one for each real server and way to it', () => {
    const two = [...ends(2, 3, 2), { family: 4, real: real(2), forward: 'route' } as const]
    assert.deepEqual([...assignMarks(two, new Map()).values()], [base, base + 1, base + 2])
  })

  test('are read back from the table after a restart', () => {
    const paths = [nat, { ...nat, mark: base + 5, real: real(3), forward: 'tunnel', tunnel } as const]
    assert.deepEqual(marksIn(tableWith(paths, foreign)), new Map(paths.map((path) => [endText(path), path.mark])))
  })

  test('that somebody else has taken in the range are not read back', () => {
    assert.deepEqual(marksIn(tableWith([], foreign)), new Map())
  })

  test('run out: who finds none left has none', () => {
    const range = { base: 100, count: 2 }
    assert.deepEqual([...assignMarks(ends(2, 3, 4), new Map(), range).values()], [100, 101])
    const before = new Map([[endText({ family: 4, real: real(4), forward: 'masq' }), 101]])
    assert.deepEqual([...assignMarks(ends(2, 3, 4), before, range).values()], [101, 100])
  })

  test('are kept over every reload by whoever stays, and never shared', () => {
    fc.assert(
      fc.property(arbitraryEnds, arbitraryEnds, (first, second) => {
        const before = assignMarks(first, new Map())
        const after = assignMarks(second, before)
        assert.deepEqual(new Set(after.keys()), new Set(second.map(endText)))
        assert.equal(new Set(after.values()).size, after.size)
        for (const [text, mark] of after) if (before.has(text)) assert.equal(mark, before.get(text))
      }),
    )
  })

  test('bring any table to what is wanted, and a second time nothing is left to do', () => {
    fc.assert(
      fc.property(arbitraryEnds, arbitraryEnds, (first, second) => {
        const pathsOf = (ends: readonly PathEnd[]) =>
          [...new Map(ends.map((end) => [endText(end), end])).values()].map((end, i) => ({
            ...nat,
            ...end,
            mark: base + i,
          }))
        const door = openMemoryTable('test')
        for (const paths of [pathsOf(first), pathsOf(second)]) {
          const read = door.read()
          assert(read.kind === 'table')
          const keep = new Set(paths.map(({ mark }) => mark))
          const wanted = pathSteps(paths, read.services, PATH_MARKS)
          const commands = wanted.flatMap((step) => (step.kind === 'commands' ? step.commands : []))
          door.applyAll([...commands, ...removals(read.services, keep, PATH_MARKS)])
        }
        const read = door.read()
        assert(read.kind === 'table')
        assert.equal(read.services.length, pathsOf(second).length)
        for (const step of pathSteps(pathsOf(second), read.services, PATH_MARKS)) assert.deepEqual(told(step), [])
        for (const { destinations } of read.services)
          assert.deepEqual(
            destinations.map((one) => one.weight),
            [weight(1)],
          )
      }),
    )
  })
})

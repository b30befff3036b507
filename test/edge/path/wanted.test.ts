/** The virtual servers for checks down the client's path, worked out on paper: marks, commands, removals. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { PATH_MARKS } from '../../../src/edge/path/marks.ts'
import type { Path, PathStep } from '../../../src/edge/path/wanted.ts'
import { pathSteps, removals } from '../../../src/edge/path/wanted.ts'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import type { TableCommand, TableService } from '../../../src/model/table.ts'
import { serviceText } from '../../../src/model/table.ts'

const base = PATH_MARKS.base
const real = (last: number, port = 8080) => ({ family: 4, address: `10.1.1.${last}`, port }) as const
const front = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 } as const
const nat: Path = { mark: base, service: front, real: real(2), forward: 'masq' }
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
  { kind: 'new-service', service: front, settings },
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
  {
    name: 'NAT from IPv6 to IPv4 is refused',
    path: { ...nat, service: { ...front, family: 6 as const, address: '2001:db8::1' } },
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
  const found = pathSteps(
    [nat, { ...nat, service: { ...front, address: '192.0.2.2' } }, { ...nat, real: real(3) }],
    [],
    PATH_MARKS,
  )
  assert.deepEqual(found.map(told), [
    ['new-service', 'new-destination 10.1.1.2:8080 masq'],
    [],
    ['refused: mark-taken'],
  ])
})

test('the same mark serves IPv4 and IPv6, which are two virtual servers', () => {
  const service = { ...front, family: 6, address: '2001:db8::1' } as const
  const six: Path = { ...nat, service, real: { family: 6, address: '2001:db8::2', port: 80 } }
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

test('any table is brought to what is wanted, and a second time nothing is left to do', () => {
  const arbitraryPaths = fc
    .uniqueArray(fc.integer({ min: 2, max: 40 }), { maxLength: 40 })
    .map((lasts) => lasts.map((last, i): Path => ({ ...nat, real: real(last), mark: base + i })))
  fc.assert(
    fc.property(arbitraryPaths, arbitraryPaths, (first, second) => {
      const door = openMemoryTable('test')
      const read = (): readonly TableService[] => {
        const table = door.read()
        assert(table.kind === 'table')
        return table.services
      }
      for (const paths of [first, second]) {
        const found = read()
        const steps = pathSteps(paths, found, PATH_MARKS)
        const commands = steps.flatMap((step) => (step.kind === 'commands' ? step.commands : []))
        const keep = new Set(paths.map(({ mark }) => mark))
        const answers = door.applyAll([...commands, ...removals(found, keep, PATH_MARKS)])
        assert(answers.every(({ kind }) => kind === 'ok'))
      }
      assert.equal(read().length, second.length)
      for (const step of pathSteps(second, read(), PATH_MARKS)) assert.deepEqual(told(step), [])
    }),
  )
})

/** The door for checks down the client's path, on a table in memory that passes for the kernel's. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PATH_MARKS } from '../../../src/edge/path/marks.ts'
import { openPaths } from '../../../src/edge/path/paths.ts'
import type { Path } from '../../../src/edge/path/wanted.ts'
import { openMemoryTable } from '../../../src/edge/table/memory-table.ts'
import type { TableCommand, TableDoor } from '../../../src/model/table.ts'

const front = { kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port: 80 } as const
const path = (number: number): Path => ({
  ...{ mark: PATH_MARKS.base + number, service: front, forward: 'masq' },
  real: { family: 4, address: `10.1.1.${number}`, port: 8080 },
})

function kernel(changes: Partial<TableDoor> = {}): { readonly door: TableDoor; readonly sent: TableCommand[] } {
  const memory = openMemoryTable('test')
  const sent: TableCommand[] = []
  const applyAll = (commands: readonly TableCommand[]) => {
    sent.push(...commands)
    return memory.applyAll(commands)
  }
  return { door: { ...memory, where: 'kernel', applyAll, ...changes }, sent }
}

test('paths that are there are not sent to the kernel again', async () => {
  const { door, sent } = kernel()
  const paths = openPaths(door)
  const ready = [2, 3].map((number) => ({ kind: 'ready', mark: PATH_MARKS.base + number, source: null }))
  assert.deepEqual(await paths.ensure([path(2), path(3)]), ready)
  assert.equal(sent.length, 4)
  assert.deepEqual(await paths.ensure([path(2), path(3)]), ready)
  assert.equal(sent.length, 4)
})

test('what is no longer needed goes, also what an earlier run left, and a second removal finds nothing', async () => {
  const { door, sent } = kernel()
  await openPaths(door).ensure([path(2), path(3)])
  const later = openPaths(door)
  assert.deepEqual(later.remove(new Set([PATH_MARKS.base + 3])), { removed: 1, failures: [] })
  assert.deepEqual(later.remove(), { removed: 1, failures: [] })
  assert.deepEqual(later.remove(), { removed: 0, failures: [] })
  assert.equal(sent.length, 6)
})

test('one path that the kernel refuses does not keep the others from standing', async () => {
  const { door } = kernel()
  const broadcast = { ...path(3), real: { family: 4, address: '255.255.255.255', port: 80 } } as const
  const answers = await openPaths(door).ensure([path(2), broadcast, path(4)])
  assert.deepEqual(
    answers.map((answer) => (answer.kind === 'ready' ? 'ready' : answer.code)),
    ['ready', 'EINVAL', 'ready'],
  )
})

test('a table that cannot be read, and one that is only in memory, refuse every path and say why', async () => {
  const unreadable = kernel({ read: () => ({ kind: 'error', errno: 'EPERM', text: 'it needs CAP_NET_ADMIN' }) })
  const [first] = await openPaths(unreadable.door).ensure([path(2)])
  assert.deepEqual(first, {
    ...{ kind: 'refused', mark: PATH_MARKS.base + 2, code: 'EPERM', text: 'it needs CAP_NET_ADMIN', commands: [] },
  })
  const [second] = await openPaths(openMemoryTable('this kernel has no IPVS')).ensure([path(2)])
  assert(second?.kind === 'refused')
  assert.match(second.text, /only in memory, and no packet goes down its paths: this kernel has no IPVS$/)
})

test('a real server whose address is no address is never handed to a program', async () => {
  const { door, sent } = kernel()
  const real = { family: 4, address: '10.1.1.2\nroute flush table main', port: 80 } as const
  const [answer] = await openPaths(door).ensure([{ ...path(2), forward: 'route', real }])
  assert(answer?.kind === 'refused')
  assert.equal(answer.code, 'no-way')
  assert.deepEqual(sent, [])
})

test('two virtual servers that share a path share the worse answer', async () => {
  const { door } = kernel()
  const paths = openPaths(door)
  const across = { ...path(2), service: { ...front, family: 6, address: '2001:db8::1' } } as const
  await paths.ensure([path(2), across, path(2)])
  assert.equal(paths.answerFor(path(2).mark)?.kind, 'refused')
  await paths.ensure([path(2)])
  assert.equal(paths.answerFor(path(2).mark)?.kind, 'ready')
})

/** Inside the guest, in the director's namespace: tables written by our own door carry a client's requests. */
import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import { openKernelTable } from '../../../src/edge/table/kernel-table.ts'
import type { Family, Forward, TableCommand, TableServiceId } from '../../../src/model/table.ts'
import { serviceText } from '../../../src/model/table.ts'
import { weight } from '../../../src/model/units.ts'
import { CLIENT, DIRECTOR, real, VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from './farm.ts'
import { attempt, run, startIn } from './guest.ts'

const NUMBERS = [1, 2, 3]
const opened = openKernelTable()
assert(opened.kind === 'open', JSON.stringify(opened))
const { door } = opened
const servers = await Promise.all([
  ...NUMBERS.map((n) => startIn(real(n).name, 'guest', 'web', real(n).name, '8080')),
  startIn(DIRECTOR, 'guest', 'web', DIRECTOR, '8081'),
])

function apply(command: TableCommand): void {
  assert.deepEqual(door.apply(command), { kind: 'ok' })
}

function virtualServer(family: Family, port: number): TableServiceId {
  const address = family === 4 ? VIRTUAL_ADDRESS : VIRTUAL_ADDRESS6
  return { kind: 'address', family, protocol: 'tcp', address, port }
}

function destination(family: Family, number: number, port: number) {
  return { family, address: family === 4 ? real(number).address : real(number).address6, port }
}

function balance(service: TableServiceId, forward: Forward, port: number): void {
  apply({
    kind: 'new-service',
    service,
    settings: {
      scheduler: 'rr',
      persistenceSeconds: 0,
      prefix: service.family === 4 ? 32 : 128,
      onePacket: false,
      schedulerFlags: 0,
      engine: '',
    },
  })
  for (const number of NUMBERS) {
    apply({
      kind: 'new-destination',
      service,
      destination: destination(service.family, number, port),
      settings: { forward, weight: weight(1), upperThreshold: 0, lowerThreshold: 0 },
    })
  }
}

/** How many of the client's requests each real server answered. */
function answers(url: string, count: number): Record<string, number> {
  const all: string[] = JSON.parse(run('ip', 'netns', 'exec', CLIENT, 'guest', 'visit', url, String(count)))
  const counts: Record<string, number> = {}
  for (const answer of all) counts[answer] = (counts[answer] ?? 0) + 1
  return counts
}

/** In a farm whose real servers answer past the director only direct routing works, and in the other only the rest. */
if (process.argv[2] === 'direct') {
  await attempt('direct', () => {
    balance(virtualServer(4, 8080), 'route', 8080)
    assert.deepEqual(answers(`http://${VIRTUAL_ADDRESS}:8080/`, 6), { real1: 2, real2: 2, real3: 2 })
  })
  for (const server of servers) server.end()
  process.exit(0)
}

await attempt('nat', () => {
  balance(virtualServer(4, 80), 'masq', 8080)
  assert.deepEqual(answers(`http://${VIRTUAL_ADDRESS}/`, 9), { real1: 3, real2: 3, real3: 3 })
})

await attempt('delete', () => {
  const service = virtualServer(4, 80)
  apply({ kind: 'delete-destination', service, destination: destination(4, 2, 8080) })
  assert.deepEqual(answers(`http://${VIRTUAL_ADDRESS}/`, 8), { real1: 4, real3: 4 })
})

await attempt('drain', () => {
  const settings = { forward: 'masq', weight: weight(0), upperThreshold: 0, lowerThreshold: 0 } as const
  apply({ kind: 'set-destination', service: virtualServer(4, 80), destination: destination(4, 3, 8080), settings })
  assert.deepEqual(answers(`http://${VIRTUAL_ADDRESS}/`, 4), { real1: 4 })
})

await attempt('nat6', () => {
  balance(virtualServer(6, 80), 'masq', 8080)
  assert.deepEqual(answers(`http://[${VIRTUAL_ADDRESS6}]/`, 6), { real1: 2, real2: 2, real3: 2 })
})

await attempt('local', () => {
  const service = virtualServer(4, 8081)
  balance(service, 'masq', 8080)
  for (const number of [2, 3]) apply({ kind: 'delete-destination', service, destination: destination(4, number, 8080) })
  const settings = { forward: 'local', weight: weight(1), upperThreshold: 0, lowerThreshold: 0 } as const
  const itself = { family: 4, address: VIRTUAL_ADDRESS, port: 8081 } as const
  apply({ kind: 'new-destination', service, destination: itself, settings })
  assert.deepEqual(answers(`http://${VIRTUAL_ADDRESS}:8081/`, 4), { director: 2, real1: 2 })
})

await attempt('counters', async () => {
  // The kernel adds its counters up every two seconds only.
  for (;;) {
    const table = door.read()
    assert(table.kind === 'table')
    const service = table.services.find((one) => serviceText(one.id) === serviceText(virtualServer(4, 80)))
    assert.equal(service?.destinations.find((one) => one.id.address === real(3).address)?.weight, 0)
    assert((service.counters?.connections ?? 0) <= 21)
    if (service.counters?.connections === 21) return assert(service.counters.packetsIn >= 21 * 3)
    await setTimeout(100)
  }
})

console.log(run('ipvsadm', '-Ln'))
for (const server of servers) server.end()
door.close()

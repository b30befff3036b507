/**
 * Where there is IPVS: brings a table of 5 000 real servers behind 500 virtual servers in line as the daemon does, reads
 * and compares it again and again, changes one weight, and leaves the figures as JSON. Run by ipvs.ts.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { openKernelTable } from '../src/edge/table/kernel-table.ts'
import { type NetlinkSocket, openNetlinkSocket } from '../src/edge/table/netlink-socket.ts'
import { uptime, weight } from '../src/model/units.ts'
import type { WantedService } from '../src/model/wanted.ts'
import { reconciler } from '../src/runtime/reconcile.ts'
import { DUMP_FLAGS, decodeMessages, isMalformed } from '../src/wire/ipvs/netlink.ts'
import type { Figures } from './ipvs-figures.ts'

const SERVICES = 500
const DESTINATIONS = 10
/** Passes without a change: the first ones still warm the machine code up. */
const PASSES = 15

const counted = { calls: 0, changes: 0 }
const opened = openKernelTable({ loadModule: true, socket: countingSocket() })
if (opened.kind === 'refused') {
  console.error(opened.text)
  process.exit(1)
}
const { door } = opened

const wanted = wantedTable(1)
const { pass } = reconciler(door)
let owned = {}
let now = 0

const first = timed(() => assert.equal(reconcile(wanted), SERVICES * (1 + DESTINATIONS)))
const firstCalls = counted.calls

const passes = Array.from({ length: PASSES }, () => {
  counted.calls = 0
  return timed(() => assert.equal(reconcile(wanted), 0))
})
const readCalls = counted.calls
const reads = Array.from({ length: PASSES }, () => timed(() => assert.equal(door.read().kind, 'table')))

counted.changes = 0
const next = wantedTable(2)
const verdict = timed(() => assert.equal(reconcile(next), 1))
const verdictCommands = counted.changes
door.flush()
door.close()

const figures: Figures = {
  services: SERVICES,
  destinations: SERVICES * DESTINATIONS,
  first,
  firstCalls,
  passes,
  reads,
  readCalls,
  verdict,
  verdictCommands,
}
writeFileSync(process.argv[2] ?? `${process.env.SCRATCH ?? '.'}/figures.json`, JSON.stringify(figures))

/** The first real server has this weight, every other its own. */
function wantedTable(changed: number): WantedService[] {
  return Array.from({ length: SERVICES }, (_, s) => ({
    name: `pool-${s}`,
    id: { kind: 'address', family: 4, protocol: 'tcp', address: `10.${s >> 8}.${s & 255}.1`, port: 80 },
    settings: { scheduler: 'wlc', persistenceSeconds: 0, prefix: 32, onePacket: false, schedulerFlags: 0, engine: '' },
    destinations: Array.from({ length: DESTINATIONS }, (_, d) => ({
      kind: 'present' as const,
      id: { family: 4 as const, address: `192.168.${s & 255}.${1 + d + 20 * (s >> 8)}`, port: 8080 },
      settings: {
        forward: 'masq' as const,
        weight: weight(s + d === 0 ? changed : 3),
        upperThreshold: 0,
        lowerThreshold: 0,
      },
      text: 'it is up',
      cause: null,
    })),
    cause: null,
  }))
}

/** One pass of the daemon's own; how many changes it carried out, all with success. */
function reconcile(table: readonly WantedService[]): number {
  now += 1
  const report = pass(table, owned, uptime(now))
  owned = report.owned
  for (const { change, outcome } of report.changes) assert.equal(outcome, 'OK', change)
  return report.changes.length
}

/** Milliseconds. */
function timed(act: () => void): number {
  const start = performance.now()
  act()
  return performance.now() - start
}

/** Counts system calls, and messages that change something: those that are no list. */
function countingSocket(): NetlinkSocket {
  const socket = openNetlinkSocket()
  assert(!('errno' in socket))
  return {
    ...socket,
    send(bytes) {
      const messages = decodeMessages(bytes)
      assert(!isMalformed(messages))
      counted.calls += 1
      counted.changes += messages.filter(({ flags }) => flags !== DUMP_FLAGS).length
      return socket.send(bytes)
    },
    receive(into) {
      counted.calls += 1
      return socket.receive(into)
    },
  }
}

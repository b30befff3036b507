/**
 * Checks summed up by the minute. Latency is how long a probe took in all (Timings.total), of those that passed: how long one
 * took to fail says how patient the check is. p50 and p95 are the smallest values that half, and 19 of 20, do not exceed.
 */
import type { HostResult } from '../model/result.ts'
import type { RollupRow } from '../model/rollup.ts'
import { type WallTime, wallTime } from '../model/units.ts'

export interface Minute {
  readonly minute: WallTime
  readonly rows: readonly RollupRow[]
}

export interface Minutes {
  /** `false`: there were too many pairs of service and host in that minute already. */
  add(service: string, result: HostResult, at: WallTime): boolean
  /** Takes out the minutes that ended before, oldest first. */
  close(before: WallTime): readonly Minute[]
}

export const MINUTE_MS = 60_000

/** Latencies kept of one pair in one minute. When there are more, every second one goes, and from then on is left out. */
const MOST_SAMPLES = 128

interface Cell {
  count: number
  failures: number
  unknown: number
  max: number
  /** Of each `stride` passing checks one latency is kept. */
  stride: number
  passed: number
  samples: number[]
}

interface Open {
  pairs: number
  readonly services: Map<string, Map<string, Cell>>
}

export function minutesOf(mostPairs: number): Minutes {
  const open = new Map<number, Open>()

  function cellOf(service: string, host: string, minute: number): Cell | null {
    let one = open.get(minute)
    if (one === undefined) {
      one = { pairs: 0, services: new Map() }
      open.set(minute, one)
    }
    let hosts = one.services.get(service)
    const known = hosts?.get(host)
    if (known !== undefined) return known
    if (one.pairs >= mostPairs) return null
    if (hosts === undefined) {
      hosts = new Map()
      one.services.set(service, hosts)
    }
    one.pairs += 1
    const cell = { count: 0, failures: 0, unknown: 0, max: 0, stride: 1, passed: 0, samples: [] }
    hosts.set(host, cell)
    return cell
  }

  return {
    add(service, result, at) {
      const cell = cellOf(service, result.host, Math.floor(at / MINUTE_MS))
      if (cell === null) return false
      cell.count += 1
      if (result.kind === 'down') cell.failures += 1
      else if (result.kind === 'unknown') cell.unknown += 1
      else addLatency(cell, result.timings.total)
      return true
    },
    close(before) {
      const over = [...open.keys()].filter((minute) => (minute + 1) * MINUTE_MS <= before).sort((a, b) => a - b)
      return over.map((minute) => {
        const rows = rowsOf(open.get(minute)?.services ?? new Map())
        open.delete(minute)
        return { minute: wallTime(minute * MINUTE_MS), rows }
      })
    },
  }
}

function addLatency(cell: Cell, latency: number): void {
  cell.max = Math.max(cell.max, latency)
  cell.passed += 1
  if ((cell.passed - 1) % cell.stride !== 0) return
  if (cell.samples.length >= MOST_SAMPLES) {
    cell.samples = cell.samples.filter((_, index) => index % 2 === 0)
    cell.stride *= 2
    if ((cell.passed - 1) % cell.stride !== 0) return
  }
  cell.samples.push(latency)
}

function rowsOf(services: ReadonlyMap<string, ReadonlyMap<string, Cell>>): readonly RollupRow[] {
  const rows: RollupRow[] = []
  for (const [service, hosts] of services)
    for (const [host, { count, failures, unknown, max, passed, samples }] of hosts) {
      const sorted = Float64Array.from(samples).sort()
      const figures = { p50: rank(sorted, 0.5), p95: rank(sorted, 0.95), max: passed === 0 ? null : max }
      rows.push({ service, host, count, failures, unknown, ...figures })
    }
  return rows
}

/** Nearest rank. */
function rank(sorted: Float64Array, share: number): number | null {
  return sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)] ?? null
}

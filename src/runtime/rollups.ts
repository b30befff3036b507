/**
 * Sums up every check by the minute, and hands each minute to PostgreSQL soon after it has ended. While the database is
 * away a limited number of minutes waits in memory; unlike the history, rollups are no promise, and the oldest go then.
 */
import { randomUUID } from 'node:crypto'
import type { PostgresError } from '../edge/postgres/postgres.ts'
import type { RollupStore } from '../edge/postgres/rollup-store.ts'
import type { HostResult } from '../model/result.ts'
import type { RollupRow } from '../model/rollup.ts'
import { type WallTime, wallTime } from '../model/units.ts'
import { atMost } from './at-most.ts'
import { MINUTE_MS, minutesOf } from './rollup-minute.ts'

export interface RollupSetup {
  readonly store: RollupStore
  now(): WallTime
  /** Told once when something is lost or refused, and once when all is well again. */
  notice(text: string): void
  readonly limits?: Partial<RollupLimits>
}

export interface RollupLimits {
  /** Pairs of service and host in one minute; what is more is not summed up. */
  readonly pairs: number
  /** Rows in one statement. */
  readonly batchRows: number
  /** Rows that wait for the database: 20 minutes of 10,000 checks, or days of a hundred. */
  readonly waitingRows: number
  /** How long after its end a minute is closed, for results that were on their way. In milliseconds, as are all below. */
  readonly grace: number
  readonly retryFirst: number
  readonly retryMost: number
  /** How long a stop waits for the database. */
  readonly stopWithin: number
}

export const rollupLimits: RollupLimits = {
  pairs: 50_000,
  batchRows: 5_000,
  waitingRows: 200_000,
  grace: 2_000,
  retryFirst: 1_000,
  retryMost: 60_000,
  stopWithin: 3_000,
}

export interface Rollups {
  /** What one run of a check said; costs about a microsecond a host. */
  add(service: string, results: readonly HostResult[], at: WallTime): void
  status(): RollupStatus
  /** Writes what it has, the minute that has begun included, within the limit. */
  stop(): Promise<void>
}

export interface RollupStatus {
  /** Rows that wait. */
  readonly waiting: number
  /** Rows that were given up since the start. */
  readonly dropped: number
  readonly lastError: string | null
}

type Batch = Parameters<RollupStore['add']>[0]

export function createRollups({ store, now, notice, limits: some = {} }: RollupSetup): Rollups {
  const limits = { ...rollupLimits, ...some }
  const minutes = minutesOf(limits.pairs)
  const queue: Batch[] = []
  let waiting = 0
  let dropped = 0
  let crowded = false
  let overflowed = false
  let lastError: string | null = null
  let opened = false
  let stopping = false
  let sending: Promise<void> | null = null
  let retryIn = limits.retryFirst
  let notBefore = 0
  let timer = setTimeout(look, untilNextEnd())
  timer.unref()

  function untilNextEnd(): number {
    const at = now()
    const end = (Math.floor((at - limits.grace) / MINUTE_MS) + 1) * MINUTE_MS + limits.grace
    return Math.max(end - at, 1)
  }

  function look(): void {
    if (stopping) return
    close(wallTime(now() - limits.grace))
    const pause = lastError === null ? untilNextEnd() : Math.min(untilNextEnd(), Math.max(notBefore - now(), 1))
    timer = setTimeout(look, pause)
    timer.unref()
    if (now() >= notBefore) void send()
  }

  /** Also a minute without checks is told: it says that somebody watched. */
  function close(before: WallTime): void {
    const over = minutes.close(before)
    for (const { minute, rows } of over)
      for (let from = 0; from < rows.length; from += limits.batchRows)
        enqueue(minute, rows.slice(from, from + limits.batchRows))
    if (over.length === 0 && queue.length === 0) enqueue(before, [])
    while (waiting > limits.waitingRows) overflow()
  }

  function enqueue(minute: WallTime, rows: readonly RollupRow[]): void {
    queue.push({ id: randomUUID(), minute, at: now(), rows })
    waiting += rows.length
  }

  function overflow(): void {
    const oldest = queue.shift()
    if (oldest === undefined) return
    waiting -= oldest.rows.length
    dropped += oldest.rows.length
    if (overflowed) return
    overflowed = true
    notice(
      `${store.where} has not taken the rollups of checks for so long that the oldest are lost: ` +
        `no more than ${limits.waitingRows} rows wait. The history itself waits in the journal, complete.`,
    )
  }

  function send(): Promise<void> {
    sending ??= sendAll().finally(() => {
      sending = null
    })
    return sending
  }

  async function sendAll(): Promise<void> {
    for (let batch = queue[0]; batch !== undefined; batch = queue[0]) {
      const answer = await sent(batch)
      if (answer.kind === 'failed' && !answer.refusedData) return trouble(answer)
      if (answer.kind === 'failed') notice(`${answer.text} ${batch.rows.length} rows of rollups are left out.`)
      if (answer.kind === 'unknown') {
        opened = false
        continue
      }
      // While it was on its way, it may have been the oldest of too many.
      if (queue[0] === batch) {
        queue.shift()
        waiting -= batch.rows.length
      }
      well()
    }
  }

  async function sent(batch: Batch): ReturnType<RollupStore['add']> {
    if (!opened) {
      const open = await store.open()
      if (open.kind === 'failed') return open
      opened = true
    }
    return store.add(batch)
  }

  /** Told only when it lasts beyond the history's own trouble with the same server: when rows are lost, or for a right. */
  function trouble({ text, code }: PostgresError): void {
    opened = false
    if (lastError === null && code === '42501')
      notice(`${text} Rollups of checks need the right to create tables in schema upalert, and to own upalert.rollup.`)
    lastError = text
    notBefore = now() + retryIn * (0.5 + Math.random() / 2)
    retryIn = Math.min(retryIn * 2, limits.retryMost)
  }

  function well(): void {
    lastError = null
    notBefore = 0
    retryIn = limits.retryFirst
    if (!overflowed || queue.length > 0) return
    overflowed = false
    notice(`${store.where} takes the rollups of checks again. ${dropped} rows were lost since the start.`)
  }

  let ending: Promise<void> | null = null
  async function stop(): Promise<void> {
    clearTimeout(timer)
    stopping = true
    close(wallTime(now() + 2 * MINUTE_MS))
    await atMost(limits.stopWithin, send())
    await atMost(limits.stopWithin, store.end())
  }

  return {
    add(service, results, at) {
      for (const result of results) {
        if (minutes.add(service, result, at) || crowded) continue
        crowded = true
        notice(
          `More than ${limits.pairs} pairs of service and host are checked: rollups have only so many of a minute.`,
        )
      }
    },
    status: () => ({ waiting, dropped, lastError }),
    stop() {
      ending ??= stop()
      return ending
    },
  }
}

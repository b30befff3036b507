/**
 * Once a day, at night, PostgreSQL is relieved of what is older than the configuration wants to keep, and gets the tables for
 * the rollups of the next days. Directors do it at different minutes, and one at a time.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { schedule } from 'node-cron'
import type { RetentionStore } from '../edge/postgres/retention-store.ts'
import { days, type Milliseconds, type WallTime, wallTime } from '../model/units.ts'

export interface RetentionSetup {
  readonly store: RetentionStore
  /** This machine's name; it chooses the minute. */
  readonly host: string
  now(): WallTime
  /** What is in force now; 0: for ever. */
  keep(): { readonly history: Milliseconds; readonly rollups: Milliseconds }
  /** Told what was done, if anything was, and what could not be done. */
  notice(text: string): void
  readonly limits?: Partial<RetentionLimits>
}

export interface RetentionLimits {
  /** Entries that one transaction deletes. */
  readonly batchEntries: number
  /** The pause between two such, in milliseconds, for others who use the database. */
  readonly rest: number
  /** Days whose tables are made before they come. */
  readonly daysAhead: number
}

export const retentionLimits: RetentionLimits = { batchEntries: 2_000, rest: 100, daysAhead: 2 }

export interface Retention {
  /** Does now what is done each night. */
  run(): Promise<void>
  stop(): Promise<void>
}

/** At three, when few look: the hour of the machine's own time zone. */
const HOUR = 3

export function startRetention(setup: RetentionSetup): Retention {
  const limits = { ...retentionLimits, ...setup.limits }
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  const task = schedule(nightly(setup.host), run)

  function run(): Promise<void> {
    running ??= relieve(setup, limits, stopping.signal).finally(() => {
      running = null
    })
    return running
  }

  return {
    run,
    async stop() {
      stopping.abort()
      await task.destroy()
      await running
      await setup.store.end()
    },
  }
}

/** The same minute each night, and likely another one for another director. */
export function nightly(host: string): string {
  let sum = 0
  for (const character of host) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 60
  return `${sum} ${HOUR} * * *`
}

/** Decides by the time of its start; ends early when told to, since the next night goes on from there. */
async function relieve(setup: RetentionSetup, limits: RetentionLimits, signal: AbortSignal): Promise<void> {
  const { store, now, keep, notice } = setup
  const { history, rollups } = keep()
  const at = now()
  const done: string[] = []
  const troubles = new Set<string>()

  for (let ahead = 0; ahead <= limits.daysAhead && !signal.aborted; ahead += 1) {
    const made = await store.makeRollups(wallTime(at + days(ahead)))
    if (made.kind === 'failed') troubles.add(made.text)
  }
  if (rollups > 0 && !signal.aborted) {
    const dropped = await store.dropRollups(wallTime(at - rollups))
    if (dropped.kind === 'failed') troubles.add(dropped.text)
    if (dropped.kind === 'gone' && dropped.count > 0)
      done.push(counted(dropped.count, 'day of rollups', 'days of rollups'))
  }
  let entries = 0
  while (history > 0 && !signal.aborted) {
    const gone = await store.deleteEntries(wallTime(at - history), limits.batchEntries)
    if (gone.kind === 'failed') troubles.add(gone.text)
    if (gone.kind === 'gone') entries += gone.count
    if (gone.kind !== 'gone' || gone.count < limits.batchEntries) break
    await pause(limits.rest, undefined, { signal }).catch(() => undefined)
  }
  if (entries > 0) done.push(counted(entries, 'entry', 'entries'))
  if (done.length > 0) notice(`${store.where} was relieved of ${done.join(' and ')} older than is kept.`)
  for (const trouble of troubles)
    notice(`${trouble} What is old is not all deleted there; the next attempt is tomorrow.`)
}

const counted = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`

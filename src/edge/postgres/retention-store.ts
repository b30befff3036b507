/** Deletes what is old in PostgreSQL, in steps that each take a moment, one daemon at a time. */
import { type WallTime, wallTime } from '../../model/units.ts'
import {
  deleteConfigurations,
  deleteEntries,
  dropPartition,
  impatience,
  moveBeginning,
  retentionLock,
} from '../../wire/history/retention-sql.ts'
import { partitionEnd, partitions } from '../../wire/history/rollup-sql.ts'
import { migrate } from './history-store.ts'
import type { Postgres, PostgresError, Query } from './postgres.ts'
import { makeRollupPartition } from './rollup-store.ts'

/** `busy`: another daemon is at it. */
type Step = { readonly kind: 'gone'; readonly count: number } | { readonly kind: 'busy' } | PostgresError

export interface RetentionStore {
  readonly where: string
  /** Deletes at most so many entries from before that time. Fewer gone than asked for: there are no more. */
  deleteEntries(before: WallTime, most: number): Promise<Step>
  /** Drops the partitions whose day was over then. */
  dropRollups(before: WallTime): Promise<Step>
  /** Makes the partition of that day, if it is not there. */
  makeRollups(day: WallTime): Promise<{ readonly kind: 'made' } | PostgresError>
  end(): Promise<void>
}

export function retentionStore(postgres: Postgres): RetentionStore {
  const alone = async (work: (query: Query) => Promise<Step>): Promise<Step> => {
    const refused = await migrate(postgres)
    if (refused !== null) return refused
    return postgres.transaction(async (query) => {
      const lock = await query(retentionLock)
      if (lock.kind === 'failed') return lock
      return lock.rows[0]?.mine === true ? work(query) : { kind: 'busy' }
    })
  }
  return {
    where: postgres.where,
    deleteEntries: (before, most) =>
      alone(async (query) => {
        const moved = await query(moveBeginning, [before])
        if (moved.kind === 'failed') return moved
        const answer = await query(deleteEntries, [before, most])
        if (answer.kind === 'failed') return answer
        const count = Number(answer.rows[0]?.gone)
        const unnamed = count < most ? await query(deleteConfigurations, [before]) : answer
        return unnamed.kind === 'failed' ? unnamed : { kind: 'gone', count }
      }),
    dropRollups: (before) =>
      alone(async (query) => {
        const waits = await query(impatience)
        const known = waits.kind === 'failed' ? waits : await query(partitions)
        if (known.kind === 'failed') return known
        const old = known.rows.map(({ name }) => String(name)).filter((name) => isOver(name, before))
        for (const name of old) {
          const dropped = await query(dropPartition(name))
          if (dropped.kind === 'failed') return dropped
        }
        return { kind: 'gone', count: old.length }
      }),
    async makeRollups(day) {
      const refused = await migrate(postgres)
      return refused ?? makeRollupPartition(postgres, wallTime(day))
    },
    end: () => postgres.end(),
  }
}

function isOver(partition: string, before: WallTime): boolean {
  const end = partitionEnd(partition)
  return end !== null && end <= before
}

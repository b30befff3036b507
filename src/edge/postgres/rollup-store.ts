/**
 * Rollups of checks in PostgreSQL: each batch once, however a connection ends; the partition of a day is made when its
 * first batch comes.
 */
import type { WallTime } from '../../model/units.ts'
import {
  addRollups,
  makePartition,
  partitionName,
  partitionThere,
  type RollupBatch,
  rollupValues,
  sayAlive,
} from '../../wire/history/rollup-sql.ts'
import { lockNumber, makeFeed } from '../../wire/history/schema.ts'
import { migrate } from './history-store.ts'
import type { Postgres, PostgresError } from './postgres.ts'

export interface RollupStore {
  readonly where: string
  /** The tables are there and know this journal. */
  open(): Promise<{ readonly kind: 'open' } | PostgresError>
  /** `unknown`: this journal is not known there any more; open again. */
  add(batch: RollupBatch): Promise<{ readonly kind: 'added' } | { readonly kind: 'unknown' } | PostgresError>
  end(): Promise<void>
}

/** "no partition of relation found for row", which is a check_violation. */
const NO_PARTITION = '23514'
const NO_RIGHT = '42501'

export function rollupStore(
  postgres: Postgres,
  feeder: { readonly journal: string; readonly host: string },
): RollupStore {
  async function add(batch: RollupBatch): ReturnType<RollupStore['add']> {
    const values = rollupValues(feeder.journal, batch)
    let answer = await postgres.query(addRollups, values)
    if (answer.kind === 'failed' && answer.code === NO_PARTITION) {
      const made = await makeRollupPartition(postgres, batch.minute)
      if (made.kind === 'failed') return refused(made, batch)
      answer = await postgres.query(addRollups, values)
    }
    if (answer.kind === 'failed') return refused(answer, batch)
    return { kind: answer.rows[0]?.known === 1 ? 'added' : 'unknown' }
  }

  /** That somebody watches can be told all the same. */
  async function refused(why: PostgresError, { at }: RollupBatch): Promise<PostgresError> {
    if (why.code === NO_RIGHT) await postgres.query(sayAlive, [feeder.journal, at])
    return why
  }

  return {
    where: postgres.where,
    async open() {
      const refusal = await migrate(postgres)
      if (refusal !== null) return refusal
      const known = await postgres.query(makeFeed, [feeder.journal, feeder.host])
      return known.kind === 'failed' ? known : { kind: 'open' }
    },
    add,
    end: () => postgres.end(),
  }
}

/** The partition for that day; one that is there already stays. */
export async function makeRollupPartition(
  postgres: Postgres,
  day: WallTime,
): Promise<{ readonly kind: 'made' } | PostgresError> {
  return postgres.transaction(async (query) => {
    const locked = await query(`select pg_advisory_xact_lock(${lockNumber})`)
    if (locked.kind === 'failed') return locked
    const there = await query(partitionThere, [partitionName(day)])
    if (there.kind === 'failed') return there
    if (there.rows[0]?.there === true) return { kind: 'made' }
    for (const statement of makePartition(day)) {
      const done = await query(statement)
      if (done.kind === 'failed') return done
    }
    return { kind: 'made' }
  })
}

/**
 * Statements about upalert.rollup: rows of one minute come in a batch with an id, so that one whose answer was lost can be
 * sent again. A partition holds a day of UTC; its name says which.
 */
import type { RollupRow } from '../../model/rollup.ts'
import { type Milliseconds, milliseconds, type WallTime, wallTime } from '../../model/units.ts'

export interface RollupBatch {
  /** No other batch of this journal has it. */
  readonly id: string
  /** When the minute began. */
  readonly minute: WallTime
  /** When it was closed: the daemon lived then. */
  readonly at: WallTime
  readonly rows: readonly RollupRow[]
}

/**
 * Adds a batch, or nothing if it is here already. What is there of the same minute, from before a restart, is merged:
 * counts exactly, p50 and p95 as means by the number of checks that passed. The values are those of `rollupValues`.
 */
export const addRollups = `
  with moved as (
    update upalert.feed set rollups = $2, alive = greatest(alive, to_timestamp($3::double precision / 1000))
    where journal = $1 and rollups is distinct from $2 returning journal
  ), added as (
    insert into upalert.rollup as known
      (minute, journal, service, host, count, failures, unknown, p50, p95, max)
    select to_timestamp($4::double precision / 1000), moved.journal, summed.*
    from moved, unnest(
      $5::text[], $6::text[], $7::integer[], $8::integer[], $9::integer[], $10::real[], $11::real[], $12::real[]
    ) as summed
    on conflict (minute, journal, service, host) do update set
      count = known.count + excluded.count,
      failures = known.failures + excluded.failures,
      unknown = known.unknown + excluded.unknown,
      p50 = ${merged('p50')},
      p95 = ${merged('p95')},
      max = greatest(known.max, excluded.max)
  )
  select count(*)::integer as known from upalert.feed where journal = $1
`

/** Only the sign of life of a batch. $1 journal, $2 when. */
export const sayAlive =
  'update upalert.feed set alive = greatest(alive, to_timestamp($2::double precision / 1000)) where journal = $1'

export function rollupValues(journal: string, { id, at, minute, rows }: RollupBatch): readonly unknown[] {
  return [
    ...[journal, id, at, minute, rows.map((row) => row.service), rows.map((row) => row.host)],
    ...[rows.map((row) => row.count), rows.map((row) => row.failures), rows.map((row) => row.unknown)],
    ...[rows.map((row) => row.p50), rows.map((row) => row.p95), rows.map((row) => row.max)],
  ]
}

function merged(what: string): string {
  const passed = (of: string) => `(${of}.count - ${of}.failures - ${of}.unknown)`
  return `case
        when known.${what} is null then excluded.${what}
        when excluded.${what} is null then known.${what}
        else (known.${what} * ${passed('known')} + excluded.${what} * ${passed('excluded')})
          / (${passed('known')} + ${passed('excluded')})
      end`
}

const DAY: Milliseconds = milliseconds(86_400_000)

/** `rollup_20261121`, for any instant of that day. */
export function partitionName(at: WallTime): string {
  return `rollup_${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}`
}

/**
 * Makes the partition of that day, under a lock that other daemons wait for too, and that readers do not feel: attaching a
 * finished table leaves queries on the others alone (PostgreSQL manual, "Partition Maintenance").
 */
export function makePartition(at: WallTime): readonly string[] {
  const name = partitionName(at)
  const begin = wallTime(Math.floor(at / DAY) * DAY)
  const day = (time: number) => `'${new Date(time).toISOString().slice(0, 10)} 00:00:00+00'`
  return [
    `create table upalert.${name} (like upalert.rollup including defaults including constraints)`,
    `alter table upalert.rollup attach partition upalert.${name} for values from (${day(begin)}) to (${day(begin + DAY)})`,
  ]
}

/** `there`: whether this table is. $1 its name. */
export const partitionThere = `select to_regclass('upalert.' || $1::text) is not null as there`

/** Names of all partitions. */
export const partitions = `
  select child.relname as name from pg_inherits
  join pg_class child on child.oid = inhrelid
  where inhparent = to_regclass('upalert.rollup') order by child.relname
`

/** When the day of a partition is over; `null`: it is none of ours. */
export function partitionEnd(name: string): WallTime | null {
  const [, year, month, day] = /^rollup_(\d{4})(\d\d)(\d\d)$/.exec(name) ?? []
  if (year === undefined) return null
  const begin = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
  return Number.isNaN(begin) ? null : wallTime(begin + DAY)
}

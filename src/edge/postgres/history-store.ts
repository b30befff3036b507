/**
 * The history in PostgreSQL: brings its tables up to date, and adds what a journal has. The journal's cursor moves in
 * the same transaction as the rows, so however a connection ends, a row is there exactly once.
 */
import type { PastCommit } from '../../model/commit.ts'
import type { WallTime } from '../../model/units.ts'
import { rowsJson, storable } from '../../wire/history/rows.ts'
import {
  addConfiguration,
  addEntries,
  lockNumber,
  makeFeed,
  migrations,
  prepare,
  schemaVersion,
} from '../../wire/history/schema.ts'
import type { Postgres, PostgresError, Query } from './postgres.ts'

interface Feeder {
  /** The journal's id. */
  readonly journal: string
  /** This machine's name, for people. */
  readonly host: string
}

type Cursor = { readonly kind: 'at'; readonly seq: number }

export interface HistoryStore {
  readonly where: string
  /** Up to which commit of this journal the history is there; makes the tables first where that is needed. */
  open(feeder: Feeder): Promise<Cursor | PostgresError>
  /** `elsewhere`: the cursor was not at `from`, so nothing was added. */
  add(
    feeder: Feeder,
    from: number,
    to: number,
    commits: readonly PastCommit[],
  ): Promise<{ readonly kind: 'added' } | { readonly kind: 'elsewhere' } | PostgresError>
  /** A configuration that the entries speak of; one that is there already stays. */
  addConfiguration(known: KnownConfiguration): Promise<{ readonly kind: 'added' } | PostgresError>
  end(): Promise<void>
}

export interface KnownConfiguration {
  readonly hash: string
  readonly at: WallTime
  readonly host: string
  readonly text: string
}

export function historyStore(postgres: Postgres): HistoryStore {
  return {
    where: postgres.where,
    async open({ journal, host }) {
      const refused = await migrate(postgres)
      if (refused !== null) return refused
      const known = await postgres.query(makeFeed, [journal, host])
      if (known.kind === 'failed') return known
      const answer = await postgres.query('select seq::text from upalert.feed where journal = $1', [journal])
      return answer.kind === 'failed' ? answer : { kind: 'at', seq: Number(answer.rows[0]?.seq ?? 0) }
    },
    async add({ journal }, from, to, commits) {
      const answer = await postgres.query(addEntries, [journal, from, to, rowsJson(commits)])
      if (answer.kind === 'failed') return answer
      return { kind: answer.rows[0]?.moved === 1 ? 'added' : 'elsewhere' }
    },
    async addConfiguration({ hash, at, host, text }) {
      const answer = await postgres.query(addConfiguration, [hash, at, host, storable(text)])
      return answer.kind === 'failed' ? answer : { kind: 'added' }
    },
    end: () => postgres.end(),
  }
}

/** `null`: the tables are as this upalert knows them. Needs no right to create anything when they are already. */
export async function migrate(postgres: Postgres): Promise<PostgresError | null> {
  const there = await postgres.query(`select to_regclass('upalert.version') is not null as there`)
  if (there.kind === 'failed') return there
  if (there.rows[0]?.there === true) {
    const version = await currentVersion(postgres.query)
    if (typeof version !== 'number') return version
    if (version === schemaVersion) return null
    if (version > schemaVersion) return newer(postgres.where, version)
  }
  const done = await postgres.transaction((query) => stepForward(query, postgres.where))
  return done.kind === 'failed' ? done : null
}

/** An index over years of history takes its time; meanwhile new history waits in the journal. In milliseconds. */
const STEP_LIMIT = 3_600_000

/** Under a lock, so that of two daemons that start at once one does it and the other finds it done. */
async function stepForward(query: Query, where: string): Promise<{ readonly kind: 'done' } | PostgresError> {
  const locked = await query(`select pg_advisory_xact_lock(${lockNumber})`)
  if (locked.kind === 'failed') return locked
  const patient = await query(`set local statement_timeout = ${STEP_LIMIT}`)
  if (patient.kind === 'failed') return patient
  const prepared = await query(prepare)
  if (prepared.kind === 'failed') return prepared
  const version = await currentVersion(query)
  if (typeof version !== 'number') return version
  if (version > schemaVersion) return newer(where, version)
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue
    const stepped = await query(step, [], STEP_LIMIT)
    if (stepped.kind === 'failed') return stepped
    const noted = await query('insert into upalert.version (version) values ($1)', [index + 1])
    if (noted.kind === 'failed') return noted
  }
  return { kind: 'done' }
}

async function currentVersion(query: Query): Promise<number | PostgresError> {
  const answer = await query('select coalesce(max(version), 0)::integer as version from upalert.version')
  return answer.kind === 'failed' ? answer : Number(answer.rows[0]?.version)
}

function newer(where: string, version: number): PostgresError {
  return {
    kind: 'failed',
    code: 'NEWER_SCHEMA',
    refusedData: false,
    text:
      `${where} holds a history of version ${version}, and this upalert knows versions up to ${schemaVersion}. ` +
      'It is left alone. Install the newer upalert here too, or name another database.',
  }
}

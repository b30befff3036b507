/**
 * Where a report gets its history from: PostgreSQL, and for what that has not taken yet the journal; the journal alone where
 * there is no database or it is away. Whichever it was, the report says.
 */
import { hostname } from 'node:os'
import { join } from 'node:path'
import { lastAlive } from '../../edge/alive.ts'
import { runningEmbedded } from '../../edge/postgres/embedded-running.ts'
import { openPostgres, postgresLimits } from '../../edge/postgres/postgres.ts'
import { readStored, type StoredHistory, type StoredRow } from '../../edge/postgres/report-source.ts'
import type { Verdict } from '../../model/entry.ts'
import { type WallTime, wallTime } from '../../model/units.ts'
import { acknowledgedBy, type History, type HistoryRecord, longestText } from '../../report/record.ts'
import type { Span } from '../../report/span.ts'
import { type JournalPast, journalId, readJournal } from './journal-source.ts'

export interface SourceQuestion {
  /** `none`, `embedded` or a URL. */
  readonly database: string
  readonly statedir: string
  readonly span: Span
  /** Empty: all. */
  readonly services: readonly string[]
  /** The name of the machine whose history is meant, if it is not this one's. */
  readonly director: string | null
  readonly now: WallTime
}

export type Sourced =
  | { readonly kind: 'history'; readonly history: History; readonly remarks: readonly string[] }
  /** Sentences that say why there is none. */
  | { readonly kind: 'failed'; readonly text: string }

/** Changes that one report is made from; each costs some hundred bytes of memory. */
export const mostRecords = 500_000
/** A report does not wait for a database as long as the feed does. */
const limits = { ...postgresLimits, connect: 5_000 }

export async function sourceHistory(question: SourceQuestion, most = mostRecords): Promise<Sourced> {
  const directory = join(question.statedir, 'journal')
  const id = await journalId(directory)
  const stored = await storedHistory(question, id, most)
  if (stored.kind === 'stored') return withNewest(stored, question, { directory, hasJournal: id !== null, most })
  const journal =
    question.director === null
      ? await readJournal(directory, { after: 0, services: question.services, most })
      : ({ kind: 'failed', text: 'The journal has this machine’s history only.' } as const)
  if (journal.kind === 'failed') return { kind: 'failed', text: [stored.text, journal.text].filter(Boolean).join(' ') }
  const alive = lastSign(question, journal)
  return {
    kind: 'history',
    history: { ...journal, horizon: standing(alive, journal.stopped ?? null), latencies: null },
    remarks: [
      ...(stored.text === '' ? [] : [`${stored.text} This is from the journal in ${directory}, without latencies.`]),
      ...journal.remarks,
    ],
  }
}

type Stored = StoredHistory | { readonly kind: 'none'; readonly text: string }

/** `none`: there is no database, or a sentence that says what is wrong with it. */
async function storedHistory(question: SourceQuestion, journal: string | null, most: number): Promise<Stored> {
  const { database, statedir, span, services, director } = question
  if (database === 'none') return { kind: 'none', text: '' }
  // Where no journal is, no daemon has made a place for a database either, and none is to be made.
  if (database === 'embedded' && journal === null) return { kind: 'none', text: '' }
  const embedded = database === 'embedded' ? await runningEmbedded(join(statedir, 'postgres')) : null
  if (embedded?.kind === 'failed') return { kind: 'none', text: embedded.text }
  const postgres = openPostgres(embedded?.connection ?? database, limits)
  if ('kind' in postgres) return { kind: 'none', text: postgres.text }
  try {
    const asked = { journal, director, hostname: hostname(), ...span, services, longestText, most }
    const answer = await readStored(postgres, asked)
    return answer.kind === 'stored' ? answer : { kind: 'none', text: answer.text }
  } finally {
    await postgres.end()
  }
}

/** What the database has not taken yet, from the journal. */
async function withNewest(
  stored: StoredHistory,
  question: SourceQuestion,
  { directory, hasJournal, most }: { readonly directory: string; readonly hasJournal: boolean; readonly most: number },
): Promise<Sourced> {
  const records = stored.rows.flatMap(recordOfRow)
  const { through, latencyTrouble, latencies, reach } = stored
  const remarks =
    latencyTrouble === null ? [] : [`Latencies are left out, since they could not be read: ${latencyTrouble}`]
  const base = { records, reach, known: [], latencies: latencyTrouble === null ? latencies : null }
  const alive = earlier(stored.alive, question.now)
  const horizon = standing(alive, stored.stopped)
  // Another machine's history: the database has all there is.
  if (!hasJournal || (through === null && question.director !== null))
    return { kind: 'history', history: { ...base, horizon }, remarks }
  const newest = await readJournal(directory, { after: through ?? 0, services: question.services, most })
  if (newest.kind === 'failed') {
    const missing = `${newest.text} What PostgreSQL has not taken yet is missing here.`
    return { kind: 'history', history: { ...base, horizon }, remarks: [...remarks, missing] }
  }
  const sign = wallTime(Math.max(alive, lastSign(question, newest)))
  const stopped = newest.stopped === undefined ? stored.stopped : newest.stopped
  const all = { ...base, records: [...records, ...behind(records, newest, through === null ? alive : null)] }
  return {
    kind: 'history',
    history: { ...all, horizon: standing(sign, stopped) },
    remarks: [...remarks, ...newest.remarks],
  }
}

/** `gapFrom`: the journal is a new one, and nobody is known to have watched between the two. */
function behind(
  records: readonly HistoryRecord[],
  { records: newest, reach }: Extract<JournalPast, { kind: 'read' }>,
  gapFrom: WallTime | null,
): readonly HistoryRecord[] {
  const start = records.length + 1
  const gap: readonly HistoryRecord[] =
    gapFrom === null || reach === null ? [] : [{ kind: 'gap', from: gapFrom, at: reach, order: start - 1 }]
  return [...gap, ...newest.map((record) => ({ ...record, order: record.order + start }))]
}

/** The daemon touches a file every few seconds; what it wrote down is a sign as well. */
function lastSign({ statedir, now }: SourceQuestion, { alive }: Extract<JournalPast, { kind: 'read' }>): WallTime {
  return earlier(wallTime(Math.max(lastAlive(statedir) ?? 0, alive ?? 0)), now)
}

/** While the scheduler stands still nobody watches, though the daemon lives. */
const standing = (alive: WallTime, stopped: WallTime | null): WallTime =>
  stopped === null ? alive : earlier(alive, stopped)

const earlier = (a: WallTime, b: WallTime): WallTime => wallTime(Math.min(a, b))

const VERDICTS: readonly Verdict[] = ['untested', 'up', 'down']
const verdict = (text: string | null): Verdict => VERDICTS.find((one) => one === text) ?? 'untested'

export function recordOfRow(row: StoredRow, order: number): readonly HistoryRecord[] {
  const { at, service, text, lasted } = row
  const common = { at, order }
  switch (row.kind) {
    case 'gap':
      return row.began === null ? [] : [{ ...common, kind: 'gap', from: row.began }]
    case 'command': {
      const acknowledged = acknowledgedBy(row.command ?? '')
      return acknowledged === null
        ? []
        : [{ ...common, kind: 'acknowledged', service: acknowledged, who: row.who ?? '' }]
    }
    case 'service':
      if (service === null) return []
      return [{ ...common, kind: 'service', service, was: verdict(row.was), became: verdict(row.became), text, lasted }]
    case 'host':
      return service === null ? [] : [{ ...common, kind: 'host', service, host: row.host ?? '', text }]
    case 'maintenance':
      return service === null ? [] : [{ ...common, kind: 'maintenance', service, began: row.became === 'maintenance' }]
  }
}

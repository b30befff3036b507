/**
 * What PostgreSQL has of a span, for a report: the rows in it, for each service the last before it, and what belongs to
 * outages that are open at its ends. Read in one snapshot, so that what is added meanwhile is there as a whole or not at all.
 */
import { type Milliseconds, milliseconds, type WallTime, wallTime } from '../../model/units.ts'
import type { Postgres, PostgresError, Query } from './postgres.ts'
import { ENDS, FEEDS, GAPS, LATENCIES, ROWS } from './report-sql.ts'

export interface StoredQuestion {
  /** This director's journal, if its state directory can be read. */
  readonly journal: string | null
  /** The director's name, if one was asked for; otherwise the journal's, or this machine's. */
  readonly director: string | null
  readonly hostname: string
  readonly from: WallTime
  readonly to: WallTime
  /** Empty: all. */
  readonly services: readonly string[]
  /** Characters of a text. */
  readonly longestText: number
  /** With more rows than this, none is answered. */
  readonly most: number
}

/** Columns of upalert.entry (wire/history/schema.ts); those that a kind has not are null. */
export interface StoredRow {
  readonly kind: (typeof KINDS)[number]
  readonly at: WallTime
  readonly service: string | null
  readonly host: string | null
  readonly was: string | null
  readonly became: string | null
  readonly text: string
  readonly lasted: Milliseconds | null
  readonly began: WallTime | null
  readonly who: string | null
  readonly command: string | null
}

export interface StoredHistory {
  readonly kind: 'stored'
  readonly director: string
  /** In the order in which the daemon wrote them down. */
  readonly rows: readonly StoredRow[]
  readonly reach: WallTime | null
  /** The last sign of life. */
  readonly alive: WallTime
  /** Since when its scheduler stands still; `null`: it goes on, as far as this history knows. */
  readonly stopped: WallTime | null
  /** Up to which commit the asked journal is here; `null`: it is not, or another director was asked for. */
  readonly through: number | null
  readonly latencies: readonly { readonly service: string; readonly took: Milliseconds; readonly at: WallTime }[]
  /** Why there are no latencies; `null`: there are. */
  readonly latencyTrouble: string | null
}

/** There is a database, and it does not have what was asked for; a sentence says why. */
export interface NotStored {
  readonly kind: 'nothing'
  readonly text: string
}

export async function readStored(
  postgres: Postgres,
  question: StoredQuestion,
): Promise<StoredHistory | NotStored | PostgresError> {
  const there = await postgres.query(`select to_regclass('upalert.rollup') is not null as there`)
  if (there.kind === 'failed') return there
  if (there.rows[0]?.there !== true) return { kind: 'nothing', text: `${postgres.where} holds no history of upalert.` }
  const read = await postgres.transaction(async (query) => {
    const isolated = await query('set transaction isolation level repeatable read read only')
    return isolated.kind === 'failed' ? isolated : await readAll(query, question, postgres.where)
  })
  if (read.kind !== 'read') return read
  const { journals, ...stored } = read
  // Many rows, and nothing else depends on them: if they take too long, there is a report without.
  const slow = await postgres.query(LATENCIES, [journals, question.from, question.to, only(question)])
  const latencies = slow.kind === 'failed' ? [] : slow.rows
  return {
    ...stored,
    kind: 'stored',
    latencies: latencies.map((row) => ({
      service: String(row.service),
      took: milliseconds(Number(row.took)),
      at: wallTime(Number(row.at)),
    })),
    latencyTrouble: slow.kind === 'failed' ? slow.text : null,
  }
}

interface Feed {
  readonly journal: string
  readonly host: string
  readonly seq: number
  readonly since: number | null
  readonly alive: number | null
  readonly first: number
  readonly last: number
  readonly stopped: number | null
}

type ReadAll =
  | (Omit<StoredHistory, 'kind' | 'latencies' | 'latencyTrouble'> & {
      readonly kind: 'read'
      readonly journals: readonly string[]
    })
  | NotStored
  | PostgresError

async function readAll(query: Query, question: StoredQuestion, where: string): Promise<ReadAll> {
  const answer = await query(FEEDS)
  if (answer.kind === 'failed') return answer
  const feeds = answer.rows.map(feedOf)
  const director = directorOf(feeds, question)
  if (director === null) return { kind: 'nothing', text: nobody(feeds, question, where) }
  const chain = chainOf(feeds, director, question.journal)
  const rows: StoredRow[] = []
  for (const [index, { journal, first }] of chain.entries()) {
    // Whoever kept the journal before this one is not known to have watched since its last entry.
    const former = chain[index - 1]
    if (former !== undefined) rows.push(gapBetween(lastOf(former), first))
    const part = await readJournal(query, journal, question)
    if (part.kind === 'failed') return part
    rows.push(...part.rows)
    if (rows.length > question.most) return { kind: 'nothing', text: tooMuch(question.most) }
  }
  const newest = chain.at(-1)
  const oldest = chain[0]
  return {
    kind: 'read',
    director,
    journals: chain.map(({ journal }) => journal),
    rows,
    reach: oldest === undefined ? null : wallTime(Math.max(oldest.since ?? oldest.first, oldest.first)),
    alive: wallTime(newest === undefined ? 0 : lastOf(newest)),
    stopped: newest?.stopped == null ? null : wallTime(newest.stopped),
    through: chain.find(({ journal }) => journal === question.journal)?.seq ?? null,
  }
}

const lastOf = ({ last, alive }: Feed): number => Math.max(last, alive ?? last)

/** `null`: it is not clear which one is meant. */
function directorOf(feeds: readonly Feed[], { journal, director, hostname }: StoredQuestion): string | null {
  const hosts = new Set(feeds.map(({ host }) => host))
  if (director !== null) return hosts.has(director) ? director : null
  const own = feeds.find((feed) => feed.journal === journal)?.host
  if (own !== undefined) return own
  if (hosts.has(hostname)) return hostname
  return hosts.size === 1 ? ([...hosts][0] ?? null) : null
}

function nobody(feeds: readonly Feed[], { director }: StoredQuestion, where: string): string {
  const hosts = [...new Set(feeds.map(({ host }) => host))].sort()
  if (hosts.length === 0) return `${where} holds no history yet.`
  const known = `${where} has the history of ${hosts.join(', ')}`
  return director === null ? `${known}; name one with --director.` : `${known}, and none of ${director}.`
}

const tooMuch = (most: number): string =>
  `There are more than ${most} changes in this time. Ask for a shorter one, or for single services with --service.`

/** The journal that is meant, and before it those of the same director that had ended when it began. */
function chainOf(feeds: readonly Feed[], director: string, journal: string | null): readonly Feed[] {
  const all = feeds.filter(({ host }) => host === director).sort((a, b) => b.last - a.last)
  const chain: Feed[] = []
  for (const feed of [...all.filter((one) => one.journal === journal), ...all]) {
    const next = chain[0]
    if (next === undefined || lastOf(feed) <= next.first) chain.unshift(feed)
  }
  return chain
}

const gapBetween = (from: number, to: number): StoredRow => ({
  ...{ kind: 'gap', at: wallTime(to), began: wallTime(from), text: '' },
  ...{ service: null, host: null, was: null, became: null, lasted: null, who: null, command: null },
})

type Rows = { readonly kind: 'rows'; readonly rows: readonly StoredRow[] }

async function readJournal(query: Query, journal: string, question: StoredQuestion): Promise<Rows | PostgresError> {
  const { from, to, longestText, most } = question
  const ends = await query(ENDS, [journal, from, to, only(question), longestText])
  if (ends.kind === 'failed') return ends
  // Outages that are open at an end of the span: what belongs to them is read beyond it.
  const open = ends.rows.flatMap(({ service, open_since, open_until }) =>
    open_since === null && open_until === null
      ? []
      : [{ service: String(service), since: Number(open_since ?? from), until: Number(open_until ?? to) }],
  )
  const floor = open.reduce((least, { since }) => Math.min(least, since), from as number)
  const ceiling = open.reduce((most, { until }) => Math.max(most, until), to as number)
  const inside = await query(ROWS, [
    ...[journal, from, to, floor, ceiling, only(question), longestText, most + 1],
    ...[open.map(({ service }) => service), open.map(({ since }) => since), open.map(({ until }) => until)],
  ])
  if (inside.kind === 'failed') return inside
  const gaps = await query(GAPS, [journal, floor, ceiling])
  if (gaps.kind === 'failed') return gaps
  // What came first, and later than the span, says what was before it (report/remembered.ts).
  const around = ends.rows.flatMap((row) => [row.status, row.quiet, row.first_status, row.first_quiet].filter(isRow))
  return { kind: 'rows', rows: inOrder([...around, ...inside.rows, ...gaps.rows].map(placed)) }
}

type Row = Readonly<Record<string, unknown>>

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null

interface Placed extends StoredRow {
  readonly seq: number
  readonly position: number
}

/** A row may have been found twice. */
function inOrder(rows: readonly Placed[]): readonly StoredRow[] {
  const once = new Map(rows.map((row) => [`${row.seq} ${row.position}`, row]))
  return [...once.values()].sort((a, b) => a.seq - b.seq || a.position - b.position)
}

const only = ({ services }: StoredQuestion): readonly string[] | null => (services.length === 0 ? null : services)

const numberIn = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))
const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const feedOf = (row: Row): Feed => ({
  journal: String(row.journal),
  host: String(row.host),
  seq: Number(row.seq),
  since: numberIn(row.since),
  alive: numberIn(row.alive),
  first: Number(row.first),
  last: Number(row.last),
  stopped: numberIn(row.stopped),
})

function placed(row: Row): Placed {
  const [lasted, began] = [numberIn(row.lasted), numberIn(row.began)]
  return {
    seq: Number(row.seq),
    position: Number(row.position),
    // No other kind is asked for.
    kind: KINDS.find((kind) => kind === row.kind) ?? 'gap',
    at: wallTime(Number(row.at)),
    service: textIn(row.service),
    host: textIn(row.host),
    was: textIn(row.was),
    became: textIn(row.became),
    text: textIn(row.text) ?? '',
    lasted: lasted === null ? null : milliseconds(lasted),
    began: began === null ? null : wallTime(began),
    who: textIn(row.who),
    command: textIn(row.command),
  }
}

const KINDS = ['service', 'host', 'maintenance', 'command', 'gap'] as const

/** What a storm leaves behind, read back from where it must stand: the journal's files, PostgreSQL, and the relay's mailbox. */
import { join } from 'node:path'
import { listJournal, readSegment } from '../../../src/edge/journal/files.ts'
import type { AlertKind } from '../../../src/model/alert.ts'
import type { Entry } from '../../../src/model/entry.ts'
import type { StormDatabase } from './database.ts'
import type { Mail } from './relay.ts'

export interface Placed {
  readonly seq: number
  readonly position: number
  readonly entry: Entry
}

export interface Row {
  readonly seq: number
  readonly position: number
  readonly id: string
}

export interface Evidence {
  /** The history as the journal has it, in order. */
  readonly entries: readonly Placed[]
  /** The same as PostgreSQL has it. */
  readonly rows: readonly Row[]
  /** In the order in which the relay took them. */
  readonly mails: readonly Mail[]
  /** By which calls the configuration has changes of a service told, in any case. */
  calls(service: string): readonly string[]
}

/** Of a daemon that has ended. A file whose sync failed may hold lines that were written again to the next one. */
export async function journalEntries(statedir: string): Promise<Placed[]> {
  const directory = join(statedir, 'journal')
  const placed: Placed[] = []
  let seen = 0
  for (const segment of (await listJournal(directory)).segments) {
    const { commits, damaged } = await readSegment(directory, segment)
    if (damaged > 0) throw new Error(`${damaged} lines of ${segment.kind} ${segment.first} are damaged`)
    for (const { seq, entries } of commits) {
      if (seq <= seen) continue
      seen = seq
      placed.push(...entries.map((entry, position) => ({ seq, position, entry })))
    }
  }
  return placed
}

export async function databaseRows(database: StormDatabase): Promise<Row[]> {
  const rows = await database.query('select id, seq, position from upalert.entry order by journal, seq, position')
  return rows.map(({ id, seq, position }) => ({ id: String(id), seq: Number(seq), position: Number(position) }))
}

export interface Telling {
  readonly service: string
  readonly alert: AlertKind
}

type AlertEntry = Extract<Entry, { kind: 'alert' }>

export const alertsOf = (entries: readonly Placed[]): AlertEntry[] =>
  entries.flatMap(({ entry }) => (entry.kind === 'alert' ? [entry] : []))

/** Which delivery carries what was decided: itself, or the one that it was put into with others. */
export function carriers(entries: readonly Placed[]): (delivery: string) => string {
  const into = new Map<string, string>()
  for (const { entry } of entries) {
    if (entry.kind === 'batch') for (const one of entry.deliveries) into.set(one, entry.delivery)
  }
  return (delivery) => {
    let carrier = delivery
    for (let next = into.get(carrier); next !== undefined; next = into.get(carrier)) carrier = next
    return carrier
  }
}

/** What a delivery tells, in order: of one service, or of those that were put into it, by whichever channel they came. */
export function tellings(entries: readonly Placed[]): (delivery: string) => readonly Telling[] {
  const known = new Map<string, readonly Telling[]>()
  const takenOver = new Map<string, string>()
  for (const { entry } of entries) {
    if (entry.kind === 'delivery' && entry.outcome === 'handed-over') takenOver.set(entry.id, entry.delivery)
    else if (entry.kind === 'alert') {
      const former = takenOver.get(entry.cause ?? '')
      const own = [{ service: entry.service, alert: entry.alert }]
      known.set(entry.delivery, former === undefined ? own : (known.get(former) ?? own))
    } else if (entry.kind === 'batch') {
      known.set(
        entry.delivery,
        entry.deliveries.flatMap((one) => known.get(one) ?? []),
      )
    }
  }
  return (delivery) => known.get(delivery) ?? []
}

/** Entries as rows of the table upalert.entry, and alerts as rows of upalert.alert_message (schema.ts). */
import type { AlertMessage } from '../../model/alert.ts'
import type { PastCommit } from '../../model/commit.ts'
import type { Entry } from '../../model/entry.ts'

/** Columns that a kind of entry does not have are left out, and are null in the table. */
type Row = Readonly<Record<string, string | number | null | undefined | readonly string[]>>

/** All entries of the commits, in order, as the JSON that `addEntries` takes. */
export function rowsJson(commits: readonly PastCommit[]): string {
  const rows = commits.flatMap(({ seq, entries }) =>
    entries.map((entry, position) => ({ ...commonRow(entry), seq, position, ...rowOf(entry) })),
  )
  return json(rows)
}

/** The values of `addAlertMessage`, in its order. */
export function alertMessageValues(message: AlertMessage): readonly unknown[] {
  const { id, at, kind, key, description, hosts, failing, summary, detail, exit, failures, lasted, acknowledged } =
    message
  return [
    ...[id, at, kind, key, storable(description), hosts, json(failing), storable(summary), storable(detail)],
    ...[exit, failures, lasted, acknowledged === null ? null : storable(acknowledged)],
  ]
}

function json(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === 'string' ? storable(part) : part))
}

/** PostgreSQL's text holds no zero character and no half of a surrogate pair; a monitor's output may. */
export function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\u{fffd}')
}

function commonRow({ id, at, cause, kind }: Entry): Row {
  return { id, at, cause, kind }
}

function rowOf(entry: Entry): Row {
  switch (entry.kind) {
    case 'service': {
      const { service, from, to, reason, summary, lasted } = entry
      return { service, was: from, became: to, reason, text: summary, lasted }
    }
    case 'host': {
      const { service, host, from, to, reason, text, lasted } = entry
      return { service, host, was: from, became: to, reason, text, lasted }
    }
    case 'real': {
      const { virtual, real, from, to, weight, reason, text } = entry
      return { virtual, real, was: from, became: to, weight, reason, text }
    }
    case 'pool': {
      const { virtual, from, to, reason, text } = entry
      return { virtual, was: from, became: to, reason, text }
    }
    case 'alert': {
      const { service, period, alert, call, delivery, summary, receiver, held } = entry
      return { service, period, alert, call, delivery, text: summary, receiver, held }
    }
    case 'quiet': {
      const { service, period, alert, reason, text } = entry
      return { service, period, alert, reason, text }
    }
    case 'delivery': {
      const { service, call, delivery, outcome, attempt, text } = entry
      return { service, call, delivery, outcome, attempt, text }
    }
    case 'ipvs': {
      const { virtual, change, where, outcome, reason, text } = entry
      return { virtual, change, place: where, outcome, reason, text }
    }
    case 'held': {
      const { service, text } = entry
      return { service, text: text ?? '' }
    }
    case 'command': {
      const { who, command, outcome, text } = entry
      return { who, command, outcome, text }
    }
    case 'batch': {
      const { call, delivery, deliveries, text } = entry
      return { call, delivery, deliveries, text }
    }
    case 'maintenance': {
      const { service, began, window, text } = entry
      return { service, became: began ? 'maintenance' : 'normal', what: window, text }
    }
    case 'gap': {
      const { from, text } = entry
      return { began: from, text }
    }
    case 'configuration': {
      const { hash, text } = entry
      return { hash, text }
    }
    case 'daemon': {
      const { what, text } = entry
      return { what, text }
    }
  }
}

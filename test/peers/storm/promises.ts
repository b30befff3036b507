/** What upalert promises of a storm, each promise as a function from the evidence to the sentences that say where it was broken. */
import { type AlertKind, isFailing } from '../../../src/model/alert.ts'
import { alertsOf, carriers, type Evidence, tellings } from './evidence.ts'
import type { Mail } from './relay.ts'

export function brokenPromises(evidence: Evidence): string[] {
  return [
    ...historyIsWhole(evidence),
    ...transitionsJoin(evidence),
    ...onceForEachDecision(evidence),
    ...everyChangeIsTold(evidence),
    ...everythingArrives(evidence),
    ...doublesAreKnown(evidence),
    ...nothingIsInvented(evidence),
    ...endsAreTold(evidence),
  ]
}

/** PostgreSQL has each entry of the journal, once and in order, and nothing else. */
export function historyIsWhole({ entries, rows }: Pick<Evidence, 'entries' | 'rows'>): string[] {
  const ids = new Set(entries.map(({ entry }) => entry.id))
  const broken = ids.size === entries.length ? [] : [`the journal has ${entries.length - ids.size} ids twice`]
  const name = (seq: number, position: number, id: string): string => `${seq}.${position} ${id}`
  const written = entries.map(({ seq, position, entry }) => name(seq, position, entry.id))
  const kept = rows.map(({ seq, position, id }) => name(seq, position, id))
  const at = written.findIndex((one, i) => one !== kept[i])
  if (at >= 0) broken.push(`PostgreSQL has ${kept[at] ?? 'nothing'} where the journal has ${written[at]}`)
  if (kept.length > written.length) broken.push(`PostgreSQL has more than the journal: ${kept[written.length]}`)
  return broken
}

/** Each change of a service begins where the last one ended: none is missing, and none stands there twice. */
function transitionsJoin({ entries }: Evidence): string[] {
  const last = new Map<string, string>()
  const broken: string[] = []
  for (const { seq, entry } of entries) {
    if (entry.kind !== 'service' && entry.kind !== 'host') continue
    const name = entry.kind === 'service' ? entry.service : `${entry.service} ${entry.host}`
    const before = last.get(name) ?? 'untested'
    if (entry.from !== before) broken.push(`${name} was ${before}, and commit ${seq} has it from ${entry.from}`)
    last.set(name, entry.to)
  }
  return broken
}

/** One way of telling is asked once for one decision, and each decision asks the same ones. */
function onceForEachDecision(evidence: Evidence): string[] {
  const asked = new Map<string, number>()
  for (const { cause, call, receiver = '', alert, period } of alertsOf(evidence.entries)) {
    const name = `${alert} by "${call}" of ${receiver || 'nobody'} in "${period}", because of ${cause}`
    asked.set(name, (asked.get(name) ?? 0) + 1)
  }
  return [...asked].flatMap(([name, times]) => (times === 1 ? [] : [`${times} times ${name}`]))
}

/** Each failure and each end of one asks every way of telling that the configuration names for the service. */
function everyChangeIsTold({ entries, calls }: Evidence): string[] {
  const asked = new Map<string, string[]>()
  for (const { cause, alert, call } of alertsOf(entries)) {
    const list = asked.get(cause ?? '') ?? []
    list.push(`${alert} by ${call}`)
    asked.set(cause ?? '', list)
  }
  return entries.flatMap(({ entry }) => {
    if (entry.kind !== 'service' || (entry.from !== 'down' && entry.to !== 'down')) return []
    const alert = entry.to === 'down' ? 'failure' : 'up'
    const told = asked.get(entry.id) ?? []
    const missing = calls(entry.service).filter((call) => !told.includes(`${alert} by ${call}`))
    return missing.length === 0 ? [] : [`${entry.id} made ${entry.service} ${entry.to}, not told by ${missing.join()}`]
  })
}

/** Whatever was accepted reaches the relay; nothing is given up or dropped in a storm of minutes. */
function everythingArrives(evidence: Evidence): string[] {
  const arrived = new Set(evidence.mails.map(({ id }) => id))
  const carrier = carriers(evidence.entries)
  const missing = alertsOf(evidence.entries).flatMap(({ delivery, service, alert, call }) =>
    arrived.has(carrier(delivery)) ? [] : [`${delivery} (${alert} of ${service} by ${call}) has not arrived`],
  )
  const given = evidence.entries.flatMap(({ entry }) =>
    entry.kind === 'delivery' && (entry.outcome === 'gave-up' || entry.outcome === 'dropped')
      ? [`${entry.delivery} was ${entry.outcome}: ${entry.text}`]
      : [],
  )
  return [...missing, ...given]
}

/** What comes twice has the Message-ID that it came with first, and no other mail has it. */
function doublesAreKnown({ mails }: Evidence): string[] {
  const names = new Map<string, string>()
  const ids = new Map<string, string>()
  const broken: string[] = []
  for (const { id, messageId } of mails) {
    if ((names.get(id) ?? messageId) !== messageId) broken.push(`${id} came as ${names.get(id)} and as ${messageId}`)
    if ((ids.get(messageId) ?? id) !== id) broken.push(`${messageId} names ${ids.get(messageId)} and ${id}`)
    names.set(id, messageId)
    ids.set(messageId, id)
  }
  return broken
}

/** Nobody was told what the journal does not know. */
function nothingIsInvented(evidence: Evidence): string[] {
  const known = new Set(
    evidence.entries.flatMap(({ entry }) =>
      entry.kind === 'alert' || entry.kind === 'batch' ? [String(entry.delivery)] : [],
    ),
  )
  return evidence.mails.flatMap(({ id, to }) => (known.has(id) ? [] : [`${to} got ${id}, which nobody decided`]))
}

/**
 * For each service and recipient: mails come first in the order of the decisions, the last decision is an end, and the last
 * mail tells it.
 */
function endsAreTold(evidence: Evidence): string[] {
  const first = new Map<string, number>()
  const last = new Map<string, number>()
  for (const [at, { id }] of evidence.mails.entries()) {
    if (!first.has(id)) first.set(id, at)
    last.set(id, at)
  }
  const broken: string[] = []
  for (const [name, told] of byRecipient(evidence)) {
    const end = told.at(-1)
    if (end === undefined) continue
    if (told.some(({ alert }) => isFailing(alert)) && isFailing(end.alert))
      broken.push(`${name} was told ${told.length} times, at last as ${end.alert} by ${end.carrier}`)
    const overtaken = told.findIndex(({ carrier }, i) => {
      const before = told[i - 1]?.carrier ?? carrier
      return (first.get(carrier) ?? -1) < (first.get(before) ?? -1)
    })
    if (overtaken >= 0) broken.push(`${name}: ${told[overtaken]?.carrier} overtook ${told[overtaken - 1]?.carrier}`)
    const lastMail = Math.max(...told.map(({ carrier }) => last.get(carrier) ?? -1))
    if (evidence.mails[lastMail]?.id !== end.carrier)
      broken.push(`${name}: the last mail is ${evidence.mails[lastMail]?.id}, and the last decision ${end.carrier}`)
  }
  return broken
}

interface Told {
  readonly alert: AlertKind
  /** The delivery that brought it. */
  readonly carrier: string
}

/** In the order of the decisions. */
function byRecipient({ entries }: Evidence): Map<string, Told[]> {
  const carrier = carriers(entries)
  const tells = tellings(entries)
  const groups = new Map<string, Told[]>()
  for (const { call, delivery } of alertsOf(entries)) {
    for (const { service, alert } of tells(delivery)) {
      const name = `${service} by ${call}`
      const group = groups.get(name) ?? []
      group.push({ alert, carrier: carrier(delivery) })
      groups.set(name, group)
    }
  }
  return groups
}

/** Mails that came again. */
export const doubles = (mails: readonly Mail[]): number => mails.length - new Set(mails.map(({ id }) => id)).size

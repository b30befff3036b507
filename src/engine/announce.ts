/**
 * Whatever was announced as down is announced as resolved: who was told of an outage is remembered with the service, and
 * hears of its end whatever has become of the period, the service and the configuration meanwhile.
 * mon's manual promises it of upalerts ("called … if a corresponding "down" alert was previously sent"); mon's program asks
 * the period of the moment instead, which `quirks = mon-1.3` keeps (quirks.endsMayBeUntold). Receivers always hear of it.
 */
import { type AlertKind, isFailing } from '../model/alert.ts'
import type { AlertCall, Period } from '../model/model.ts'
import type { Quirks } from '../model/quirks.ts'
import { channelOf, toldName } from '../model/receiver.ts'
import type { ServiceState } from '../model/state.ts'
import type { Telling } from './consult.ts'

/** The same words to the same receiver are one. */
const identity = (call: AlertCall): string => `${channelOf(call)} ${JSON.stringify(call.options)}`

/** Whether it is one of these. */
export const isAmong = (call: AlertCall, calls: readonly AlertCall[]): boolean => {
  const name = identity(call)
  return calls.some((one) => identity(one) === name)
}

/** Those of `more` that are not among `calls` already are put behind them; the very same list if there are none. */
export function united(calls: readonly AlertCall[], more: readonly AlertCall[]): readonly AlertCall[] {
  if (more.length === 0) return calls
  const known = new Set(calls.map(identity))
  const fresh = more.filter((call) => {
    const name = identity(call)
    if (known.has(name)) return false
    known.add(name)
    return true
  })
  return fresh.length === 0 ? calls : [...calls, ...fresh]
}

/** Who must hear of the end of a failure that these calls tell of, in this period. */
export function owedFor(
  sent: readonly AlertCall[],
  { period, alert, escalates }: Pick<Telling, 'period' | 'alert' | 'escalates'>,
  { endsMayBeUntold }: Quirks,
): readonly AlertCall[] {
  if (!isFailing(alert) || sent.length === 0) return []
  const told = escalates === true ? sent : sent.filter(isKeptInformed)
  return period === null || endsMayBeUntold ? told : united(told, ends(period))
}

/** Who forgets what is not repeated (Alertmanager) is told it while it lasts, and its end, also by a plain line. */
const isKeptInformed = ({ receiver, keepAlive }: AlertCall): boolean => receiver !== undefined || keepAlive === true

const ends = ({ upalerts }: Period): readonly AlertCall[] =>
  upalerts.filter(({ missing, exit }) => missing !== true && (exit === null || exit.from === 0))

/** A period's own words ask for silence about short outages. */
const isWritten = ({ quiet }: Telling): boolean => quiet === 'upalertafter' || quiet === 'unpaired'

/** What is told of an end, completed by those who would not be told although they heard of the failure. */
export function withOwed(
  tellings: readonly Telling[],
  { announced, ack }: Pick<ServiceState, 'announced' | 'ack'>,
  alert: AlertKind = 'up',
): readonly Telling[] {
  if (announced.length === 0) return tellings
  const silenced = tellings.filter(isWritten).flatMap(({ period }) => period?.upalerts ?? [])
  const told = tellings.filter(({ period }) => period !== null).flatMap(({ send }) => send)
  const heard = new Set([...told, ...silenced.filter(({ receiver }) => receiver === undefined)].map(identity))
  const owed = announced.filter((call) => !heard.has(identity(call)))
  if (owed.length === 0) return tellings
  const stillTold = new Set(owed.map(identity))
  // That a period would not have told it need not be said where it is told all the same.
  const isOverruled = ({ quiet, period }: Telling): boolean =>
    quiet !== null && period !== null && ends(period).every((call) => stillTold.has(identity(call)))
  const rest = tellings.filter((telling) => isWritten(telling) || !isOverruled(telling))
  return [...rest, { period: null, alert, send: owed, quiet: null, repeated: false, before: null, ack, owed: true }]
}

/** Names of others that are told of something; bounded, for a sentence. */
export const othersThan = (call: AlertCall, all: readonly AlertCall[]): readonly string[] => {
  const own = identity(call)
  return [...new Set(all.filter((one) => identity(one) !== own).map(toldName))].slice(0, OTHERS_NAMED)
}

const OTHERS_NAMED = 20

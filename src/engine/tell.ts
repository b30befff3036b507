/** What was decided for people becomes deliveries, entries that say so or why not, and notes for mon's logs. */
import { isFailing } from '../model/alert.ts'
import type { Effect } from '../model/effect.ts'
import type { AlertCall, Period, Service } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import type { Opstatus } from '../model/opstatus.ts'
import { periodName } from '../model/period.ts'
import { channelOf } from '../model/receiver.ts'
import type { Delivery, PeriodState, ServiceState, State } from '../model/state.ts'
import { type Now, since, wallTime } from '../model/units.ts'
import { othersThan, owedFor, united } from './announce.ts'
import { summaryOf, type Telling } from './consult.ts'
import { decidedNow } from './delivery.ts'
import { escalationRetry, serviceOutboxLimit } from './limits.ts'
import { message } from './message.ts'
import { put } from './outbox.ts'
import { poolsFollowing } from './pool/pools.ts'
import { trafficText } from './pool/traffic.ts'
import { poolText } from './pool/words.ts'
import { quietText } from './quiet.ts'
import { enabledHosts } from './readiness.ts'
import { roomFor } from './room.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

export interface ToTell {
  readonly service: Service
  /** What receivers hear of: see Outcome.told. */
  readonly told: ServiceState
  /** The state after the event, whose entry is the cause of what follows. */
  readonly after: ServiceState
  readonly tellings: readonly Telling[]
  /** For ranges, and for people. */
  readonly exit: number
  /** MON_RETVAL; `null`: it is not set. */
  readonly retval: string | null
  readonly opstatus: Opstatus
  readonly summary: string
  readonly detail: string
  /** What an alert program reads. */
  readonly output: string
  readonly intended?: string | null
  readonly isTest?: boolean
  /** Why they are told now, where it is no event of the service itself. */
  readonly because?: string
  /** Nobody watches it any more. */
  readonly gone?: true
}

export function tell(state: State, what: ToTell, write: Scribe, now: Now): Decided {
  const effects: Effect[] = []
  const unsent: Telling[] = []
  const waiting = withoutOutdated(state.outbox, what)
  let next = waiting === state.outbox ? state : { ...state, outbox: waiting }
  let owed = what.after.announced
  const everybody = what.tellings.flatMap(({ send, period, owed: end }) => (period !== null || end ? send : []))
  const heard = [...toldBefore(what), ...everybody]
  for (const telling of what.tellings) {
    const sent = telling.send.slice(0, placesFor(telling, next.outbox, what, unsent))
    for (const call of sent) {
      const others = othersThan(call, isFailing(telling.alert) ? heard : everybody)
      const delivery = deliveryOf(state, what, telling, call, others, write.nextId(), now)
      const sending = put(next, withoutSecond(delivery, everybody, state.model), now)
      next = sending.state
      effects.push(record(alertEntry(what, telling, delivery, sending.held, write)), ...sending.effects)
      if (telling.period !== null) effects.push(callingNote(what, telling, call, now))
    }
    if (what.isTest !== true) owed = united(owed, owedFor(sent, telling, state.model.settings.quirks))
    effects.push(...wakeFor(telling, what, sent, now))
    if (telling.send.length > sent.length) {
      // It stays owed, and is told at a later success.
      if (isEnd(telling, what)) owed = united(owed, telling.send.slice(sent.length))
      if (!isKnownFull(telling)) effects.push(record(quietEntry(what, telling, 'outbox-full', write)))
    }
    if (telling.send.length > 0 && sent.length === 0) unsent.push(telling)
    if (telling.quiet !== null && !telling.repeated)
      effects.push(record(quietEntry(what, telling, telling.quiet, write)))
  }
  return { state: remembered(next, what, owed, unsent), effects }
}

/** Redistribute tells each event, whatever the last one was: nothing ends with it. */
const isEnd = ({ alert, period, owed }: Telling, { isTest }: ToTell): boolean =>
  alert === 'up' && isTest !== true && (period !== null || owed === true)

/** Said once, until something else is the reason. */
const isKnownFull = ({ before, escalates }: Telling): boolean => escalates !== true && before?.quiet === 'outbox-full'

function placesFor(telling: Telling, outbox: readonly Delivery[], what: ToTell, unsent: readonly Telling[]): number {
  const places = roomFor(outbox, what.service.key, isEnd(telling, what))
  if (telling.escalates !== true) return places
  // A step is told to all of its people or later, and not before an earlier one.
  const isBehind = unsent.some(({ escalates, period }) => escalates === true && period === telling.period)
  return isBehind || places < Math.min(telling.send.length, serviceOutboxLimit) ? 0 : places
}

/** Who heard of the failure before this event, in words of the configuration. */
function toldBefore({ service, after, exit, isTest }: ToTell): readonly AlertCall[] {
  if (isTest === true) return []
  const called = service.periods.flatMap(({ alerts, escalations }, i) => {
    const { firstSent = null, escalated = 0 } = after.periods[i] ?? {}
    if (firstSent === null) return []
    const meant = alerts.filter(
      ({ exit: range, missing }) => missing !== true && (range === null || (exit >= range.from && exit <= range.to)),
    )
    return [...meant, ...escalations.slice(0, escalated).flatMap(({ calls }) => calls)]
  })
  // The others of them are lines of upalert, and may not have been told of the failure.
  return [
    ...after.announced.filter(({ receiver, keepAlive }) => receiver !== undefined || keepAlive === true),
    ...called,
  ]
}

/** The first alert of an outage sets the time of the escalations that wait for an acknowledgement. */
function wakeFor(
  { period, alert }: Telling,
  { service, after }: ToTell,
  sent: readonly AlertCall[],
  now: Now,
): Effect[] {
  if (period === null || sent.length === 0 || !isFailing(alert) || period.escalations.length === 0) return []
  const index = service.periods.indexOf(period)
  const { firstSent = null, escalated = 0 } = after.periods[index] ?? {}
  const next = period.escalations[escalated]
  return next === undefined ? [] : [{ kind: 'wake', at: wallTime((firstSent ?? now.wall) + next.after) }]
}

/** redistribute tells the state there is: what it was before, and has not been told yet, need not be told any more. */
function withoutOutdated(outbox: readonly Delivery[], { service, tellings }: ToTell): readonly Delivery[] {
  const isRedistributed = tellings.some(({ period, send, owed }) => period === null && owed !== true && send.length > 0)
  if (service.redistribute === null || !isRedistributed) return outbox
  const outdated = ({ newestOnly, message }: Delivery): boolean => newestOnly === true && message.key === service.key
  return outbox.some(outdated) ? outbox.filter((delivery) => !outdated(delivery)) : outbox
}

/** Who is owed the end, and that what found no room was not sent: it uses up no numalerts, and starts no alertevery. */
function remembered(
  state: State,
  { service }: ToTell,
  announced: ServiceState['announced'],
  unsent: readonly Telling[],
): State {
  const index = state.model.serviceIndex.get(service.key)
  const found = index === undefined ? undefined : state.services[index]
  if (index === undefined || found === undefined) return state
  const counted = unsent.length === 0 ? found : uncounted(found, service, unsent)
  if (counted === found && found.announced === announced) return state
  return { ...state, services: state.services.with(index, { ...counted, announced }) }
}

function uncounted(counted: ServiceState, service: Service, unsent: readonly Telling[]): ServiceState {
  const former = new Map<Period | null, Telling>()
  for (const telling of unsent) {
    const { period, alert, before } = telling
    if (isFailing(alert) && before !== null && !former.has(period)) former.set(period, telling)
  }
  const periods = counted.periods.map((period, i): PeriodState => {
    const telling = former.get(service.periods[i] ?? null)
    if (telling?.before == null) return period
    const { sent, lastSent, firstSent, escalated, toldOf } = telling.before
    if (telling.escalates === true) {
      const later = firstSent === null ? null : wallTime(firstSent + escalationRetry)
      return { ...period, escalated, firstSent: later }
    }
    const { toldOf: _, ...rest } = period
    return { ...rest, sent, lastSent, firstSent, ...(toldOf === undefined ? {} : { toldOf }), quiet: 'outbox-full' }
  })
  const uncounts = unsent.filter(({ before, escalates }) => before !== null && escalates !== true)
  return {
    ...counted,
    periods,
    alertCount: counted.alertCount - uncounts.reduce((sum, { send }) => sum + send.length, 0),
  }
}

function deliveryOf(
  state: State,
  what: ToTell,
  { alert, ack, period, owed, because }: Telling,
  call: AlertCall,
  others: readonly string[],
  id: Id,
  now: Now,
): Delivery {
  const { service, told, after } = what
  const pools = poolsFollowing(state.model, service.key).flatMap((i) => {
    const [pool, virtual] = [state.pools[i], state.model.virtuals[i]]
    return pool === undefined || virtual === undefined ? [] : [poolText(pool, virtual)]
  })
  const { exit, retval, opstatus, summary, detail, output, intended = null, isTest = false } = what
  const facts = { exit, retval, opstatus, summary, detail, output, intended, isTest, pools, others }
  const hosts = enabledHosts(state, service)
  const { settings } = state.model
  const traffic = alert === 'up' && !isTest ? trafficOf(state, what, now) : ''
  const words = message(
    {
      id,
      kind: alert,
      service,
      hosts,
      settings,
      state: { ...told, ack },
      ...facts,
      traffic,
      ...reasonOf(because ?? what.because),
      ...(what.gone === true ? { gone: what.gone } : {}),
    },
    now,
  )
  return {
    ...(period === null && owed !== true ? { newestOnly: true as const } : {}),
    ...decidedNow({ id, message: words, call, cause: after.cause }, now),
  }
}

/** Its second channel is told of the same by itself, having taken over the beginning: there is nothing to take over. */
function withoutSecond(delivery: Delivery, everybody: readonly AlertCall[], { receivers }: State['model']): Delivery {
  const second = receivers.get(delivery.call.receiver ?? '')?.second ?? null
  const told = new Set(everybody.map(channelOf))
  if (second === null || !second.calls.every((call) => told.has(channelOf(call)))) return delivery
  return { ...delivery, handover: { at: delivery.decidedAt, done: true } }
}

/** What the clients of the pools that it drives did while it failed. */
function trafficOf(state: State, { service, told }: ToTell, now: Now): string {
  const from = told.firstFailure
  const lasted = from === null ? null : since(from, now)
  const texts = poolsFollowing(state.model, service.key).flatMap((i) => {
    const [pool, virtual] = [state.pools[i], state.model.virtuals[i]]
    if (pool === undefined || virtual === undefined) return []
    const text = trafficText(pool, virtual, state.traffic, { from, lasted }, now)
    return text === '' ? [] : [text]
  })
  return texts.slice(0, POOLS_TOLD).join('; ')
}

/** Pools whose traffic one message tells. */
const POOLS_TOLD = 5

const reasonOf = (because: string | undefined) => (because === undefined ? {} : { because })

function alertEntry(
  { service, after }: ToTell,
  { period, alert }: Telling,
  delivery: Delivery,
  held: string | null,
  write: Scribe,
) {
  const { receiver } = delivery.call
  return write.entry({
    kind: 'alert',
    cause: after.cause,
    service: service.key,
    period: period === null ? '' : periodName(period.label),
    alert,
    call: delivery.call.text,
    delivery: delivery.id,
    summary: delivery.message.summary,
    ...(receiver === undefined ? {} : { receiver }),
    ...reasonOf(delivery.message.because),
    ...(held === null ? {} : { held }),
  })
}

const callingNote = (what: ToTell, { alert }: Telling, call: AlertCall, now: Now): Effect => ({
  kind: 'note',
  note: {
    kind: 'calling',
    group: what.service.group,
    service: what.service.name,
    at: now.wall,
    alert,
    isTest: what.isTest === true,
    counts: what.isTest !== true,
    script: call.script,
    argumentText: call.argumentText,
    summary: summaryOf(what.output),
  },
})

function quietEntry(
  { service, after, told }: ToTell,
  telling: Telling,
  reason: NonNullable<Telling['quiet']>,
  write: Scribe,
) {
  const { period, alert } = telling
  const state = after.periods.find(({ label }) => label === period?.label)
  const text = quietText(reason, period, {
    consecutive: after.consecutive,
    ack: told.ack,
    disabled: after.disabled,
    maintenance: after.maintenance,
    sent: state?.sent ?? 0,
    depends: isFailing(alert) || alert === 'ack' ? (service.dependencies.alerts?.text ?? '') : '',
  })
  return write.entry({
    kind: 'quiet',
    cause: after.cause,
    service: service.key,
    period: period === null ? '' : periodName(period.label),
    alert,
    reason,
    text,
  })
}

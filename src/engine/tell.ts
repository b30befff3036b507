/** What was decided for people becomes deliveries, entries that say so or why not, and notes for mon's logs. */
import { isFailing } from '../model/alert.ts'
import type { Effect } from '../model/effect.ts'
import type { AlertCall, Service } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import type { Opstatus } from '../model/opstatus.ts'
import { periodName } from '../model/period.ts'
import { channelOf } from '../model/receiver.ts'
import type { Delivery, ServiceState, State } from '../model/state.ts'
import { type Now, since, wallTime } from '../model/units.ts'
import { othersThan, owedFor, united } from './announce.ts'
import { summaryOf, type Telling } from './consult.ts'
import { outboxLimit, serviceOutboxLimit } from './limits.ts'
import { message } from './message.ts'
import { put } from './outbox.ts'
import { poolsFollowing } from './pool/pools.ts'
import { trafficText } from './pool/traffic.ts'
import { poolText } from './pool/words.ts'
import { quietText } from './quiet.ts'
import { enabledHosts } from './readiness.ts'
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
}

export function tell(state: State, what: ToTell, write: Scribe, now: Now): Decided {
  const effects: Effect[] = []
  const unsent: Telling[] = []
  const waiting = withoutOutdated(state.outbox, what)
  let next = waiting === state.outbox ? state : { ...state, outbox: waiting }
  let room = roomFor(waiting, what.service)
  let owed = what.after.announced
  const everybody = what.tellings.flatMap(({ send, period, owed: end }) => (period !== null || end ? send : []))
  for (const telling of what.tellings) {
    const sent = telling.send.slice(0, room)
    room -= sent.length
    for (const call of sent) {
      const others = othersThan(call, everybody)
      const delivery = deliveryOf(state, what, telling, call, others, write.nextId(), now)
      const sending = put(next, withoutSecond(delivery, everybody, state.model), now)
      next = sending.state
      effects.push(record(alertEntry(what, telling, delivery, sending.held, write)), ...sending.effects)
      if (telling.period !== null) effects.push(callingNote(what, telling, call, now))
    }
    if (what.isTest !== true) owed = united(owed, owedFor(sent, telling, state.model.settings.quirks))
    effects.push(...wakeFor(telling, what, sent, now))
    if (telling.send.length > sent.length) effects.push(record(quietEntry(what, telling, 'outbox-full', write)))
    if (telling.send.length > 0 && sent.length === 0) unsent.push(telling)
    if (telling.quiet !== null && !telling.repeated)
      effects.push(record(quietEntry(what, telling, telling.quiet, write)))
  }
  const counted = unsent.length === 0 ? next : uncounted(next, what, unsent)
  return { state: withAnnounced(counted, what.service, owed), effects }
}

function withAnnounced(state: State, { key }: Service, announced: ServiceState['announced']): State {
  const index = state.model.serviceIndex.get(key)
  const before = index === undefined ? undefined : state.services[index]
  if (index === undefined || before === undefined || before.announced === announced) return state
  return { ...state, services: state.services.with(index, { ...before, announced }) }
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

/** Room for all, and for this service; a short outbox need not be counted, and a full one neither. */
function roomFor(outbox: readonly Delivery[], { key }: Service): number {
  const all = Math.max(0, outboxLimit - outbox.length)
  if (all === 0 || outbox.length < serviceOutboxLimit) return Math.min(all, serviceOutboxLimit)
  const own = outbox.reduce((count, { message: { key: of } }) => (of === key ? count + 1 : count), 0)
  return Math.min(all, Math.max(0, serviceOutboxLimit - own))
}

/** An alert that found no room in the outbox was not sent: it uses up no numalerts, and starts no alertevery. */
function uncounted(state: State, { service }: ToTell, unsent: readonly Telling[]): State {
  const index = state.model.serviceIndex.get(service.key)
  const counted = index === undefined ? undefined : state.services[index]
  if (index === undefined || counted === undefined) return state
  const former = new Map(unsent.filter(({ alert }) => isFailing(alert)).map(({ period, before }) => [period, before]))
  const periods = counted.periods.map((period, i) => {
    const before = former.get(service.periods[i] ?? null)
    if (before == null) return period
    return { ...period, sent: before.sent, lastSent: before.lastSent, firstSent: before.firstSent }
  })
  const alertCount = counted.alertCount - unsent.reduce((sum, { send }) => sum + send.length, 0)
  return { ...state, services: state.services.with(index, { ...counted, periods, alertCount }) }
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
  return {
    id,
    message: message(
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
      },
      now,
    ),
    call,
    attempts: 0,
    decidedAt: now.wall,
    notBefore: now.wall,
    lastText: '',
    cause: after.cause,
    ...(period === null && owed !== true ? { newestOnly: true as const } : {}),
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

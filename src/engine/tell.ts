/** What was decided for people becomes deliveries, entries that say so or why not, and notes for mon's logs. */
import { isFailing } from '../model/alert.ts'
import type { Effect } from '../model/effect.ts'
import type { AlertCall, Service } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import type { Opstatus } from '../model/opstatus.ts'
import { periodName } from '../model/period.ts'
import type { Delivery, ServiceState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { summaryOf, type Telling } from './consult.ts'
import { outboxLimit, serviceOutboxLimit } from './limits.ts'
import { message } from './message.ts'
import { poolsFollowing } from './pool/pools.ts'
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
}

export function tell(state: State, what: ToTell, write: Scribe, now: Now): Decided {
  const effects: Effect[] = []
  const fresh: Delivery[] = []
  const unsent: Telling[] = []
  const waiting = withoutOutdated(state.outbox, what)
  let room = roomFor(waiting, what.service)
  for (const telling of what.tellings) {
    const sent = telling.send.slice(0, room)
    room -= sent.length
    for (const call of sent) {
      const delivery = deliveryOf(state, what, telling, call, write.nextId(), now)
      fresh.push(delivery)
      effects.push(record(alertEntry(what, telling, delivery, write)), { kind: 'deliver', delivery })
      if (telling.period !== null) effects.push(callingNote(what, telling, call, now))
    }
    if (telling.send.length > sent.length) effects.push(record(quietEntry(what, telling, 'outbox-full', write)))
    if (telling.send.length > 0 && sent.length === 0) unsent.push(telling)
    if (telling.quiet !== null && !telling.repeated)
      effects.push(record(quietEntry(what, telling, telling.quiet, write)))
  }
  const next = fresh.length === 0 && waiting === state.outbox ? state : { ...state, outbox: [...waiting, ...fresh] }
  return { state: unsent.length === 0 ? next : uncounted(next, what, unsent), effects }
}

/** redistribute tells the state there is: what it was before, and has not been told yet, need not be told any more. */
function withoutOutdated(outbox: readonly Delivery[], { service, tellings }: ToTell): readonly Delivery[] {
  if (service.redistribute === null || !tellings.some(({ period, send }) => period === null && send.length > 0))
    return outbox
  const outdated = ({ newestOnly, message }: Delivery): boolean => newestOnly === true && message.key === service.key
  return outbox.some(outdated) ? outbox.filter((delivery) => !outdated(delivery)) : outbox
}

/** Room for all, and for this service; a short outbox need not be counted. */
function roomFor(outbox: readonly Delivery[], { key }: Service): number {
  const all = Math.max(0, outboxLimit - outbox.length)
  if (outbox.length < serviceOutboxLimit) return Math.min(all, serviceOutboxLimit)
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
    return before == null ? period : { ...period, sent: before.sent, lastSent: before.lastSent }
  })
  const alertCount = counted.alertCount - unsent.reduce((sum, { send }) => sum + send.length, 0)
  return { ...state, services: state.services.with(index, { ...counted, periods, alertCount }) }
}

function deliveryOf(
  state: State,
  what: ToTell,
  { alert, ack, period }: Telling,
  call: AlertCall,
  id: Id,
  now: Now,
): Delivery {
  const { service, told, after } = what
  const pools = poolsFollowing(state.model, service.key).flatMap((i) => {
    const [pool, virtual] = [state.pools[i], state.model.virtuals[i]]
    return pool === undefined || virtual === undefined ? [] : [poolText(pool, virtual)]
  })
  const { exit, retval, opstatus, summary, detail, output, intended = null, isTest = false } = what
  const facts = { exit, retval, opstatus, summary, detail, output, intended, isTest, pools }
  const hosts = enabledHosts(state, service)
  const { settings } = state.model
  return {
    id,
    message: message({ id, kind: alert, service, hosts, settings, state: { ...told, ack }, ...facts }, now),
    call,
    attempts: 0,
    decidedAt: now.wall,
    notBefore: now.wall,
    lastText: '',
    cause: after.cause,
    ...(period === null ? { newestOnly: true as const } : {}),
  }
}

function alertEntry({ service, after }: ToTell, { period, alert }: Telling, delivery: Delivery, write: Scribe) {
  return write.entry({
    kind: 'alert',
    cause: after.cause,
    service: service.key,
    period: period === null ? '' : periodName(period.label),
    alert,
    call: delivery.call.text,
    delivery: delivery.id,
    summary: delivery.message.summary,
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

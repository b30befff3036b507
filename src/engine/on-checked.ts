/** A monitor has run: verdicts first, then the pools that follow them, then the people. */
import type { Effect } from '../model/effect.ts'
import type { Event } from '../model/event.ts'
import type { AlertCall, Service } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import type { Delivery, HostState, ServiceState, State } from '../model/state.ts'
import type { Now } from '../model/units.ts'
import { type Checked, checked, type PeriodTelling } from './checked.ts'
import { outboxLimit } from './limits.ts'
import { message, namedSummary, outputOf } from './message.ts'
import { poolText } from './pool.ts'
import { poolsFollowing, recomputePools } from './pools.ts'
import { quietText } from './quiet.ts'
import { type Decided, record, type Scribe } from './scribe.ts'

type CheckedEvent = Extract<Event, { kind: 'checked' }>

/** A result of a service that a reload has removed meanwhile changes nothing. */
export function onChecked(state: State, event: CheckedEvent, write: Scribe, now: Now): Decided {
  const index = state.model.serviceIndex.get(event.service)
  const service = index === undefined ? undefined : state.model.services[index]
  const before = index === undefined ? undefined : state.services[index]
  if (index === undefined || service === undefined || before === undefined) return { state, effects: [] }

  const result = checked(before, service, event.result, event.took, now)
  const verdicts = recordVerdicts(result, service, event.result.summary, write)
  const judged: State = { ...state, services: state.services.with(index, verdicts.service) }

  const pools = concernsPools(before, verdicts.service)
    ? recomputePools(judged, poolsFollowing(judged.model, service.key), write, now)
    : { state: judged, effects: [] }
  const told = tell(
    pools.state,
    { service, before, after: verdicts.service, tellings: result.tellings, event },
    write,
    now,
  )
  return { state: told.state, effects: [...verdicts.effects, ...pools.effects, ...told.effects] }
}

/** Whether a pool could read anything new: another verdict, another reason, or a first run that brought no verdict. */
const concernsPools = (before: ServiceState, after: ServiceState): boolean =>
  after.hosts.some((host, i) => {
    const former = before.hosts[i]
    return host.verdict !== former?.verdict || host.last?.kind !== former?.last?.kind
  })

/** Writes down what changed, and lets the service and its hosts remember the entry as the cause of what follows. */
function recordVerdicts(result: Checked, service: Service, summary: string, write: Scribe) {
  const effects: Effect[] = []
  const hosts: HostState[] = [...result.state.hosts]
  for (const { index, change } of result.hostChanges) {
    const host = hosts[index]
    if (host === undefined) continue
    const text = host.last?.text ?? ''
    const reason = host.last?.code || 'ok'
    const entry = write.entry({ kind: 'host', service: service.key, host: host.host, ...change, reason, text })
    effects.push(record(entry))
    hosts[index] = { ...host, cause: entry.id }
  }
  if (result.change === null) return { service: { ...result.state, hosts }, effects }
  const reason = result.change.to === 'down' ? 'check-failed' : 'check-passed'
  const shown = result.change.to === 'down' ? namedSummary(summary) : summary
  const entry = write.entry({ kind: 'service', service: service.key, ...result.change, reason, summary: shown })
  effects.push(record(entry))
  return { service: { ...result.state, hosts, cause: entry.id }, effects }
}

interface ToTell {
  readonly service: Service
  readonly before: ServiceState
  readonly after: ServiceState
  readonly tellings: readonly PeriodTelling[]
  readonly event: CheckedEvent
}

function tell(state: State, what: ToTell, write: Scribe, now: Now): Decided {
  const effects: Effect[] = []
  const outbox: Delivery[] = []
  for (const telling of what.tellings) {
    for (const call of telling.send) {
      if (state.outbox.length + outbox.length >= outboxLimit) {
        effects.push(record(quietEntry(what, telling, 'outbox-full', write)))
        continue
      }
      const delivery = deliveryOf(state, what, telling, call, write.nextId(), now)
      outbox.push(delivery)
      effects.push(record(alertEntry(what, telling, delivery, write)), { kind: 'deliver', delivery })
    }
    if (telling.quiet !== null && !telling.repeated)
      effects.push(record(quietEntry(what, telling, telling.quiet, write)))
  }
  return { state: outbox.length === 0 ? state : { ...state, outbox: [...state.outbox, ...outbox] }, effects }
}

function deliveryOf(state: State, what: ToTell, telling: PeriodTelling, call: AlertCall, id: Id, now: Now): Delivery {
  const { service, before, after, event } = what
  const up = telling.alert === 'up'
  const pools = poolsFollowing(state.model, service.key).flatMap((i) => {
    const [pool, virtual] = [state.pools[i], state.model.virtuals[i]]
    return pool === undefined || virtual === undefined ? [] : [poolText(pool, virtual)]
  })
  const told = message(
    {
      id,
      kind: telling.alert,
      service,
      settings: state.model.settings,
      state: up ? before : after,
      exit: up ? 0 : (after.exit ?? 1),
      summary: up ? namedSummary(before.summary) : after.summary,
      detail: up ? before.detail : after.detail,
      // An upalert reads what the last failing run printed (mon: the output of the event before this one).
      output: up ? (before.lastOutput ?? '') : outputOf(event.result.summary, event.result.detail),
      lastOutput: before.lastOutput,
      pools,
    },
    now,
  )
  return {
    id,
    message: told,
    call,
    attempts: 0,
    decidedAt: now.wall,
    notBefore: now.wall,
    lastText: '',
    cause: after.cause,
  }
}

function alertEntry({ service, after }: ToTell, { period, alert }: PeriodTelling, delivery: Delivery, write: Scribe) {
  return write.entry({
    kind: 'alert',
    cause: after.cause,
    service: service.key,
    period: period.label,
    alert,
    call: delivery.call.text,
    delivery: delivery.id,
    summary: delivery.message.summary,
  })
}

function quietEntry(
  { service, after, before }: ToTell,
  { period, alert }: PeriodTelling,
  reason: NonNullable<PeriodTelling['quiet']>,
  write: Scribe,
) {
  const state = after.periods.find(({ label }) => label === period.label)
  const text = quietText(reason, period, {
    consecutive: after.consecutive,
    ack: before.ack,
    disabled: after.disabled,
    sent: state?.sent ?? 0,
  })
  return write.entry({
    kind: 'quiet',
    cause: after.cause,
    service: service.key,
    period: period.label,
    alert,
    reason,
    text,
  })
}

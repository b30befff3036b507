/**
 * Who would hear of a failure of a service at a moment, and which rule says so; who would not, and why. It asks the
 * configuration and what operators have decided, and nothing that happened: limits are told, not worked out.
 */
import { windowsInForce } from '../model/calendar/windows.ts'
import { durationText } from '../model/duration.ts'
import { covers } from '../model/maintenance.ts'
import type { AlertCall, Period, Service } from '../model/model.ts'
import { inPeriod, periodName } from '../model/period.ts'
import { calledName } from '../model/receiver.ts'
import type { ServiceState, State } from '../model/state.ts'
import type { WallTime } from '../model/units.ts'
import { disabledWatch } from './readiness.ts'

export interface RouteLine {
  /** The receiver and its channel, or the line as written. */
  readonly who: string
  readonly hears: boolean
  /** The rule, or what stands against it. */
  readonly rule: string
  /** Limits that the rule has besides. */
  readonly limits: readonly string[]
  /** `mon.cf:40` */
  readonly place: string
  readonly hearsOfEnd: boolean
}

export interface Route {
  readonly service: string
  readonly at: WallTime
  readonly exit: number
  /** What keeps everybody from hearing of it. */
  readonly silenced: readonly string[]
  readonly lines: readonly RouteLine[]
}

export function routeOf(state: State, index: number, at: WallTime, exit: number): Route | null {
  const service = state.model.services[index]
  const found = state.services[index]
  if (service === undefined || found === undefined) return null
  const silenced = silences(state, service, found, at)
  const depends = service.dependencies.alerts?.text ?? ''
  const explained = depends === '' ? [] : [`not while what it depends on explains it: ${depends} (depend)`]
  const lines = service.periods.flatMap((period) => periodLines(state, period, { silenced, explained, at, exit }))
  const all = service.redistribute === null ? lines : [redistributed(state, service.redistribute), ...lines]
  return { service: service.key, at, exit, silenced, lines: all }
}

/** What holds for the service as a whole, at that moment. */
function silences({ model, controls }: State, service: Service, found: ServiceState, at: WallTime): string[] {
  const watch = disabledWatch(controls, service.group)
  const window = windowsInForce(model.windows, controls.windows, at, controls.calendar?.ended).find(({ subjects }) =>
    covers(subjects, service.key),
  )
  const { ack } = found
  const lasts = ack !== null && (ack.until === undefined || ack.until > at)
  return [
    ...(controls.stopped === null ? [] : ['the scheduler is stopped']),
    ...(watch === null ? [] : [`the watch is disabled by ${watch.who || 'somebody'}`]),
    ...(found.disabled === null ? [] : [`the service is disabled by ${found.disabled.who || 'somebody'}`]),
    ...(window === undefined ? [] : [`it is in maintenance then: ${window.name}`]),
    ...(lasts ? [`the failure there is now is acknowledged by ${ack.who || 'somebody'}`] : []),
    ...(found.flapping.since === null ? [] : ['it is flapping: its state is told when it is calm']),
  ]
}

interface Asked {
  readonly silenced: readonly string[]
  readonly explained: readonly string[]
  readonly at: WallTime
  readonly exit: number
}

function periodLines(state: State, period: Period, { silenced, explained, at, exit }: Asked): RouteLine[] {
  const name = `period "${periodName(period.label)}"`
  const outside = inPeriod(period.when, at) ? null : `${name} does not include that time`
  const ranged =
    outside ?? (inRange(period.alertexitrange, exit) ? null : `alertexitrange of ${name} leaves out ${exit}`)
  const but = silenced.length === 0 ? '' : `, but ${silenced.join(', and ')}`
  const ruled = (call: AlertCall, against: string | null, rule: string, limits: readonly string[]) =>
    line(state, call, {
      hears: against === null && silenced.length === 0,
      rule: against ?? `${rule}${but}`,
      limits,
      hearsOfEnd: hearsOfEnd(call, period),
    })
  const limits = [...limitsOf(period), ...explained]
  const lines = period.alerts.map((call) => ruled(call, ranged ?? callFault(call, exit), name, limits))
  const later = period.escalations.flatMap(({ after, calls }) => {
    const rule = `${name}: escalate, if nobody has acknowledged it ${durationText(after)} after the first alert`
    return calls.map((call) => {
      const asked = ruled(call, ranged ?? missingFault(call), rule, explained)
      return { ...asked, hearsOfEnd: true }
    })
  })
  return [...lines, ...later]
}

function line(state: State, call: AlertCall, said: Omit<RouteLine, 'who' | 'place'>): RouteLine {
  const { place } = call
  const limits = [...said.limits, ...receiverLimits(state, call)]
  return { ...said, limits, who: calledName(call), place: `${place.file}:${place.line}` }
}

/** It hears of every event, whatever is disabled or in maintenance; nothing happens while the scheduler is stopped. */
function redistributed({ controls: { stopped } }: State, call: AlertCall): RouteLine {
  const against = missingFault(call) ?? (stopped === null ? null : 'redistribute, but the scheduler is stopped')
  return {
    who: call.text,
    hears: against === null,
    rule: against ?? 'redistribute: it hears of every event',
    limits: [],
    place: `${call.place.file}:${call.place.line}`,
    hearsOfEnd: true,
  }
}

const inRange = (range: AlertCall['exit'], exit: number): boolean =>
  range === null || (exit >= range.from && exit <= range.to)

const missingFault = ({ missing }: AlertCall): string | null => (missing === true ? 'no such alert was found' : null)

const callFault = (call: AlertCall, exit: number): string | null =>
  missingFault(call) ?? (inRange(call.exit, exit) ? null : `its line asks for exit=${call.exit?.from}-${call.exit?.to}`)

const hearsOfEnd = (call: AlertCall, { upalerts }: Period): boolean =>
  call.receiver !== undefined || call.keepAlive === true || upalerts.some(({ text }) => text === call.text)

function limitsOf({ alertafter, alertevery, numalerts }: Period): string[] {
  const { count, time, window } = alertafter
  return [
    ...(count === null ? [] : [`from failure ${count} in a row on (alertafter)`]),
    ...(time === null ? [] : [`after ${durationText(time)} of failing (alertafter)`]),
    ...(window === null ? [] : [`after ${window.count} failures within ${durationText(window.time)} (alertafter)`]),
    ...(alertevery === null ? [] : [`once in ${durationText(alertevery.every)} (alertevery)`]),
    ...(numalerts === 0 ? [] : [`${numalerts} times at most (numalerts)`]),
  ]
}

function receiverLimits({ model }: State, { receiver, combines }: AlertCall): string[] {
  const of = receiver === undefined ? undefined : model.receivers.get(receiver)
  if (of === undefined) return []
  const { groupWait, digest, rate, second } = of
  return [
    ...(groupWait === 0 || combines !== true ? [] : [`waits ${durationText(groupWait)} for others (group_wait)`]),
    ...(digest === null || combines !== true
      ? []
      : [`beyond ${digest.count} within ${durationText(digest.within)} as a digest`]),
    ...(rate === null ? [] : [`at most ${rate.count} messages within ${durationText(rate.within)} (rate)`]),
    ...(second === null
      ? []
      : [
          `after ${durationText(second.after)} without delivery ${second.calls.map(({ text }) => text).join(', ')} (second)`,
        ]),
  ]
}

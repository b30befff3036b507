/** What `upalert status` prints: one table of services, one of virtual servers, and what needs an eye. */

import type { AckView } from '../engine/ack-view.ts'
import { standingText } from '../engine/pool/words.ts'
import type { HostView, RealView, ServiceView, StatusView, VirtualView } from '../engine/view.ts'
import { durationText } from '../model/duration.ts'
import type { PoolStanding, RealStanding } from '../model/entry.ts'
import type { DoorReport } from '../model/request.ts'
import { type Milliseconds, milliseconds } from '../model/units.ts'
import { coloured, columns, type Loudness } from './columns.ts'
import { decisionLines } from './decisions.ts'

export type Status = StatusView & { readonly doors: readonly DoorReport[] }

export function statusLines(status: Status): string[] {
  return [
    ...headline(status),
    '',
    ...serviceLines(status.services),
    ...virtualLines(status.virtuals),
    ...decisionLines(status),
    ...outboxLines(status),
  ]
}

/** A service is down, or clients of a virtual server are not served as they should be. */
export const needsEye = ({ services, virtuals }: Pick<Status, 'services' | 'virtuals'>): boolean =>
  services.some(({ verdict }) => verdict === 'down') || virtuals.some(({ standing }) => isShort(standing))

const isShort = (standing: PoolStanding): boolean => standing !== 'serving' && standing !== 'unknown'

function poolCount(virtuals: Status['virtuals']): string[] {
  if (virtuals.length === 0) return []
  const of = (wanted: PoolStanding): number => virtuals.filter(({ standing }) => standing === wanted).length
  const words: [PoolStanding, string, Loudness][] = [
    ['serving', 'serving', 'good'],
    ['empty', 'EMPTY', 'alarm'],
    ['sorry', 'on the sorry server', 'alarm'],
    ['below-quorum', 'below the quorum', 'alarm'],
    ['unknown', 'not known yet', 'warning'],
  ]
  const parts = words.flatMap(([standing, word, loud]) =>
    of(standing) === 0 ? [] : [coloured(`${of(standing)} ${word}`, loud)],
  )
  return [`${virtuals.length} virtual ${virtuals.length === 1 ? 'server' : 'servers'}: ${parts.join(', ')}`]
}

function headline({ services, virtuals, doors, stopped, at }: Status): string[] {
  const count = (verdict: string): number => services.filter((service) => service.verdict === verdict).length
  const parts = [
    coloured(`${count('up')} up`, count('up') > 0 ? 'good' : 'plain'),
    coloured(`${count('down')} down`, count('down') > 0 ? 'alarm' : 'plain'),
    ...(count('untested') > 0 ? [coloured(`${count('untested')} not checked yet`, 'warning')] : []),
  ]
  const trouble = doors.map(({ door, well, text }) => coloured(`${door}: ${text}`, well ? 'plain' : 'warning'))
  const standstill =
    stopped === null
      ? []
      : [
          coloured(
            `THE SCHEDULER IS STOPPED, for ${durationText(milliseconds(at - stopped))}: nothing is checked`,
            'alarm',
          ),
        ]
  return [
    ...standstill,
    `${services.length} ${services.length === 1 ? 'service' : 'services'}: ${parts.join(', ')}`,
    ...poolCount(virtuals),
    ...trouble,
  ]
}

function serviceLines(services: readonly ServiceView[]): string[] {
  if (services.length === 0) return ['The configuration has no services yet: add a "watch" with a "service" to it.']
  const rows = services.map((service) => [
    service.service,
    verdictText(service),
    ageText(service.for),
    service.checkedAgo === null ? 'never' : `${durationText(service.checkedAgo)} ago`,
    hostsText(service.hosts),
    remarks(service),
  ])
  return columns([['SERVICE', 'STATE', 'FOR', 'CHECKED', 'HOSTS UP', 'WHY'], ...rows])
}

function verdictText({ verdict, ack, disabled, maintenance, flapping }: ServiceView): string {
  const states = { acked: ack, disabled, maintenance, flapping }
  const marks = Object.entries(states).flatMap(([mark, state]) => (state === null ? [] : [mark]))
  const text = verdict === 'down' ? 'DOWN' : verdict
  const loud: Loudness = verdict === 'down' ? 'alarm' : verdict === 'up' ? 'good' : 'warning'
  return marks.length === 0 ? coloured(text, loud) : `${coloured(text, loud)} (${marks.join(', ')})`
}

const hostsText = (hosts: readonly HostView[]): string =>
  `${hosts.filter(({ verdict }) => verdict === 'up').length}/${hosts.length}`

function remarks(service: ServiceView): string {
  const pending = service.hosts.flatMap(({ host, verdict, last }) =>
    verdict === 'up' && last?.kind === 'down' ? [`${host} begins to fail: ${last.text}`] : [],
  )
  const ack = service.acknowledged === null ? [] : [`acknowledged by ${service.ack}${endText(service.acknowledged)}`]
  const disabled = service.disabled === null ? [] : [`disabled by ${service.disabled}`]
  const window = service.maintenance === null ? [] : [`in maintenance ${service.maintenance}`]
  const flaps = service.flapping === null ? [] : [`flapping: ${service.flapping}`]
  const held = service.held === null || service.verdict === 'untested' ? [] : [`is not checked now: ${service.held}`]
  const off = service.hosts.filter((host) => host.disabled !== null).map(({ host }) => host)
  const left =
    off.length === 0 ? [] : [`disabled: ${off.slice(0, hostsShown).join(', ')}${off.length > hostsShown ? ', …' : ''}`]
  const untold = service.untold === null ? [] : [coloured(`NOT TOLD: ${service.untold}`, 'alarm')]
  const why = service.why === '' ? [] : [service.why]
  return [
    ...why,
    ...untold,
    ...pending,
    ...held,
    ...ack,
    ...disabled,
    ...window,
    ...flaps,
    ...left,
    ...service.warnings,
  ].join('; ')
}

/** What ends it besides the recovery, which ends every acknowledgement. */
function endText({ left, untilChange }: Pick<AckView, 'left' | 'untilChange'>): string {
  const ends = [
    ...(left === null ? [] : [`for ${durationText(left)} more`]),
    ...(untilChange ? ['until what the check says changes'] : []),
  ]
  return ends.length === 0 ? '' : ` (${ends.join(', or ')})`
}

/** Disabled hosts that are named one by one. */
const hostsShown = 5

const ageText = (length: Milliseconds | null): string => (length === null ? '-' : durationText(length))

const standingLoudness: Readonly<Record<PoolStanding, Loudness>> = {
  unknown: 'warning',
  serving: 'good',
  sorry: 'alarm',
  'below-quorum': 'alarm',
  empty: 'alarm',
}

function virtualLines(virtuals: readonly VirtualView[]): string[] {
  return virtuals.flatMap((virtual) => [
    '',
    `${virtual.virtual}  ${virtual.address} ${virtual.scheduler}  ${coloured(virtual.standing, standingLoudness[virtual.standing])}: ${virtual.text}`,
    ...columns(virtual.reals.map(realCells)),
  ])
}

function realCells(real: RealView): string[] {
  const why = real.standing === 'in' && real.weight === real.configuredWeight ? '' : real.text
  return [
    `  -> ${real.real}`,
    `weight ${real.weight}`,
    coloured(standingText[real.standing], standingLoud[real.standing]),
    ageText(real.for),
    why,
  ]
}

const standingLoud: Readonly<Record<RealStanding, Loudness>> = {
  in: 'good',
  standby: 'plain',
  held: 'warning',
  drained: 'alarm',
  out: 'alarm',
}

function outboxLines({ outbox }: Status): string[] {
  if (outbox.length === 0) return []
  const rows = outbox
    .slice(0, waitingShown)
    .map(({ service, call, attempts, in: wait, lastText }) => [
      `  ${service}`,
      call,
      attempts === 0 ? 'not delivered yet' : `${attempts} failed, next in ${durationText(wait)}`,
      lastText,
    ])
  const more = outbox.length > waitingShown ? [`  and ${outbox.length - waitingShown} more`] : []
  return ['', coloured(`${outbox.length} notifications wait for delivery:`, 'warning'), ...columns(rows), ...more]
}

/** Waiting notifications that are listed one by one. */
const waitingShown = 10

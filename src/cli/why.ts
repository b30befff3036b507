/** What `upalert why` prints: the verdict, what was seen, what would change it, and how it came to this. */

import { standingText } from '../engine/pool/words.ts'
import type { HostView, RealView, ServiceView, WhyView } from '../engine/view.ts'
import { durationText } from '../model/duration.ts'
import type { Place } from '../model/model.ts'
import type { Timings } from '../model/result.ts'
import { coloured, timeText } from './columns.ts'

export function whyLines(why: WhyView, now: number): string[] {
  const lines: string[] = []
  for (const service of why.services) lines.push(...serviceLines(service, now), '')
  for (const real of why.reals) {
    const age = real.for === null ? '' : ` for ${durationText(real.for)}`
    const loud =
      real.standing === 'in' ? 'good' : real.standing === 'held' || real.standing === 'standby' ? 'warning' : 'alarm'
    lines.push(
      `${real.virtual}: real server ${real.real} is ${coloured(standingText[real.standing], loud)}${age}, weight ${real.weight} of ${real.configuredWeight}`,
      `  because ${real.text}`,
      ...decidedLines(real),
      `  ${real.pool}`,
      `  ${placeText(real.place)}`,
      '',
    )
  }
  for (const virtual of why.virtuals)
    lines.push(
      `${virtual.virtual} (${virtual.address}): ${virtual.standing}`,
      `  ${virtual.text}`,
      `  ${placeText(virtual.place)}`,
      '',
    )
  const history = why.history.map(({ at, text }) => `  ${timeText(at, now)}  ${text}`)
  return [...lines, ...(history.length === 0 ? ['Nothing has happened to it yet.'] : ['What led here:', ...history])]
}

function decidedLines({ decision }: Pick<RealView, 'decision'>): string[] {
  if (decision === null) return []
  const left = decision.left === null ? 'until "upalert enable"' : `${durationText(decision.left)} left`
  return [`  ${coloured('decided', 'warning')}: ${decision.text}, ${left}`]
}

function serviceLines(service: ServiceView, now: number): string[] {
  const lines = [
    `${service.service} is ${verdictText(service.verdict)}${sinceText(service, now)}${service.failures > 0 ? `, ${service.failures} failures in a row` : ''}`,
  ]
  if (service.why !== '') lines.push(`  because ${service.why}`)
  if (service.untold !== null) lines.push(`  ${coloured('NOT TOLD', 'alarm')}: ${service.untold}`)
  lines.push(...acknowledgedLines(service, now))
  if (service.maintenance !== null) lines.push(`  in maintenance ${service.maintenance}; nobody is told of failures`)
  if (service.flapping !== null) lines.push(`  flapping: ${service.flapping}; its state is told when it is calm`)
  if (service.told.length > 0) lines.push(`  told: ${service.told.join(', ')}`)
  if (service.disabled !== null) lines.push(`  disabled by ${service.disabled}`)
  for (const warning of service.warnings) lines.push(`  ${coloured('warning', 'warning')}: ${warning}`)
  if (service.performance.length > 0) {
    lines.push(
      `  figures: ${service.performance.map(({ label, value, unit }) => `${label} ${value}${unit}`).join(', ')}`,
    )
  }
  lines.push(`  checked by: ${service.monitor} (${placeText(service.place)})`)
  return [...lines, ...service.hosts.flatMap((host) => hostLines(host, now))]
}

function acknowledgedLines({ ack, acknowledged }: ServiceView, now: number): string[] {
  if (acknowledged === null) return []
  const { at, until, left, untilChange } = acknowledged
  const ends = [
    ...(until === null || left === null ? [] : [`${timeText(until, now)} (${durationText(left)} left)`]),
    ...(untilChange ? ['what the check says changes'] : []),
    'the service has recovered',
  ]
  return [`  acknowledged by ${ack} (at ${timeText(at, now)})`, `  alerts stop until ${ends.join(', or ')}`]
}

function hostLines(host: HostView, now: number): string[] {
  const verdict =
    host.verdict === 'untested' && host.last !== null ? coloured('unknown', 'warning') : verdictText(host.verdict)
  const lines = [`  ${host.host} is ${verdict}${sinceText(host, now)}`]
  if (host.last !== null) {
    const code = host.last.code === '' ? '' : ` [${host.last.code}]`
    lines.push(
      `    last check ${durationText(host.last.ago)} ago: ${host.last.text || 'passed'}${code}${timingsText(host.last.timings)}`,
    )
  }
  return [...lines, `    ${host.next}`]
}

function timingsText({ connect, firstByte, total }: Timings): string {
  const part = (name: string, took: number | null): string[] => (took === null ? [] : [`${name} ${took.toFixed(1)} ms`])
  return ` (${[...part('connect', connect), ...part('first byte', firstByte), ...part('total', total)].join(', ')})`
}

const verdictText = (verdict: string): string =>
  verdict === 'down'
    ? coloured('DOWN', 'alarm')
    : verdict === 'up'
      ? coloured('up', 'good')
      : coloured('not checked yet', 'warning')

function sinceText(
  { since, for: length }: { readonly since: number | null; readonly for: number | null },
  now: number,
): string {
  if (since === null || length === null) return ''
  return ` for ${durationText(length as HostView['for'] & number)} (since ${timeText(since, now)})`
}

const placeText = ({ file, line }: Place): string => `${file}:${line}`

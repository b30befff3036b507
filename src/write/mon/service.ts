/** `service` blocks with their periods, as they stand in a watch. */
import { MAIL_BODIES, type MailBodies } from '../../model/keepalived-words.ts'
import type { AlertAfter, AlertEvery, Period, Service } from '../../model/model.ts'
import { DEFAULT_FALL, DEFAULT_RISE, DEFAULT_TIMEOUT } from '../../parse/defaults.ts'
import type { WrittenLine } from '../written.ts'
import { alertLines, lineOf, type Modules, monitorText } from './calls.ts'
import { inDoubleQuotes, lengthText } from './words.ts'

/** At a depth of 1, its lines at 2. */
export function serviceLines(service: Service, modules: Modules): WrittenLine[] {
  const { name, monitor, place, redistribute, environment, periods } = service
  return [
    lineOf(1, `service ${name}`, place),
    ...wordLines(service).map((text) => lineOf(2, text)),
    ...(monitor === null ? [] : [lineOf(2, `monitor ${monitorText(monitor, modules)}`, monitor.place)]),
    ...dependLines(service).map((text) => lineOf(2, text)),
    ...(redistribute === null ? [] : alertLines('redistribute', [redistribute], modules, 2)),
    ...Object.entries(environment).map(([variable, value]) => lineOf(2, `${variable}=${value}`)),
    ...periods.flatMap((period) => periodLines(period, modules)),
  ]
}

function wordLines(service: Service): string[] {
  const { description, failureInterval, timeout, fall, rise, firstFall, retryInterval, warmup, onlyWith } = service
  const mails = mailWordsOf(service.mailBodies)
  return [
    ...when(description !== '', `description ${description}`),
    ...timingLines(service),
    ...length('failure_interval', failureInterval),
    ...when(timeout !== DEFAULT_TIMEOUT, `timeout ${lengthText(timeout)}`),
    ...when(fall !== DEFAULT_FALL, `fall ${fall}`),
    ...when(rise !== DEFAULT_RISE, `rise ${rise}`),
    ...when(firstFall !== null, `first_fall ${firstFall}`),
    ...length('retry_interval', retryInterval),
    ...when(service.retriesWhileDown, 'retries_while_down yes'),
    ...when(service.logFailures, 'log_failures yes'),
    ...length('warmup', warmup),
    ...when(onlyWith !== null && onlyWith.length > 0, `only_with ${onlyWith?.join(' ')}`),
    ...when(mails !== null, `mail_words ${mails}`),
    ...when(service.flap !== null, `flap ${service.flap?.count} ${service.flap && lengthText(service.flap.within)}`),
    ...when(service.excludeHosts.length > 0, `exclude_hosts ${service.excludeHosts.join(' ')}`),
    ...when(service.excludePeriod !== null, `exclude_period ${service.excludePeriod?.text}`),
    ...when(service.allowEmptyGroup, 'allow_empty_group'),
    ...length('traptimeout', service.traptimeout),
    ...length('trapduration', service.trapduration),
    ...when(service.unackSummary, 'unack_summary'),
  ]
}

function timingLines({ timing }: Service): string[] {
  if (timing === null) return []
  if (timing.kind === 'cron') return [`cron "${timing.expression}"`]
  return [`interval ${lengthText(timing.interval)}`, ...length('randskew', timing.randskew)]
}

const when = (said: boolean, text: string): string[] => (said ? [text] : [])

const length = (keyword: string, value: Service['warmup']): string[] =>
  value === null ? [] : [`${keyword} ${lengthText(value)}`]

/** The checker that has these words; the first of those that share them. */
const mailWordsOf = (bodies: MailBodies | null): string | null =>
  Object.entries(MAIL_BODIES).find(([, known]) => JSON.stringify(known) === JSON.stringify(bodies))?.[0] ?? null

function dependLines({ dependencies, depMemory }: Service): string[] {
  const { depend, alertdepend, monitordepend, hostdepend } = dependencies.written
  const behavior = { a: dependencies.alerts, m: dependencies.monitor, hm: dependencies.hosts }
  const [held] = Object.entries(behavior).find(([, one]) => one !== null && one.text === depend) ?? []
  return [
    ...when(depend !== '', `depend ${depend}`),
    ...when(depend !== '' && held !== undefined && held !== 'a', `dep_behavior ${held}`),
    ...when(alertdepend !== '', `alertdepend ${alertdepend}`),
    ...when(monitordepend !== '', `monitordepend ${monitordepend}`),
    ...when(hostdepend !== '', `hostdepend ${hostdepend}`),
    ...when(depMemory > 0, `dep_memory ${lengthText(depMemory)}`),
  ]
}

function periodLines(period: Period, modules: Modules): WrittenLine[] {
  const { label, text, upalertafter, alertexitrange, escalations, place } = period
  const head = label === '' || label === text ? text : `${labelText(label)}: ${text}`
  const words = [
    ...everyText(period.alertevery),
    ...afterTexts(period.alertafter),
    ...when(period.numalerts > 0, `numalerts ${period.numalerts}`),
    ...length('upalertafter', upalertafter),
    ...when(alertexitrange !== null, `alertexitrange ${alertexitrange?.from}-${alertexitrange?.to}`),
    ...when(period.noCompAlerts, 'no_comp_alerts'),
    ...when(period.alertsDontCount, 'alerts_dont_count'),
  ]
  const told = new Set(
    [...period.alerts, ...escalations.flatMap(({ calls }) => calls)].flatMap(({ receiver }) => receiver ?? []),
  )
  const upalerts = period.upalerts.filter(({ receiver }) => receiver === undefined || !told.has(receiver))
  return [
    lineOf(2, `period ${head}`.trim(), place),
    ...words.map((line) => lineOf(3, line)),
    ...alertLines('alert', period.alerts, modules, 3),
    ...alertLines('upalert', upalerts, modules, 3),
    ...alertLines('startupalert', period.startupalerts, modules, 3),
    ...alertLines('ackalert', period.ackalerts, modules, 3),
    ...alertLines('disablealert', period.disablealerts, modules, 3),
    ...escalations.flatMap(({ after, calls }) => alertLines(`escalate ${lengthText(after)}`, calls, modules, 3)),
  ]
}

const labelText = (label: string): string => (/^[A-Za-z_]\w*$/.test(label) ? label : inDoubleQuotes(label))

const QUALIFIERS = { summary: '', detail: ' observe_detail', success: ' ignore_summary', strict: ' strict' } as const

const everyText = (every: AlertEvery | null): string[] =>
  every === null ? [] : [`alertevery ${lengthText(every.every)}${QUALIFIERS[every.unless]}`]

function afterTexts({ count, time, window }: AlertAfter): string[] {
  return [
    ...when(count !== null, `alertafter ${count}`),
    ...length('alertafter', time),
    ...when(window !== null, `alertafter ${window?.count} ${window && lengthText(window.time)}`),
  ]
}

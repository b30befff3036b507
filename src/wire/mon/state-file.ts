/**
 * mon's file `opstatus`: what it remembers of each service and period, one service a line, `name=value` between tabs.
 * Files go both ways. Written here, a text with `=` or a backslash is escaped so that both mon and upalert read it back
 * whole; read here, a text with `=` that mon wrote itself is whole as well, where mon would lose it.
 * Source: the file that `savestate opstatus` of Debian's mon 1.3.6 writes, and what `loadstate` makes of it.
 */
import type { Opstatus } from '../../model/opstatus.ts'
import type { Milliseconds, WallTime } from '../../model/units.ts'
import { type Complain, type Complaint, complaints } from './complaint.ts'
import { type Field, PERIOD_FIELDS, SERVICE_FIELDS, type Writable } from './state-field.ts'

/** 8 and 9 are found in files only: mon's daemon never sets them. */
export type SavedStatus = Opstatus | 8 | 9

export interface SavedService extends ServiceValues {
  readonly group: string
  readonly service: string
  readonly periods: readonly SavedPeriod[]
}

/** Times are `null` for never and not now; texts are empty where mon has none. */
export interface ServiceValues {
  readonly opStatus: SavedStatus
  /** Statistics since the start. */
  readonly failureCount: number
  readonly alertCount: number
  readonly lastSuccess: WallTime | null
  readonly firstSuccess: WallTime | null
  /** Failing events in a row. */
  readonly consecFailures: number
  readonly lastFailure: WallTime | null
  /** Beginning of the outage. */
  readonly firstFailure: WallTime | null
  readonly lastSummary: string
  readonly lastFailureTime: WallTime | null
  readonly lastFailureSummary: string
  readonly lastFailureDetail: string
  readonly lastDetail: string
  /** When it was acknowledged. */
  readonly ack: WallTime | null
  readonly ackComment: string
  readonly lastTrap: WallTime | null
  readonly lastTraphost: string
  /** Exit status, or a trap's word; `null` before the first event. */
  readonly exitval: string | null
  readonly lastCheck: WallTime | null
  readonly lastOpStatus: SavedStatus
  /** Complete output of the previous failing event of this outage. */
  readonly failureOutput: string
  /** What is left of the trap timeout; `null` where there is none. */
  readonly trapTimer: Milliseconds | null
}

export interface SavedPeriod extends PeriodValues {
  /** The period's label, or its expression as written in mon.cf; empty for a bare `period`. */
  readonly label: string
}

export interface PeriodValues {
  readonly lastAlert: WallTime | null
  /** Alerts since the last success. */
  readonly alertSent: number
  /** Beginning of the window of `alertafter`; `1stfailtime` in the file. */
  readonly firstFailTime: WallTime | null
  /** Failures in that window. */
  readonly failcount: number
}

/** What a service is before its first event, and what a field is that a file does not have. */
const UNTESTED: ServiceValues = {
  opStatus: 7,
  failureCount: 0,
  alertCount: 0,
  lastSuccess: null,
  firstSuccess: null,
  consecFailures: 0,
  lastFailure: null,
  firstFailure: null,
  lastSummary: '',
  lastFailureTime: null,
  lastFailureSummary: '',
  lastFailureDetail: '',
  lastDetail: '',
  ack: null,
  ackComment: '',
  lastTrap: null,
  lastTraphost: '',
  exitval: null,
  lastCheck: null,
  lastOpStatus: 7,
  failureOutput: '',
  trapTimer: null,
}
const QUIET: PeriodValues = { lastAlert: null, alertSent: 0, firstFailTime: null, failcount: 0 }

/** The file's text. Groups, services and labels stand as they are, since mon does not unescaped them. */
export function encodeOpstatusFile(services: readonly SavedService[]): string {
  return services.map(serviceLine).join('')
}

function serviceLine(saved: SavedService): string {
  const own = SERVICE_FIELDS.map((field) => `${field.name}=${field.write(saved)}`)
  const periods = saved.periods.flatMap((period) =>
    PERIOD_FIELDS.map((field) => `${period.label.replace(/[\r\n]/g, ' ')}:${field.name}=${field.write(period)}`),
  )
  return `${[`group=${name(saved.group)}`, `service=${name(saved.service)}`, ...own, ...periods].join('\t')}\n`
}

/** No mon.cf has a name with white space; here it must not end a field either. */
const name = (text: string): string => text.replace(/[\t\r\n]/g, ' ')

export interface SavedServices {
  /** In the file's order, whether or not a mon.cf has such a service or period: that is for the caller to see. */
  readonly services: readonly SavedService[]
  readonly complaints: readonly Complaint[]
}

/** Any text is an answer. A field that cannot be read stays as it is before the first event, with a complaint. */
export function decodeOpstatusFile(text: string): SavedServices {
  const { list, complain } = complaints()
  const services: SavedService[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const saved = readService(line, (what) => complain(index + 1, what))
    if (saved !== null) services.push(saved)
  }
  return { services, complaints: list }
}

function readService(line: string, complain: Complain): SavedService | null {
  const [first = '', second = '', ...fields] = line.split('\t')
  if (!first.startsWith('group=') || !second.startsWith('service=')) {
    complain('does not begin with group=… and service=…')
    return null
  }
  const values: Writable<ServiceValues> = { ...UNTESTED }
  const periods = new Map<string, Writable<SavedPeriod>>()
  const seen = new Set<string>()
  // A label may hold a tab, and then its first part arrives as a field without `=`.
  let labelStart = ''
  for (const text of fields) {
    const field = seen.has(nameOf(text)) ? undefined : SERVICE_FIELDS.find(({ name }) => name === nameOf(text))
    if (field !== undefined) {
      seen.add(field.name)
      take(field, values, text.slice(field.name.length + 1), complain)
    } else if (!text.includes('=')) {
      labelStart += `${text}\t`
      continue
    } else if (!readPeriod(`${labelStart}${text}`, periods, complain)) {
      complain(`unknown field ${shown(nameOf(text))}`)
    }
    if (field !== undefined && labelStart !== '') complain(`no = in ${shown(labelStart)}`)
    labelStart = ''
  }
  if (labelStart !== '') complain(`no = in ${shown(labelStart)}`)
  return {
    group: first.slice('group='.length),
    service: second.slice('service='.length),
    ...values,
    periods: [...periods.values()],
  }
}

function readPeriod(text: string, periods: Map<string, Writable<SavedPeriod>>, complain: Complain): boolean {
  const equals = text.lastIndexOf('=')
  const colon = text.lastIndexOf(':', equals)
  const field = PERIOD_FIELDS.find(({ name }) => name === text.slice(colon + 1, equals))
  if (colon < 0 || field === undefined) return false
  const label = text.slice(0, colon)
  const period = periods.get(label) ?? { label, ...QUIET }
  periods.set(label, period)
  take(field, period, text.slice(equals + 1), complain)
  return true
}

function take<Values>(field: Field<Values>, into: Writable<Values>, text: string, complain: Complain): void {
  if (!field.read(into, text)) complain(`${shown(text)} is no value of ${field.name}`)
}

const nameOf = (field: string): string => field.slice(0, Math.max(0, field.indexOf('=')))

/** At most so much of a file's text goes into a message. */
const SHOWN = 60

const shown = (text: string): string => JSON.stringify(text.slice(0, SHOWN))

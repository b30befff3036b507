/**
 * What a check is in keepalived.conf: the keyword of its block, the lines that say what it asks, and what remains to be
 * said of its times, which its real server and virtual server may say for it (times.ts).
 */
import type { Place, RealCheck, Service } from '../../model/model.ts'
import type { TableDestinationId } from '../../model/table.ts'
import type { CheckerKind } from '../../parse/keepalived/checker-times.ts'
import type { Losses } from './losses.ts'
import type { TrackFiles } from './track-files.ts'

/** An inner block stands in braces behind its head. */
export type CheckerLine = string | { readonly head: string; readonly lines: readonly string[] }

export interface Checker {
  readonly kind: CheckerKind
  /** What it asks. */
  readonly lines: readonly CheckerLine[]
  /** `connect_timeout`, in milliseconds; `null`: it has none. */
  readonly timeout: number | null
  readonly service: Service
}

/** What a monitor's options become. `timeout` as above. */
export type Asks = Pick<Checker, 'kind' | 'lines' | 'timeout'>

/** A check of one real server, and what it may write into. */
export interface Question {
  readonly check: RealCheck
  readonly service: Service
  readonly options: Readonly<Record<string, unknown>>
  /** As keepalived will read it: where no port is written, its port is that of the service, or 0. */
  readonly server: TableDestinationId
  readonly writing: Writing
}

/** What the whole file has in common. */
export interface Writing {
  readonly losses: Losses
  readonly trackFiles: TrackFiles
  readonly ssl: SslFiles
  /** The user and group behind a command; empty where script_user says it. */
  account(options: Readonly<Record<string, unknown>>): string
}

export interface SslFiles {
  /** Whether these are the files of the SSL block, of which there is one. */
  takes(files: Readonly<Record<string, string>>): boolean
}

/** A monitor's options are `unknown` in a Model: what its schema has found right, taken one by one. */
export const textIn = (options: Question['options'], name: string): string | undefined =>
  typeof options[name] === 'string' ? options[name] : undefined

export const numberIn = (options: Question['options'], name: string): number | undefined =>
  typeof options[name] === 'number' ? options[name] : undefined

export const isOn = (options: Question['options'], name: string): boolean => options[name] === true

export const textsIn = (options: Question['options'], name: string): readonly string[] => {
  const list = options[name]
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
}

/** A hostgroup that is called by a real server's address, nobody wrote, nor the name of what is asked of that server. */
export const subjectOf = ({ key, group }: Pick<Service, 'key' | 'group'>): string =>
  /^(?:\[[\da-f:.]+\]|[\d.]+):\d+$/i.test(group) ? `real ${group}` : key

/** The words of a check for people. */
export const checkText = ({ service }: Pick<Question, 'service'>): string =>
  service.monitor === null ? subjectOf(service) : `${subjectOf(service)}: monitor ${service.monitor.text}`

export function lose({ service, writing }: Question, why: string, place: Place = service.place): void {
  writing.losses.add(place, checkText({ service }), why)
}

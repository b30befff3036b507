/**
 * Who is told by which channels, and how much of it at once: a `receiver` block of mon.cf. An alert line names it
 * (`alert to oncall`), and the parser puts a call for each of its channels in the line's place.
 */
import type { AlertCall, Place } from './model.ts'
import type { Milliseconds } from './units.ts'

export interface Receiver {
  readonly name: string
  /** Each of them is told. */
  readonly channels: readonly AlertCall[]
  readonly second: SecondChannel | null
  /** How long the first message of a group waits for others to go with it; 0: not at all. */
  readonly groupWait: Milliseconds
  readonly groupBy: GroupBy
  /** Once more than this many fire, the rest of the time is told as one digest. */
  readonly digest: Burst | null
  /** No channel is handed more messages than this; what is over waits and goes as one. */
  readonly rate: Burst | null
  readonly place: Place
}

/** What has to be alike for messages to go as one. `virtual`: the virtual servers that the service drives. */
export type GroupBy = 'host' | 'watch' | 'virtual' | 'receiver'

export interface Burst {
  readonly count: number
  readonly within: Milliseconds
}

/** Takes over what a channel has not taken for so long, or has given up. */
export interface SecondChannel {
  readonly calls: readonly AlertCall[]
  readonly after: Milliseconds
}

/** What limits count by: one channel of one receiver, or a line of its own. */
export const channelOf = ({ receiver, module, text }: Pick<AlertCall, 'receiver' | 'module' | 'text'>): string =>
  receiver === undefined ? `${module} ${text}` : `${receiver}: ${text}`

/** Whom a call tells, as the operator wrote it: for the operator's own terminal. */
export const calledName = ({ receiver, text }: Pick<AlertCall, 'receiver' | 'text'>): string =>
  receiver === undefined ? text : `${receiver} by ${text}`

/**
 * The same for messages, which go to others: without options, among which there may be a secret. Who is told by addresses
 * is named by them, a webhook by its preset, a program by its path.
 */
export function toldName({ receiver, script, options }: Pick<AlertCall, 'receiver' | 'script' | 'options'>): string {
  const label = labelOf(options)
  const channel = label === '' ? script : `${script} ${label}`
  return receiver === undefined ? channel : `${receiver} by ${channel}`
}

function labelOf(options: unknown): string {
  if (typeof options !== 'object' || options === null) return ''
  if ('recipients' in options && Array.isArray(options.recipients)) return options.recipients.join(', ')
  return 'preset' in options && typeof options.preset === 'string' ? options.preset : ''
}

/**
 * An answer of mon's protocol: data lines, then one status line of three digits and a text. A client stops reading at
 * the first line that looks like a status.
 */
export interface Reply {
  /** Without line ends. May be worked out while it is sent. */
  readonly data: Iterable<string>
  readonly status: string
  /** What happens once it is sent. */
  readonly end?: 'close' | 'terminate'
}

export const say = (status: string): Reply => ({ data: [], status })

export const show = (data: Iterable<string>, status: string): Reply => ({ data, status })

/** No command of that name, or none for this client: mon tells the one from the other to nobody. */
export const UNKNOWN_COMMAND = say('520 command could not be executed, unknown command')
export const NOT_EXECUTED = say('520 command could not be executed')

/** As it is sent: no text in it may look like a status, nor begin another line. */
export function dataLine(text: string): string {
  const line = oneLine(text)
  return /^\d{3}(?:\s|$)/.test(line) ? ` ${line}` : line
}

export const oneLine = (text: string): string => text.replace(/[\r\n]+/g, ' ')

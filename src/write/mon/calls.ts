/** `http-get -p 8080 --url …`, `exit=2-3 mail ops@example.com`: calls of monitors and alerts as mon.cf has them. */
import type { AlertCall, Call, Place } from '../../model/model.ts'
import type { OptionShape } from '../../model/module.ts'
import { optionWords } from '../option-words.ts'
import type { WrittenLine } from '../written.ts'
import { word } from './words.ts'

/** Built-in and plugged-in modules by name, whose schemas say how their options are written. */
export interface Modules {
  readonly monitors: ReadonlyMap<string, OptionShape>
  readonly alerts: ReadonlyMap<string, OptionShape>
}

export function callText({ module, options }: Call, shapes: ReadonlyMap<string, OptionShape>): string {
  const shape = shapes.get(module)
  return [word(module), ...(shape === undefined ? [] : optionWords(shape, options))].join(' ')
}

/** Behind `;;` nobody is handed any hosts. */
export const monitorText = (call: Call, { monitors }: Modules): string =>
  `${callText(call, monitors)}${call.withHosts ? '' : ' ;;'}`

/** One line for each call; the channels of a receiver are called together, by its name. */
export function alertLines(
  keyword: string,
  calls: readonly AlertCall[],
  { alerts }: Modules,
  depth: number,
): WrittenLine[] {
  const lines: WrittenLine[] = []
  const told = new Set<string>()
  for (const call of calls) {
    const { exit, receiver, place } = call
    if (receiver !== undefined && told.has(receiver)) continue
    if (receiver !== undefined) told.add(receiver)
    const range = exit === null ? '' : `exit=${exit.from}-${exit.to} `
    const called = receiver === undefined ? callText(call, alerts) : `to ${receiver}`
    lines.push(lineOf(depth, `${keyword} ${range}${called}`, place))
  }
  return lines
}

export const lineOf = (depth: number, text: string, place: Place | null = null): WrittenLine => ({ text, place, depth })

/** Of a virtual server or a real server in it. */
export const poolLine = (depth: number, text: string, place: Place): WrittenLine => ({ text, place, depth, pool: true })

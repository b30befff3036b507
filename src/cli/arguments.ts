/** Words of the command line that are numbers, times or lengths of time; misuse is said as commander says it. */
import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../parse/text/duration.ts'
import { impossibleDate, parseSince } from './log.ts'

export function since(text: string): number {
  const time = parseSince(text, Date.now())
  if (time === null) throw noTime(text, 'write 2h, 30m, 14:00, 2026-11-20 or "2026-11-20 14:00".')
  return time
}

function noTime(text: string, forms: string): InvalidArgumentError {
  const date = impossibleDate(text)
  return new InvalidArgumentError(date === null ? forms : `there is no ${date} in the calendar.`)
}

export function wholeNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) < 1)
    throw new InvalidArgumentError('write a whole number from 1 to 99999.')
  return Number(text)
}

export function wholeWeight(text: string): number {
  if (!/^\d{1,10}$/.test(text) || Number(text) > 2_147_483_647)
    throw new InvalidArgumentError('write a whole number from 0 to 2147483647.')
  return Number(text)
}

export function duration(text: string): number {
  const parsed = parseDuration(text)
  if (parsed.kind !== 'duration') throw new InvalidArgumentError(`${parsed.message}; ${parsed.hint}.`)
  return parsed.duration
}

export function portNumbers(text: string, before: readonly number[] = []): number[] {
  return [...before, portNumber(text)]
}

export function portNumber(text: string): number {
  const port = wholeNumber(text)
  if (port > 65535) throw new InvalidArgumentError('write a port from 1 to 65535.')
  return port
}

/** A moment, past or to come: today's if only the time is written. */
export function instant(text: string): number {
  const time = /^\d+(?:\.\d+)?\s*[smhd]$/.test(text) ? null : parseSince(text, Date.now())
  if (time === null) throw noTime(text, 'write 14:00, 2026-11-22 or "2026-11-22 03:00".')
  return time
}

export function exitStatus(text: string): number {
  if (!/^\d{1,3}$/.test(text) || Number(text) > 255) throw new InvalidArgumentError('write a number from 0 to 255.')
  return Number(text)
}

/**
 * What stands behind `alert`, `upalert`, `escalate 15m` and the like -> the calls it means: one, or with `to NAME` one for
 * each channel of the receivers that are named.
 */
import type { AlertCall } from '../../model/model.ts'
import type { MonFile } from '../mon/file.ts'
import { type Slice, skipBlanks, slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { isAlertName, type Naming, resolveAlert, splitAlert } from './call.ts'

export function resolveAlerts(value: Slice, naming: Naming, report: Report): readonly AlertCall[] {
  const line = splitAlert(value, report)
  const [word, ...names] = plainWords(line.command)
  if (word?.text !== 'to') return [resolveAlert(line, naming, report)]
  if (naming.receivers === null) {
    const message = 'a receiver cannot stand inside a receiver'
    report.error('receiver-inside', spanOf(line.command), message, 'write the alerts of that receiver here')
    return []
  }
  const exit = line.exit === 'none' ? null : line.exit
  return naming.receivers.called({ word, names, exit }, naming, report)
}

/** Where a receiver cannot stand, as the message says: what is told there is no failure. */
export function resolveOne(value: Slice, message: string, naming: Naming, report: Report): AlertCall | null {
  const line = splitAlert(value, report)
  const [word] = plainWords(line.command)
  if (word?.text !== 'to') return resolveAlert(line, naming, report)
  report.error('receiver-place', spanOf(line.command), message, 'write the alert itself: NAME WORDS')
  return null
}

/** A receiver that is told of a failure hears of its end by itself: a line that says so too would double it. */
export function withoutTold(
  value: Slice,
  calls: readonly AlertCall[],
  told: readonly AlertCall[],
  report: Report,
): readonly AlertCall[] {
  const names = new Set(told.flatMap(({ receiver }) => receiver ?? []))
  const [again] = calls.flatMap(({ receiver }) => (receiver !== undefined && names.has(receiver) ? [receiver] : []))
  if (again === undefined) return calls
  const message = `${quoted(again)} is told of the failure, and so hears of its end without this line`
  report.warning('upalert-receiver', spanOf(value), message, `leave ${again} out of it`)
  return calls.filter(({ receiver }) => receiver === undefined || !names.has(receiver))
}

/** Every line that calls an alert, from where the call begins. */
export function alertLines({ globals, watches, own }: MonFile): readonly Slice[] {
  const periods = watches.flatMap(({ services }) => services).flatMap((service) => service.periods)
  const blocks = [...periods, ...own.virtual, ...own.receiver, ...own.report]
  return [...globals, ...blocks.flatMap(({ statements }) => statements)].flatMap(({ keyword: { text }, value }) => {
    if (/alert$/.test(text) || text === 'undelivered') return [value]
    return text === 'escalate' || text === 'second' ? [splitTime(value).rest] : []
  })
}

/** Whether `mail boss@example.com` stands where `15m mail boss@example.com` is meant: one mistake, and told as one. */
export function lacksTime(
  word: 'second' | 'escalate',
  value: Slice,
  example: string,
  naming: Naming,
  report: Report,
): boolean {
  const { time } = splitTime(value)
  if (time.text !== 'to' && !isAlertName(time.text, naming)) return false
  const message = `"${word}" does not say after how long`
  report.error('time-missing', spanOf(time), message, `write the time before it: ${example}`)
  return true
}

/** `15m to boss`: the time, and what stands behind it. */
export function splitTime(value: Slice): { readonly time: Slice; readonly rest: Slice } {
  const [time = value] = plainWords(value)
  const from = skipBlanks(value.line.text, time.to, value.to)
  return { time, rest: slice(value.line, from, value.to) }
}

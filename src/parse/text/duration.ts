/**
 * mon's timeval: a number with optional decimals and, without a blank, one of s m h d. Source: mon manual, "interval".
 * alertafter takes the same form here; mon itself allows it only whole numbers without days.
 */
import { days, type Milliseconds, milliseconds } from '../../model/units.ts'
import { quoted } from './visible.ts'

/** Longer is taken for a mistake: ten years. */
export const LONGEST_DURATION: Milliseconds = days(3660)

type DurationOrFault =
  | { readonly kind: 'duration'; readonly duration: Milliseconds }
  | { readonly kind: 'fault'; readonly code: string; readonly message: string; readonly hint: string }

/** `zero`: no time at all is meant by 0s, and not a slip. */
export function parseDuration(text: string, { zero = false }: { readonly zero?: boolean } = {}): DurationOrFault {
  const match = /^(\d{1,15}(?:\.\d{1,15})?)([smhd])$/i.exec(text)
  if (match === null) return fault('interval-unit', `${quoted(text)} is not a length of time`, remedy(text))
  // To a millionth of a second, which is as exact as keepalived's times are.
  const duration = milliseconds(Math.round(Number(match[1]) * unitOf(match[2] ?? '') * 1000) / 1000)
  // What rounds to no millisecond is a slip where no time at all is one.
  const isNone = zero ? duration <= 0 && Number(match[1]) > 0 : duration < 0.5
  if (isNone) {
    return fault('interval-zero', `${quoted(text)} is no time at all`, 'write a length of time above zero: 1s')
  }
  if (duration > LONGEST_DURATION)
    return fault('interval-too-long', `${quoted(text)} is longer than ten years`, 'at most 3660d')
  return { kind: 'duration', duration }
}

/** The length as mon.cf would have it, in the largest unit that comes out even. */
export function durationText(duration: Milliseconds): string {
  for (const unit of ['d', 'h', 'm'] as const) {
    if (duration % unitOf(unit) === 0) return `${duration / unitOf(unit)}${unit}`
  }
  return `${duration / 1000}s`
}

const fault = (code: string, message: string, hint: string): DurationOrFault => ({ kind: 'fault', code, message, hint })

function unitOf(letter: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[letter.toLowerCase()]
  return unit ?? 0
}

/** What was probably meant: `5mn` and `5 min` are 5m, `1w` is 7d, `5` could be anything. */
function remedy(text: string): string {
  const rule = 'write a number and one of s, m, h, d'
  const match = /^(\d{0,6}(?:[.,]\d{1,6})?)\s*([a-z]{0,12})$/i.exec(text)
  const number = (match?.[1] ?? '').replace(',', '.').replace(/^\./, '0.')
  if (match === null || number === '') return `${rule}: 30s, 5m, 1.5h`
  const word = (match[2] ?? '').toLowerCase()
  if (word === '') return `${rule}: ${number}s, or ${number}m`
  if (word === 'ms' || word.startsWith('mil')) return `${rule}: ${Number(number) / 1000}s`
  if (word.startsWith('w')) return `${rule}: ${Number(number) * 7}d`
  return 'smhd'.includes(word[0] ?? '?') ? `${rule}: ${number}${word[0]}` : `${rule}: ${number}s`
}

/** Lengths of time as people say them; the same words in every sentence, table and mail. */
import type { Milliseconds } from './units.ts'

/** `0 s`, `45 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`: two units at most, rounded down. */
export function durationText(length: Milliseconds): string {
  const whole = Math.max(0, Math.floor(length / 1000))
  const [d, h, min, s] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ]
  if (d > 0) return joined([d, 'd'], [h, 'h'])
  if (h > 0) return joined([h, 'h'], [min, 'min'])
  if (min > 0) return joined([min, 'min'], [s, 's'])
  return `${s} s`
}

function joined(large: [number, string], small: [number, string]): string {
  return small[0] === 0 ? large.join(' ') : `${large.join(' ')} ${small.join(' ')}`
}

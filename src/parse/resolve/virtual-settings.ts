/** The small lines of a virtual block: on_fail, on_stop, how weight grows, and what is yes or no. */
import type { Doubling, LoadFeedback, Virtual } from '../../model/model.ts'
import type { Milliseconds } from '../../model/units.ts'
import { DEFAULT_ON_FAIL, DEFAULT_SLOW_START, GREATEST_WEIGHT } from '../defaults.ts'
import type { Statement } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { VirtualWord } from '../mon/words.ts'
import { FLAG_HINT, parseFlag } from '../text/flag.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readDuration } from './setting-reader.ts'
import { EXAMPLES } from './virtual-examples.ts'

/** By their word; those that may stand once only have one. */
export type Lines = ReadonlyMap<VirtualWord, readonly Statement[]>

/** In a block, and behind a real server for that one. `null` after a mistake. */
export function readOnFail(value: Slice, report: Report): 'drain' | 'remove' | null {
  if (value.text === 'drain' || value.text === 'remove') return value.text
  const message = `${quoted(value.text)} is not something to do with a real server that is down`
  report.error('on-fail', spanOf(value), message, 'drain (weight 0, connections finish) or remove')
  return null
}

export const onFailIn = (value: Slice | undefined, report: Report): 'drain' | 'remove' =>
  (value === undefined ? null : readOnFail(value, report)) ?? DEFAULT_ON_FAIL

export const readSlowStart = (value: Slice | undefined, report: Report): Milliseconds =>
  readDuration(value, report, { zero: true }) ?? DEFAULT_SLOW_START

/** More parts than this leave a weight of 1 to begin with, whatever the whole is. */
const MOST_PARTS = GREATEST_WEIGHT

/** `32 20s`. */
export function readDoubling(value: Slice | undefined, report: Report): Doubling | null {
  if (value === undefined) return null
  const [share, time, extra] = plainWords(value)
  const parts = share !== undefined && /^\d{1,10}$/.test(share.text) ? Number(share.text) : 0
  if (share === undefined || time === undefined || extra !== undefined || parts < 1 || parts > MOST_PARTS) {
    const message = `${quoted(value.text)} does not say with which part of its weight a real server begins, and how soon it doubles`
    report.error(
      'doubling',
      spanOf(extra ?? value),
      message,
      `write ${EXAMPLES.doubling}: a 32nd part, twice that after 20 s`,
    )
    return null
  }
  const every = readDuration(time, report)
  return every === null ? null : { share: parts, every }
}

export function readLoadFeedback(value: Slice | undefined, report: Report): LoadFeedback | null {
  const every = readDuration(value, report)
  return every === null ? null : { every }
}

/** `null`: as the global on_stop says. */
export function readOnStop(value: Slice | undefined, report: Report): Virtual['onStop'] {
  if (value === undefined) return null
  const found = (['keep', 'drain', 'clear'] as const).find((word) => word === value.text)
  if (found !== undefined) return found
  const message = `${quoted(value.text)} is not something to do with a virtual server when the daemon stops`
  report.error('on-stop', spanOf(value), message, EXAMPLES.on_stop)
  return null
}

/** Nothing written means no. */
export function readYes(value: Slice | undefined, report: Report): boolean {
  if (value === undefined) return false
  const flag = parseFlag(value.text)
  if (flag === null) {
    report.error('virtual-flag', spanOf(value), `${quoted(value.text)} is neither yes nor no`, FLAG_HINT)
  }
  return flag ?? false
}

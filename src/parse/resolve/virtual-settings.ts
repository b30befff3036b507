/** The small lines of a virtual block: on_fail, slow_start, and what is yes or no. */
import type { Milliseconds } from '../../model/units.ts'
import { DEFAULT_ON_FAIL, DEFAULT_SLOW_START } from '../defaults.ts'
import type { Statement } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { VirtualWord } from '../mon/words.ts'
import { FLAG_HINT, parseFlag } from '../text/flag.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { readDuration } from './setting-reader.ts'

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

/** Nothing written means no. */
export function readYes(value: Slice | undefined, report: Report): boolean {
  if (value === undefined) return false
  const flag = parseFlag(value.text)
  if (flag === null) {
    report.error('virtual-flag', spanOf(value), `${quoted(value.text)} is neither yes nor no`, FLAG_HINT)
  }
  return flag ?? false
}

/**
 * Settings that count for the services below them: dep_behavior, dep_memory, unack_summary. Each is judged once, where
 * it stands, and read again without a word for each service. mon manual, "Global Variables".
 */
import type { Milliseconds } from '../../model/units.ts'
import { DEFAULT_DEP_BEHAVIOR, DEFAULT_DEP_MEMORY } from '../defaults.ts'
import type { Defaults, Statement } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { parseDuration } from '../text/duration.ts'
import { FLAG_HINT, parseFlag } from '../text/flag.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { readDuration } from './setting-reader.ts'

/** What `depend` holds back: alerts, the monitor, or hosts of the monitor. */
export type DependBehavior = 'a' | 'm' | 'hm'

export interface ServiceDefaults {
  readonly behavior: DependBehavior
  readonly memory: Milliseconds
  readonly unackSummary: boolean
}

export function reportServiceDefaults(globals: readonly Statement[], report: Report): void {
  for (const { keyword, value } of globals) {
    if (value.text === '') continue
    if (keyword.text === 'dep_behavior') readBehavior(value, report)
    else if (keyword.text === 'dep_memory') readDuration(value, report, { zero: true })
    else if (keyword.text === 'unack_summary') readUnackSummary(value, report)
  }
}

export function serviceDefaults(defaults: Defaults): ServiceDefaults {
  const memory = parseDuration(defaults.dep_memory?.value.text ?? '', { zero: true })
  return {
    behavior: behaviorIn(defaults.dep_behavior?.value.text) ?? DEFAULT_DEP_BEHAVIOR,
    memory: memory.kind === 'duration' ? memory.duration : DEFAULT_DEP_MEMORY,
    unackSummary: parseFlag(defaults.unack_summary?.value.text ?? '') ?? false,
  }
}

const behaviorIn = (text: string | undefined): DependBehavior | null =>
  text === 'a' || text === 'm' || text === 'hm' ? text : null

export function readBehavior(value: Slice, report: Report): DependBehavior | null {
  const behavior = behaviorIn(value.text)
  if (behavior !== null) return behavior
  const message = `${quoted(value.text)} is not something that a dependency holds back`
  report.error('dep-behavior', spanOf(value), message, 'a: alerts, m: the monitor, hm: hosts of the monitor')
  return null
}

/** The word alone means yes. mon refuses what has neither a y nor an n in it. */
export function readUnackSummary(value: Slice, report: Report): boolean {
  const flag = value.text === '' ? true : parseFlag(value.text)
  if (flag !== null) return flag
  const code = /[yn]/i.test(value.text) ? 'setting-flag' : 'setting-value'
  report.error(code, spanOf(value), `${quoted(value.text)} is neither yes nor no`, FLAG_HINT)
  return false
}

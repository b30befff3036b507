/**
 * A monitor called with options that the words of another tool's file came to. What the module's schema or the module itself
 * refuses is told where the word stands.
 */
import type { Call, Place } from '../../model/model.ts'
import type { OptionShape } from '../../model/module.ts'
import { faultsOf } from '../option-faults.ts'
import type { Surroundings } from '../resolve/surroundings.ts'
import type { Span } from '../source.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

/** A word of the file, and where it stands. */
export interface Spot {
  readonly text: string
  readonly span: Span
}

export interface Calling {
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
  /** What asks for it, as people know it: "TCP_CHECK", "negotiate http". */
  readonly text: string
  /** Where it stands; what no other word says is told here. */
  readonly at: Spot
  readonly place: Place
  /** The words that an option comes from: one for each item of an array, or one for all. */
  words(property: string): readonly Spot[]
  /** The code of problems with values. */
  readonly code: string
  /** What to do where this build lacks the module. */
  readonly otherwise: string
}

export interface Made {
  readonly call: Call
  /** Defaults filled in. */
  readonly options: Readonly<Record<string, unknown>>
  readonly shape: OptionShape
}

/** `null` after a mistake, which is then in the report. */
export function callOf(calling: Calling, { monitors }: Pick<Surroundings, 'monitors'>, report: Report): Made | null {
  const { module, text, at, place, code } = calling
  const shape = monitors.get(module)
  if (shape === undefined) {
    const message = `${quoted(text)} needs the monitor ${quoted(module)}, which this build does not have`
    report.error('monitor-unknown', at.span, message, calling.otherwise)
    return null
  }
  const wordOf = (property: string | null, item: number | null): Spot | undefined => {
    const words = property === null ? [] : calling.words(property)
    return words[item ?? 0] ?? words.at(-1)
  }
  const { filled: options, faults } = faultsOf(shape, calling.options)
  for (const { property, index, text: fault, allowed } of faults) {
    const word = wordOf(property, index)
    const own = property === null ? quoted(at.text) : `its ${property}`
    report.error(code, (word ?? at).span, `${word === undefined ? own : quoted(word.text)} ${fault}`, allowed)
  }
  const further = faults.length > 0 ? [] : (shape.optionFaults?.(options) ?? [])
  for (const { property, item, message, hint } of further) {
    report.error(code, (wordOf(property, item) ?? at).span, message, hint)
  }
  if (faults.length + further.length > 0) return null
  return { call: { module, options, text, withHosts: true, place }, options, shape }
}

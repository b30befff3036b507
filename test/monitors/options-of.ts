/** The words behind a monitor's name in mon.cf -> its options, by the parser itself. */
import assert from 'node:assert/strict'
import type { Monitor } from '../../src/model/monitor.ts'
import { type LogicalLine, type Slice, wholeLine } from '../../src/parse/mon/lines.ts'
import { parseOptions } from '../../src/parse/options.ts'
import { Report } from '../../src/parse/text/report.ts'
import { splitWords } from '../../src/parse/text/words.ts'

/** As a shell splits them. */
export const wordsOf = (words: string): readonly string[] => splitWords(sliceOf(words)).words.map(({ text }) => text)

export function optionsOf<Options>(monitor: Monitor<Options>, words: string): Options {
  const report = new Report()
  const split = splitWords(sliceOf(words))
  const options = parseOptions(monitor, sliceOf(monitor.name), split.words, report)
  assert.deepEqual(report.problems, [])
  return options as Options
}

/** A text as a slice of a file that holds nothing else. */
export function sliceOf(text: string): Slice {
  const line: LogicalLine = { source: { file: 'text', text }, text, runs: [{ at: 0, offset: 0 }] }
  return wholeLine(line)
}

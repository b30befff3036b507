/** The words behind a monitor's name in mon.cf -> its options, by the parser itself. */
import assert from 'node:assert/strict'
import type { Monitor } from '../../src/model/monitor.ts'
import { parseOptions } from '../../src/parse/options.ts'
import { Report } from '../../src/parse/text/report.ts'
import { splitWords } from '../../src/parse/text/words.ts'
import { sliceOf } from '../parse/world.ts'

export function optionsOf<Options>(monitor: Monitor<Options>, words: string): Options {
  const report = new Report()
  const split = splitWords(sliceOf(words))
  const options = parseOptions(monitor, sliceOf(monitor.name), split.words, report)
  assert.deepEqual(report.problems, [])
  return options as Options
}

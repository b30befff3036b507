/**
 * Finds where a pattern of the operator's ends in what a stranger sent, under a deadline that V8 enforces from outside: some
 * patterns take longer than the age of the world on some texts, and the daemon has one thread.
 */
import { createContext, Script } from 'node:vm'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import type { Search } from '../../wire/expect/dialogue.ts'

/** Everything else in the daemon waits meanwhile; an ordinary pattern takes a millisecond on the longest answer. */
const PATTERN_LIMIT: Milliseconds = milliseconds(200)

const bench = createContext({ pattern: /(?:)/g, text: '' })
/** With the flag g a match leaves its end in lastIndex; an empty one at the beginning leaves 0. */
const trial = new Script('pattern.test(text) ? pattern.lastIndex : -1')

export const search: Search = (pattern, text) => {
  pattern.lastIndex = 0
  bench.pattern = pattern
  bench.text = text
  try {
    const end: unknown = trial.runInContext(bench, { timeout: PATTERN_LIMIT })
    return typeof end === 'number' && end !== -1 ? end : 'missing'
  } catch {
    return 'too-slow'
  } finally {
    bench.text = ''
  }
}

/**
 * Tries an operator's pattern on text that a stranger sent. Some patterns take longer than the age of the world on some
 * texts, and the daemon has one thread: the trial runs under a deadline that V8 enforces from outside.
 */
import { createContext, Script } from 'node:vm'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'

type Trial = 'found' | 'missing' | 'too-slow'

/** Everything else in the daemon waits meanwhile. A pattern that is no trap takes a few milliseconds for a megabyte. */
const PATTERN_LIMIT: Milliseconds = milliseconds(200)

const bench = createContext({ pattern: /(?:)/, text: '' })
const trial = new Script('pattern.test(text)')

export function tryPattern(pattern: RegExp, text: string): Trial {
  pattern.lastIndex = 0
  bench.pattern = pattern
  bench.text = text
  try {
    return trial.runInContext(bench, { timeout: PATTERN_LIMIT }) === true ? 'found' : 'missing'
  } catch {
    return 'too-slow'
  } finally {
    bench.text = ''
  }
}

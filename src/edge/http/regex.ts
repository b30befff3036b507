/**
 * Tries an operator's pattern on text that a stranger sent. Some patterns take longer than the age of the world on some
 * texts, and the daemon has one thread: the trial runs under a deadline that V8 enforces from outside.
 */
import { createContext, Script } from 'node:vm'
import type { PagePattern } from '../../model/pcre.ts'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import type { Search } from '../../wire/http/get-verdict.ts'

type Trial = 'found' | 'missing' | 'too-slow'

/** Everything else in the daemon waits meanwhile. A pattern that is no trap takes a few milliseconds for a megabyte. */
const PATTERN_LIMIT: Milliseconds = milliseconds(200)

const bench = createContext({ pattern: /(?:)/, text: '', lines: [''] })
const trial = new Script('(pattern.exec(text) ?? { index: -1 }).index')

export function tryPattern(pattern: RegExp, text: string): Trial {
  const at = firstMatch(pattern, text, 0)
  if (at === 'too-slow') return at
  return at === -1 ? 'missing' : 'found'
}

const linesTrial = new Script('lines.findIndex((line) => ((pattern.lastIndex = 0), pattern.test(line)))')

/** The first of the lines that the pattern is found in; -1 if there is none. All of them have the time of one trial. */
export function searchLines(pattern: RegExp, lines: readonly string[]): number | 'too-slow' {
  bench.pattern = pattern
  bench.lines = lines
  try {
    const at: unknown = linesTrial.runInContext(bench, { timeout: PATTERN_LIMIT })
    return typeof at === 'number' ? at : -1
  } catch {
    return 'too-slow'
  } finally {
    bench.lines = []
  }
}

/** Where a pattern of HTTP_GET first matches within its offsets, which count bytes. */
export function searchPage({ regex, utf, minOffset, maxOffset, firstLine }: PagePattern, body: Buffer): Search {
  const text = body.toString(utf ? 'utf8' : 'latin1')
  const from = utf ? body.toString('utf8', 0, minOffset).length : minOffset
  const at = firstMatch(regex, text, from)
  if (at === 'too-slow') return { kind: at }
  if (at === -1) return { kind: 'missing' }
  const byte = utf ? Buffer.byteLength(text.slice(0, at)) : at
  const line = firstLine ? text.indexOf('\n', from) : -1
  return byte > maxOffset || (line !== -1 && at > line) ? { kind: 'missing' } : { kind: 'found', at: byte }
}

/** The index of the first match at `from` or behind, for a pattern with the flag g; -1 if there is none. */
function firstMatch(pattern: RegExp, text: string, from: number): number | 'too-slow' {
  pattern.lastIndex = from
  bench.pattern = pattern
  bench.text = text
  try {
    const at: unknown = trial.runInContext(bench, { timeout: PATTERN_LIMIT })
    return typeof at === 'number' ? at : -1
  } catch {
    return 'too-slow'
  } finally {
    bench.text = ''
  }
}

/**
 * Sends the checks of a monitor along their paths: one with a path's mark leaves from the address that the path needs, and
 * one whose path does not stand asks nobody. It would find the real server down for what this director lacks.
 */
import type { Monitor } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import type { CheckResult } from '../../model/result.ts'
import { milliseconds } from '../../model/units.ts'
import { checkResult } from '../probe/each-host.ts'
import type { PathAnswer, Refused } from './paths.ts'

/**
 * The same monitor, for checks with any mark and with none. `answerFor` has the answer for the mark of a path, and `null`
 * for one that is the operator's own.
 */
export function alongPaths<Options>(
  monitor: Monitor<Options>,
  answerFor: (mark: number) => PathAnswer | null,
): Monitor<Options> {
  return {
    ...monitor,
    async check(hosts, options, context) {
      const mark = markOf(options)
      const answer = mark === null ? null : answerFor(mark)
      if (answer === null) return monitor.check(hosts, options, context)
      if (answer.kind === 'refused') return unknown(hosts, answer)
      return monitor.check(hosts, from(answer.source, options), context)
    },
  }
}

function markOf(options: unknown): number | null {
  const marked = typeof options === 'object' && options !== null && 'mark' in options
  return marked && typeof options.mark === 'number' ? options.mark : null
}

/** An address that the operator chose stays; the path was made for it or does not care. */
function from<Options>(source: string | null, options: Options): Options {
  const chosen = typeof options === 'object' && options !== null && 'source' in options && options.source !== undefined
  return source === null || chosen ? options : { ...options, source }
}

function unknown(hosts: readonly Host[], { code, text }: Refused): CheckResult {
  const timings = { connect: null, firstByte: null, total: milliseconds(0) }
  const sentence = `could not be checked via vip: ${text}`
  return checkResult([...new Set(hosts)].map((host) => ({ kind: 'unknown', host, code, text: sentence, timings })))
}

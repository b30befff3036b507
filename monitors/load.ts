/**
 * Asks a program for the load average of each host, by which a virtual server with `load_feedback` moves its weights.
 * Up: it printed one. Otherwise nothing is known, whatever became of the program: a load that nobody tells never takes a
 * host out, and never wakes anybody.
 * Source: Piranha's load_monitor (rup, ruptime, uptime).
 */
import { asAdvice } from '../src/edge/probe/advice.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { type Ended, PROGRAMS_AT_ONCE, runForHost } from '../src/edge/program/for-host.ts'
import { commandProperty, runTimeoutProperty } from '../src/edge/program/launch.ts'
import { userProperty } from '../src/edge/program/run-as.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import { loadAverage } from '../src/wire/talk/load-average.ts'

export interface LoadOptions {
  /** The program, then its arguments; `{host}` in an argument becomes the host. */
  readonly command: readonly string[]
  /** Seconds. */
  readonly timeout?: number
  readonly user?: string
}

const QUOTED = 80

export const load: Monitor<LoadOptions> = {
  name: 'load',
  question: 'how much load has it?',
  startsPrograms: true,
  schema: {
    type: 'object',
    properties: {
      command: commandProperty('a program that prints a load average; {host} in an argument becomes the host'),
      timeout: runTimeoutProperty,
      user: userProperty,
    },
    required: ['command'],
    additionalProperties: false,
  },
  flags: { t: 'timeout' },
  rest: 'command',
  restIsVerbatim: true,
  async check(hosts, options, context) {
    const limit = options.timeout === undefined ? context.timeout : seconds(options.timeout)
    const run = async (host: Host, attempt: Attempt): Promise<Outcome> =>
      outcomeOf(await runForHost(host, options, context, attempt))
    return asAdvice(await eachHost(hosts, limit, context, run, PROGRAMS_AT_ONCE))
  },
}

function outcomeOf(ended: Ended): Outcome {
  if (ended.kind === 'broken') return { kind: 'unknown', code: ended.code, text: ended.text }
  const { name, status, output, complaint } = ended
  if (status !== 0) {
    return {
      kind: 'unknown',
      code: 'no-load',
      text: `told no load: ${name} ended with exit status ${status}${complaint}`,
    }
  }
  const text = output.toString()
  const value = loadAverage(text)
  if (value !== null) return { kind: 'up', text: `has a load average of ${value}`, share: { kind: 'load', value } }
  const said = text.trim() === '' ? `nothing${complaint}` : `"${oneLine(text, QUOTED)}", which has none in it`
  return { kind: 'unknown', code: 'no-load', text: `told no load: ${name} printed ${said}` }
}

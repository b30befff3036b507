/**
 * Runs any mon-style monitor, or a Nagios plugin, and reads its verdict.
 * mon: the hosts are arguments; exit status 0 is success; the first line of output names the hosts that failed.
 * Nagios: one run a host; 0 is up, 1 up with a warning, 2 down, and 3 says nothing about the host.
 * A program that is broken itself (cannot be started, dies by a signal) fails the service and says nothing about hosts.
 * Source: spec mon 2.6 and 2.7; Monitoring Plugins Development Guidelines, 2.3; DESIGN.md, "A verdict belongs to a host".
 */
import { startAttempt } from '../src/edge/probe/attempt.ts'
import { commandProperty, launch } from '../src/edge/program/launch.ts'
import { checkPlugin } from '../src/edge/program/nagios-plugin.ts'
import { userProperty } from '../src/edge/program/run-as.ts'
import { scriptResult } from '../src/edge/program/script-verdict.ts'
import type { Monitor } from '../src/model/monitor.ts'

export interface ScriptOptions {
  /** The program, then its own arguments. */
  readonly command: readonly string[]
  readonly nagios?: boolean
  readonly user?: string
}

export const script: Monitor<ScriptOptions> = {
  name: 'script',
  question: 'does this program say so?',
  startsPrograms: true,
  schema: {
    type: 'object',
    properties: {
      command: commandProperty('the program and its arguments; the hosts follow them'),
      nagios: {
        type: 'boolean',
        default: false,
        description: 'the program is a Nagios plugin: run it once a host, {host} in its arguments is the host',
      },
      user: userProperty,
    },
    required: ['command'],
    additionalProperties: false,
  },
  flags: {},
  rest: 'command',
  restIsVerbatim: true,
  async check(hosts, { command, nagios = false, user }, context) {
    const attempt = startAttempt(context.timeout, context.signal)
    const { environment, started, trace } = context
    const { signal } = attempt
    const run = (words: readonly string[]) =>
      launch({ command: words, environment, input: null, signal, user, leftovers: 'end', started, trace })
    try {
      if (nagios) return await checkPlugin({ hosts, command, withHosts: context.withHosts ?? true, attempt, run })
      const words = context.withHosts === false ? command : [...command, ...hosts]
      return scriptResult({ hosts, command, attempt, run: await run(words) })
    } finally {
      attempt.end()
    }
  },
}

/**
 * Runs a program for each host and compares what it prints. Up: it exits with 0 and its standard output is the text
 * expected, with or without a line end behind it; where no text is given, anything but nothing. Down: other output or
 * none, another status, death by a signal, or no end in time.
 * This is what Piranha's manual says of send_program. nanny itself takes a program that fails or prints nothing for a
 * success, and cuts off the last character of the output whatever it is; neither is copied.
 * Source: lvs.cf, send_program and expect; nanny 0.8.6 as seen running.
 */
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { type Ended, PROGRAMS_AT_ONCE, runForHost } from '../src/edge/program/for-host.ts'
import { commandProperty, runTimeoutProperty } from '../src/edge/program/launch.ts'
import { userProperty } from '../src/edge/program/run-as.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export interface SendProgramOptions {
  /** The program, then its arguments; `{host}` and `{port}` in an argument are filled in. */
  readonly command: readonly string[]
  readonly port?: number
  readonly expect?: string
  /** Seconds. */
  readonly timeout?: number
  readonly user?: string
}

/** Output that is compared, as of everything that is read of a program. */
const LONGEST_EXPECTED = 65_535
const QUOTED = 80

export const sendProgram: Monitor<SendProgramOptions> = {
  name: 'send-program',
  question: 'does this program print the text expected?',
  startsPrograms: true,
  comparesOutput: true,
  schema: {
    type: 'object',
    properties: {
      command: commandProperty('the program and its arguments; {host} and {port} in an argument are filled in'),
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'what {port} stands for' },
      expect: {
        type: 'string',
        minLength: 1,
        maxLength: LONGEST_EXPECTED,
        description: 'the text that it must print, with or without a line end; any text otherwise',
      },
      timeout: runTimeoutProperty,
      user: userProperty,
    },
    required: ['command'],
    additionalProperties: false,
  },
  flags: { t: 'timeout', p: 'port' },
  rest: 'command',
  restIsVerbatim: true,
  check(hosts, options, context) {
    const limit = options.timeout === undefined ? context.timeout : seconds(options.timeout)
    const run = async (host: Host, attempt: Attempt): Promise<Outcome> =>
      outcomeOf(await runForHost(host, options, context, attempt), options.expect)
    return eachHost(hosts, limit, context, run, PROGRAMS_AT_ONCE)
  },
}

function outcomeOf(ended: Ended, expect: string | undefined): Outcome {
  if (ended.kind === 'broken') {
    const { blame, code, text } = ended
    return { kind: blame === 'host' ? 'down' : 'unknown', code, text }
  }
  const { name, status, output, complaint } = ended
  if (status !== 0) return failed('check-failed', `failed ${name}: exit status ${status}${complaint}`)
  if (output.length === 0) return failed('no-output', `failed: ${name} printed nothing${complaint}`)
  if (expect === undefined) return { kind: 'up', text: `passed: ${name} printed ${shown(output)}` }
  const same = withoutLineEnd(output.toString('latin1')) === withoutLineEnd(Buffer.from(expect).toString('latin1'))
  if (same) return { kind: 'up', text: `passed: ${name} printed ${shown(output)}` }
  const wanted = oneLine(expect, QUOTED)
  return failed('wrong-output', `failed: ${name} printed ${shown(output)} where "${wanted}" was expected`)
}

const failed = (code: string, text: string): Outcome => ({ kind: 'down', code, text })

const withoutLineEnd = (text: string): string => text.replace(/\r?\n$/, '')

const shown = (output: Buffer): string => `"${oneLine(output.toString(), QUOTED)}"`

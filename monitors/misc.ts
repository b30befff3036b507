/**
 * Runs a program for each host as keepalived's MISC_CHECK does: no shell, no words but its own, no output, and a verdict by
 * the exit status alone. With `dynamic` the status sets the weight of a real server as well.
 * A program that cannot be started says nothing about the host; one that dies, or does not end in time, fails.
 * Source: keepalived.conf(5), MISC_CHECK; what 2.2.7 does.
 */
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { limitText } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { commandProperty, launch, programName, runTimeoutProperty } from '../src/edge/program/launch.ts'
import type { ProgramRun } from '../src/edge/program/process.ts'
import { userProperty } from '../src/edge/program/run-as.ts'
import type { CheckContext, Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export interface MiscOptions {
  /** The program, then its arguments; `{host}` in an argument becomes the host. */
  readonly command: readonly string[]
  readonly dynamic?: boolean
  /** Seconds. */
  readonly timeout?: number
  readonly user?: string
  readonly group?: string
  readonly tell?: boolean
}

/** Programs of one check that run at the same time. */
const PROGRAMS_AT_ONCE = 8
/** misc_dynamic: an exit status from here on is a weight and 2. */
const FIRST_WEIGHT = 2
const QUOTED = 200

export const misc: Monitor<MiscOptions> = {
  name: 'misc',
  question: 'with which status does this program exit?',
  startsPrograms: true,
  schema: {
    type: 'object',
    properties: {
      command: commandProperty('the program and its arguments; {host} in an argument becomes the host'),
      dynamic: {
        type: 'boolean',
        default: false,
        description: 'exit status 2 to 255 is success and sets the weight of the real server to the status less 2',
      },
      timeout: runTimeoutProperty,
      user: userProperty,
      group: {
        type: 'string',
        minLength: 1,
        description: "with --user: this group (a name or a number), not the user's",
      },
      tell: { type: 'boolean', default: false, description: 'what it prints is told with a failure, not thrown away' },
    },
    required: ['command'],
    additionalProperties: false,
  },
  flags: { t: 'timeout' },
  rest: 'command',
  restIsVerbatim: true,
  check(hosts, options, context) {
    const limit = options.timeout === undefined ? context.timeout : seconds(options.timeout)
    return eachHost(hosts, limit, context, (host, attempt) => run(host, options, context, attempt), PROGRAMS_AT_ONCE)
  },
}

async function run(host: Host, options: MiscOptions, context: CheckContext, attempt: Attempt): Promise<Outcome> {
  const { user, group, tell = false, dynamic = false } = options
  const [program = '', ...words] = options.command
  const command = [program, ...words.map((word) => word.replaceAll('{host}', host))]
  const ran = await launch({
    command,
    environment: context.environment,
    input: null,
    signal: attempt.signal,
    user,
    group,
    silent: !tell,
    leftovers: 'leave',
    trace: context.trace,
    ...(context.started === undefined ? {} : { started: context.started }),
  })
  return outcomeOf(programName(command), ran, dynamic, attempt)
}

function outcomeOf(name: string, { end, output }: ProgramRun, dynamic: boolean, attempt: Attempt): Outcome {
  switch (end.kind) {
    case 'not-started':
      return {
        kind: 'unknown',
        code: 'not-started',
        text: `was not checked: ${name} could not be started: ${end.text}`,
      }
    case 'signalled':
      return { kind: 'down', code: 'signalled', text: `failed: ${name} was ended by ${end.signal}${said(output)}` }
    case 'deadline': {
      if (attempt.stopped() === 'aborted') {
        return { kind: 'unknown', code: 'aborted', text: `was not checked: ${name} was stopped before it had ended` }
      }
      const text = `failed: ${name} did not end within ${limitText(attempt.limit)} and was stopped${said(output)}`
      return { kind: 'down', code: 'timed-out', text }
    }
    case 'exited':
      return byStatus(name, end.status, dynamic, output)
  }
}

function byStatus(name: string, status: number, dynamic: boolean, output: Buffer): Outcome {
  if (status === 0) return { kind: 'up', text: `passed ${name}` }
  if (!dynamic || status < FIRST_WEIGHT) {
    return { kind: 'down', code: 'check-failed', text: `failed ${name}: exit status ${status}${said(output)}` }
  }
  const value = status - FIRST_WEIGHT
  const text = `passed ${name}, whose exit status ${status} sets its weight to ${value}`
  return { kind: 'up', text, share: { kind: 'is', value } }
}

/** The first line that it printed, where that was kept. */
function said(output: Buffer): string {
  const [line = ''] = output.toString().split('\n')
  return line.trim() === '' ? '' : `: ${oneLine(line, QUOTED)}`
}

/**
 * Runs any mon-style alert program: mon's arguments, environment and standard input.
 * Sent: it ended with status 0. Anything else is tried again; mon took "started" for "sent".
 * Source: spec mon 3.9.
 */
import { limitText, startAttempt } from '../src/edge/probe/attempt.ts'
import { commandProperty, launch, programName } from '../src/edge/program/launch.ts'
import type { ProgramRun } from '../src/edge/program/process.ts'
import { userProperty } from '../src/edge/program/run-as.ts'
import type { Alert, AlertKind, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import type { Milliseconds } from '../src/model/units.ts'
import { bytesOf } from '../src/wire/program/bytes.ts'
import { readOutput } from '../src/wire/program/output.ts'

interface ProgramOptions {
  /** The program, then the words of the alert line that follow its name. */
  readonly command: readonly string[]
  readonly user?: string
}

export const program: Alert<ProgramOptions> = {
  name: 'program',
  deed: 'runs a program',
  schema: {
    type: 'object',
    properties: {
      command: commandProperty("the program and its own arguments, which follow mon's"),
      user: userProperty,
    },
    required: ['command'],
    additionalProperties: false,
  },
  flags: {},
  rest: 'command',
  restIsVerbatim: true,
  line: ({ command: [path = ''] }) => path,
  async send(message, { command, user }, context) {
    const attempt = startAttempt(context.timeout, context.signal)
    const run = await launch({
      command: commandFor(message, command),
      environment: message.environment,
      input: bytesOf(message.output),
      signal: attempt.signal,
      user,
      // An alert may hand its work to a process of its own, which must not die with it.
      leftovers: 'leave',
    })
    attempt.end()
    return outcomeOf(programName(command), run, context.timeout)
  },
}

/** SCRIPT -s SERVICE -g GROUP -h "HOST HOST …" -t NOW [FLAG] ARG … */
export function commandFor(message: AlertMessage, [script = '', ...words]: readonly string[]): string[] {
  const { service, group, hosts, at, kind } = message
  const time = String(Math.floor(at / 1000))
  return [script, '-s', service, '-g', group, '-h', hosts.join(' '), '-t', time, ...flags[kind], ...words]
}

const flags: Readonly<Record<AlertKind, readonly string[]>> = {
  failure: [],
  up: ['-u'],
  startup: [],
  ack: ['-a'],
  disable: ['-D'],
  trap: ['-T'],
  traptimeout: ['-O'],
  test: [],
}

function outcomeOf(name: string, { end, output, truncated }: ProgramRun, timeout: Milliseconds): AlertOutcome {
  const { summary } = readOutput(output, { truncated })
  const said = summary === '' ? 'it printed nothing' : `it printed: ${summary}`
  switch (end.kind) {
    case 'exited':
      if (end.status === 0) return { kind: 'sent', text: `ran ${name}` }
      return failed(`${name} failed with exit status ${end.status}; ${said}`)
    case 'signalled':
      return failed(`${name} was ended by ${end.signal}; ${said}`)
    case 'not-started':
      return failed(`${name} could not be started: ${end.text}`)
    case 'deadline':
      return failed(`${name} did not end within ${limitText(timeout)} and was stopped; ${said}`)
  }
}

const failed = (text: string): AlertOutcome => ({ kind: 'failed', retry: true, text })

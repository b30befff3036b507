/**
 * Runs a notify script as keepalived does: its arguments exactly as written, no shell, nothing on standard input, and
 * besides, in variables, who changed and why. Scripts of one server or virtual server run one after the other, in the
 * order of what happened; keepalived starts them side by side.
 * Sent: it ended with status 0. Failed, and not run again: it ended with another, or was stopped at its deadline. A script
 * acts, and late by hours it would act on what is long over.
 * Source: keepalived.conf(5), notify_up, notify_down, quorum_up, quorum_down; keepalived 2.2.7 seen running.
 */
import { accessSync, constants } from 'node:fs'
import { limitText, startAttempt } from '../src/edge/probe/attempt.ts'
import { accountOf, groupProperty } from '../src/edge/program/account.ts'
import { commandProperty, programName } from '../src/edge/program/launch.ts'
import { whyNotStarted } from '../src/edge/program/not-started.ts'
import { type ProgramRun, programEnvironment, runProgram } from '../src/edge/program/process.ts'
import { type RunAs, userProperty } from '../src/edge/program/run-as.ts'
import { insecurePart } from '../src/edge/program/script-security.ts'
import type { Alert, AlertOutcome } from '../src/model/alert.ts'
import { type Milliseconds, milliseconds, seconds } from '../src/model/units.ts'
import { shorten } from '../src/wire/mail/safe-text.ts'
import { readOutput } from '../src/wire/program/output.ts'

export interface NotifyOptions {
  /** The program, then its arguments. */
  readonly command: readonly string[]
  readonly user?: string
  readonly group?: string
  /** Seconds. */
  readonly timeout?: number
  readonly scriptSecurity?: boolean
}

/** How long a script may run; what it stops, it stops with SIGTERM, and SIGKILL a second later. */
const NOTIFY_DEADLINE = seconds(60)
/** Characters of what a script printed that the history keeps. */
const PRINTED_KEPT = 400
/** Errors that pass: nothing ran, and a later attempt may find room. */
const PASSING = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM', 'ETXTBSY'])

export const notify: Alert<NotifyOptions> = {
  name: 'notify',
  deed: 'runs a notify script',
  schema: {
    type: 'object',
    properties: {
      command: commandProperty('the program and its arguments, as they are handed over'),
      user: userProperty,
      group: groupProperty,
      timeout: {
        type: 'number',
        description: 'seconds it may run',
        minimum: 1,
        maximum: NOTIFY_DEADLINE / 1000,
        default: NOTIFY_DEADLINE / 1000,
      },
      scriptSecurity: {
        type: 'boolean',
        description: 'do not run as root what anybody else could have changed',
        default: false,
      },
    },
    required: ['command'],
    additionalProperties: false,
  },
  flags: {},
  rest: 'command',
  restIsVerbatim: true,
  /** One for all: a server's notify_down and notify_up are two commands, and never run at once. */
  receiver: () => '',
  line: ({ command: [path = ''] }) => path,

  async send(message, options, context): Promise<AlertOutcome> {
    const { command, user, group, timeout } = options
    const name = programName(command)
    const as = accountOf(user, group)
    if (typeof as === 'string') return failed(`${name} was not run: ${as}`)
    const [program = ''] = command
    const insecure = options.scriptSecurity === true && isRoot(as) ? insecurePart(program) : null
    if (insecure !== null) return failed(`${name} was not run: ${insecure}`)
    if (message.kind === 'test' || message.isTest === true) return tried(program, as)

    const limit = timeout === undefined ? NOTIFY_DEADLINE : seconds(timeout)
    const attempt = startAttempt(milliseconds(Math.min(limit, context.timeout)), context.signal)
    const run = await runProgram({
      command,
      environment: programEnvironment({ ...as?.environment, ...message.environment }),
      input: null,
      directory: null,
      signal: attempt.signal,
      runAs: as === null ? null : { uid: as.uid, gid: as.gid },
      // keepalived waits for no script, and ends nothing that one left behind.
      leftovers: 'leave',
    })
    attempt.end()
    if (run.end.kind === 'deadline' && attempt.stopped() === 'aborted')
      return { kind: 'failed', retry: true, text: `${name} was ended by the stop of upalert${printed(run)}` }
    return outcomeOf(name, run, attempt.limit)
  },
}

const isRoot = (as: RunAs | null): boolean => (as?.uid ?? process.geteuid?.()) === 0

/** A quorum_down may withdraw a route: a test looks whether the script could be run, and leaves it at that. */
function tried(program: string, as: RunAs | null): AlertOutcome {
  const whom = as === null ? '' : ` as user ${as.uid}, group ${as.gid}`
  try {
    if (program.includes('/')) accessSync(program, constants.X_OK)
    return { kind: 'sent', text: `did not run ${program}${whom}: it is there, and a test must not act` }
  } catch (error) {
    const errno = error instanceof Error && 'code' in error ? String(error.code) : ''
    return failed(`${program} could not be started: ${whyNotStarted(program, null, errno)}`)
  }
}

function outcomeOf(name: string, run: ProgramRun, limit: Milliseconds): AlertOutcome {
  const { end } = run
  switch (end.kind) {
    case 'exited':
      if (end.status === 0) return { kind: 'sent', text: `ran ${name}${printed(run)}` }
      return failed(`${name} failed with exit status ${end.status}${printed(run)}`)
    case 'signalled':
      return failed(`${name} was ended by ${end.signal}${printed(run)}`)
    case 'not-started':
      return failed(`${name} could not be started: ${end.text}`, PASSING.has(end.errno))
    case 'deadline':
      return failed(`${name} did not end within ${limitText(limit)} and was stopped${printed(run)}`)
  }
}

function printed({ output, truncated }: ProgramRun): string {
  const summary = readOutput(output, { truncated }).summary.trim()
  return summary === '' ? '' : `; it printed: ${shorten(summary, PRINTED_KEPT)}`
}

const failed = (text: string, retry = false): AlertOutcome => ({ kind: 'failed', retry, text })

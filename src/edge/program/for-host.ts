/**
 * Runs a program once for a host, with {host} and {port} in its words replaced, and keeps what it prints apart from what it
 * complains. What keeps it from ending by itself is a sentence here, whatever the monitor then makes of it.
 */
import type { CheckContext } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { launch, programName } from './launch.ts'

interface ForHost {
  readonly command: readonly string[]
  readonly port?: number | undefined
  readonly user?: string | undefined
}

export type Ended =
  | {
      readonly kind: 'ended'
      readonly name: string
      readonly status: number
      /** Standard output, at most OUTPUT_LIMIT bytes of it. */
      readonly output: Buffer
      /** The first line of standard error with ": " in front, for the end of a sentence; or nothing. */
      readonly complaint: string
    }
  /** `blame` says whether it speaks against the host, or nothing is known of it. `text` is a sentence's tail. */
  | { readonly kind: 'broken'; readonly blame: 'host' | 'us'; readonly code: string; readonly text: string }

/** Programs of one check that run at the same time. */
export const PROGRAMS_AT_ONCE = 8

const QUOTED = 200

export async function runForHost(
  host: Host,
  { command, port, user }: ForHost,
  { environment, started, trace }: CheckContext,
  attempt: Attempt,
): Promise<Ended> {
  const [program = '', ...words] = command
  const filled = words.map((word) => filledIn(word, host, port))
  const run = await launch({
    command: [program, ...filled],
    environment,
    input: null,
    signal: attempt.signal,
    user,
    leftovers: 'end',
    errorsApart: true,
    started,
    trace,
  })
  const name = programName(command)
  const complaint = firstLine(run.errors ?? Buffer.alloc(0))
  const { end } = run
  switch (end.kind) {
    case 'exited':
      return { kind: 'ended', name, status: end.status, output: run.output, complaint }
    case 'not-started':
      return broken('us', 'not-started', `was not checked: ${name} could not be started: ${end.text}`)
    case 'signalled':
      return broken('host', 'signalled', `failed: ${name} was ended by ${end.signal}${complaint}`)
    case 'deadline':
      return attempt.stopped() === 'aborted'
        ? broken('us', 'aborted', `was not checked: ${name} was stopped before it had ended`)
        : broken('host', 'timed-out', `failed: ${name} did not end within ${limitText(attempt.limit)}${complaint}`)
  }
}

/** One pass, so that a host whose name holds {port} is not filled in again. */
function filledIn(word: string, host: Host, port: number | undefined): string {
  return word.replace(/\{(host|port)\}/g, (mark, name) => {
    if (name === 'host') return host
    return port === undefined ? mark : String(port)
  })
}

const broken = (blame: 'host' | 'us', code: string, text: string): Ended => ({ kind: 'broken', blame, code, text })

function firstLine(errors: Buffer): string {
  const [line = ''] = errors.toString().split('\n')
  return line.trim() === '' ? '' : `: ${oneLine(line, QUOTED)}`
}

/**
 * Runs a monitor's or an alert's program: the daemon's environment below, mon's variables on top, and the user asked for.
 */
import { basename } from 'node:path'
import type { OptionProperty } from '../../model/module.ts'
import type { Trace } from '../../model/monitor.ts'
import type { ProgramRequest, ProgramRun } from './process.ts'
import { programEnvironment, runProgram } from './process.ts'
import { type RunAs, runAs } from './run-as.ts'

interface Launch {
  readonly command: readonly string[]
  /** MON_* and the service's variables. */
  readonly environment: Readonly<Record<string, string>>
  readonly input: Uint8Array | null
  readonly signal: AbortSignal
  readonly user: string | undefined
  /** Instead of the user's own. */
  readonly group?: string | undefined
  /** What it prints is thrown away. */
  readonly silent?: boolean
  /** Standard error is kept by itself. */
  readonly errorsApart?: boolean
  readonly leftovers: ProgramRequest['leftovers']
  readonly started?: ProgramRequest['started']
  /** Told of the run when it is over. */
  readonly trace?: Trace | undefined
}

export function launch({
  command,
  environment,
  input,
  signal,
  user,
  group,
  leftovers,
  started,
  silent = false,
  errorsApart = false,
  trace,
}: Launch): Promise<ProgramRun> {
  const as: RunAs | string | null = user === undefined ? null : runAs(user, group)
  if (typeof as === 'string') return Promise.resolve(noSuchUser(as))
  const run = runProgram({
    command,
    environment: programEnvironment({ ...as?.environment, ...environment }),
    input,
    directory: null,
    signal,
    runAs: as === null ? null : { uid: as.uid, gid: as.gid },
    leftovers,
    silent,
    errorsApart,
    started,
  })
  return trace === undefined ? run : traced(command, run, trace)
}

async function traced(command: readonly string[], run: Promise<ProgramRun>, trace: Trace): Promise<ProgramRun> {
  const { end, output, errors = null } = await run
  const status = end.kind === 'exited' ? end.status : null
  trace({ kind: 'ran', command, status, end: endText(end), output, errors })
  return run
}

function endText(end: ProgramRun['end']): string {
  switch (end.kind) {
    case 'exited':
      return `exit status ${end.status}`
    case 'signalled':
      return `ended by ${end.signal}`
    case 'not-started':
      return `not started: ${end.text}`
    case 'deadline':
      return 'stopped: its time was over'
  }
}

/** What people call a program: its file's name. */
export const programName = (command: readonly string[]): string => basename(command[0] ?? '')

/** The option that takes the program and its words, the same for monitors and alerts that run programs. */
export const commandProperty = (description: string): OptionProperty => ({
  type: 'array',
  items: { type: 'string' },
  minItems: 1,
  description,
})

/** The option that bounds one run. */
export const runTimeoutProperty: OptionProperty = {
  type: 'number',
  exclusiveMinimum: 0,
  description: 'seconds that one run may take; otherwise the timeout of the service',
}

function noSuchUser(text: string): ProgramRun {
  const end = { kind: 'not-started', errno: 'ENOENT', text } as const
  return { end, output: Buffer.alloc(0), truncated: false, leftBehind: false }
}

/**
 * Runs a program: execve with arguments, never a shell; standard input, exact environment, own process group, deadline,
 * and at most so much output. Whatever becomes of it is a value.
 * Source: spec mon 2.6, 2.7 and 3.9 (how mon runs monitors and alerts), wart 1 (death by a signal is a failure).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Socket } from 'node:net'
import { constants } from 'node:os'
import { endGroup, groupRuns } from './group.ts'
import { whyNotStarted } from './not-started.ts'
import { unlessAborted, within } from './patience.ts'
import { closeEnd, openPipe, type Pipe, readerOf, writeAndClose } from './pipe.ts'

export interface ProgramRequest {
  /** The program's path first, then its arguments, each handed over as it stands. */
  readonly command: readonly string[]
  /** All of its environment: nothing is added. */
  readonly environment: Readonly<Record<string, string>>
  /** Its standard input; `null` is /dev/null. */
  readonly input: Uint8Array | null
  /** Its working directory; `null` is the daemon's. */
  readonly directory: string | null
  /** Aborts at the deadline: the whole process group is ended. */
  readonly signal: AbortSignal
  /** Runs as this user, with no further groups; only root may ask for it. `null`: as the daemon. */
  readonly runAs: { readonly uid: number; readonly gid: number } | null
  /** What becomes of processes that it left behind in its group when it ended by itself. */
  readonly leftovers: 'end' | 'leave'
  /** Its output goes to /dev/null. */
  readonly silent?: boolean
  /** Standard error is kept by itself, in `errors`: what it printed is then standard output alone. */
  readonly errorsApart?: boolean
  /** Told the process's id once it runs. */
  readonly started?: ((pid: number) => void) | undefined
}

type ProgramEnd =
  | { readonly kind: 'exited'; readonly status: number }
  | { readonly kind: 'signalled'; readonly signal: NodeJS.Signals; readonly number: number }
  /** `text` is a sentence's tail: "there is no file /usr/lib/mon/x". */
  | { readonly kind: 'not-started'; readonly errno: string; readonly text: string }
  | { readonly kind: 'deadline' }

export interface ProgramRun {
  readonly end: ProgramEnd
  /** What it wrote to standard output and standard error, in the order written. */
  readonly output: Buffer
  /** What it wrote to standard error, where that was asked for apart. */
  readonly errors?: Buffer
  /** It wrote more than was kept. */
  readonly truncated: boolean
  /** It ended by itself and left processes behind in its process group, which were ended if that was asked for. */
  readonly leftBehind: boolean
}

/** Output kept of one run, standard output and standard error together, in bytes. */
export const OUTPUT_LIMIT = 65_536
/** A pause after each piece read beyond the limit: what floods us gets about 10 MB/s, and not a whole processor. */
const DRAIN_PAUSE_MS = 5
/** Processes left behind whose output is read on; beyond it the oldest one's pipe is closed. */
const ABANDONED_MOST = 64
/** How long we read on after the program's exit, when a process it left behind holds the pipe open. */
const PIPE_GRACE_MS = 200

/** Settles when the program has ended, or soon after `signal`; never rejects. */
export async function runProgram(request: ProgramRequest): Promise<ProgramRun> {
  if (request.signal.aborted) return nothing({ kind: 'deadline' })
  const started = start(request)
  if (typeof started === 'string') return nothing(notStarted(request, started))
  const { child, exit, output, errors, input } = started
  if (child.pid !== undefined) request.started?.(child.pid)

  const end: ProgramEnd = (await unlessAborted(exit, request.signal)) ?? { kind: 'deadline' }
  const { pid } = child
  if (end.kind === 'deadline' && pid !== undefined) await endGroup(pid, exit)
  const leftBehind = (end.kind === 'exited' || end.kind === 'signalled') && pid !== undefined && groupRuns(pid)
  if (leftBehind && request.leftovers === 'end') void endGroup(pid, exit)

  const isHeld = !(await within(Promise.all([output.ended, errors.ended]), PIPE_GRACE_MS))
  const reader = isHeld && request.leftovers === 'leave' && end.kind !== 'deadline' ? 'abandon' : 'close'
  output[reader]()
  errors[reader]()
  input?.destroy()
  const apart = request.errorsApart === true ? { errors: errors.bytes() } : {}
  return { end, output: output.bytes(), ...apart, truncated: output.truncated(), leftBehind }
}

/**
 * The daemon's environment with `additions` on top, as mon hands it on; without the settings that carry our own
 * passwords, and without characters that execve cannot pass.
 */
export function programEnvironment(additions: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of [...Object.entries(process.env), ...Object.entries(additions)]) {
    if (value === undefined || ownSecrets.has(name) || !/^[^=\0]+$/.test(name)) continue
    environment[name] = withoutNul(value)
  }
  return environment
}

/** Settings of ours that hold a password; no script needs them. */
const ownSecrets = new Set(['DATABASE_URL'])

const withoutNul = (text: string): string => text.replaceAll('\0', '')

const nothing = (end: ProgramEnd): ProgramRun => {
  return { end, output: Buffer.alloc(0), truncated: false, leftBehind: false }
}

function notStarted({ command, directory }: ProgramRequest, errno: string): ProgramEnd {
  return { kind: 'not-started', errno, text: whyNotStarted(command[0] ?? '', directory, errno) }
}

interface Started {
  readonly child: ChildProcess
  /** The direct child's end; what its children do does not matter to it. */
  readonly exit: Promise<ProgramEnd>
  readonly output: Output
  /** Standard error, where it is kept apart. */
  readonly errors: Output
  readonly input: Socket | null
}

/** Makes the pipes and the process; the errno's name if one of them could not be made. */
function start(request: ProgramRequest): Started | string {
  const made: Pipe[] = []
  const pipe = (wanted: boolean): Pipe | null => {
    const opened = wanted ? openPipe() : null
    if (typeof opened === 'string') throw Object.assign(new Error(opened), { code: opened })
    if (opened !== null) made.push(opened)
    return opened
  }
  try {
    const output = pipe(request.silent !== true)
    const errors = pipe(request.errorsApart === true)
    const input = pipe(request.input !== null)
    const child = launch(request, output?.write ?? 'ignore', errors?.write ?? null, input?.read ?? 'ignore')
    if (output !== null) closeEnd(output.write)
    if (errors !== null) closeEnd(errors.write)
    if (input !== null) closeEnd(input.read)
    return {
      child,
      exit: exitOf(child, request),
      output: output === null ? nothingSaid : collect(readerOf(output.read)),
      errors: errors === null ? nothingSaid : collect(readerOf(errors.read)),
      input: input === null ? null : writeAndClose(input.write, request.input ?? new Uint8Array()),
    }
  } catch (error) {
    for (const one of made) close(one)
    return errorCode(error)
  }
}

/** `errors`: the descriptor for standard error; `null` is that of standard output. */
function launch(
  request: ProgramRequest,
  output: number | 'ignore',
  errors: number | null,
  input: number | 'ignore',
): ChildProcess {
  const [program = '', ...words] = request.command.map(withoutNul)
  return spawn(program, words, {
    shell: false,
    detached: true,
    env: { ...request.environment },
    stdio: [input, output, errors ?? output],
    ...(request.directory === null ? {} : { cwd: request.directory }),
    ...(request.runAs === null ? {} : request.runAs),
  })
}

function close(pipe: Pipe): void {
  closeEnd(pipe.read)
  closeEnd(pipe.write)
}

function exitOf(child: ChildProcess, request: ProgramRequest): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(notStarted(request, errorCode(error))))
    child.once('exit', (status, signal) => {
      if (signal !== null) resolve({ kind: 'signalled', signal, number: constants.signals[signal] })
      else resolve({ kind: 'exited', status: status ?? 0 })
    })
  })
}

const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error)

interface Output {
  readonly ended: Promise<void>
  close(): void
  /** Reads on and drops what comes: a process left behind would die of a closed pipe (SIGPIPE) at its next word. */
  abandon(): void
  bytes(): Buffer
  truncated(): boolean
}

/** In the order they were left. */
const abandoned = new Set<Socket>()

const nothingSaid: Output = {
  ended: Promise.resolve(),
  close: () => undefined,
  abandon: () => undefined,
  bytes: () => Buffer.alloc(0),
  truncated: () => false,
}

/** Keeps the first OUTPUT_LIMIT bytes; reads on slowly behind them, so that the program is not blocked by a full pipe. */
function collect(reader: Socket): Output {
  const kept: Buffer[] = []
  let room = OUTPUT_LIMIT
  let truncated = false
  let pause: NodeJS.Timeout | undefined
  reader.on('data', (bytes: Buffer) => {
    if (room > 0) kept.push(bytes.subarray(0, room))
    if (bytes.length <= room) {
      room -= bytes.length
      return
    }
    room = 0
    truncated = true
    reader.pause()
    pause = setTimeout(() => reader.resume(), DRAIN_PAUSE_MS)
  })
  return {
    ended: new Promise((resolve) => reader.once('close', () => resolve())),
    close: () => {
      clearTimeout(pause)
      reader.destroy()
    },
    abandon: () => {
      room = 0
      reader.unref()
      abandoned.add(reader)
      reader.once('close', () => abandoned.delete(reader))
      const [oldest] = abandoned
      if (abandoned.size > ABANDONED_MOST) oldest?.destroy()
    },
    bytes: () => Buffer.concat(kept),
    truncated: () => truncated,
  }
}

/**
 * Inside the guest: the daemon under test in the director's namespace, what it answers, the table as Debian's ipvsadm
 * shows it, and waiting for what must come. Programs that use this run in the client's namespace: a unix socket and a
 * file are the same in all of them.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { format, promisify } from 'node:util'
import { ask } from '../../../src/cli/client.ts'
import type { StatusView } from '../../../src/engine/view.ts'
import type { Entry } from '../../../src/model/entry.ts'
import type { Request } from '../../../src/model/request.ts'
import { DIRECTOR } from './farm.ts'
import { attempt, scratch } from './guest.ts'

/** Whatever must come comes within this many milliseconds, also when the machine is busy; then the story is over. */
const PATIENCE = 30_000
/** Between two looks, in milliseconds. */
const LOOK_EVERY = 50
/** Two intervals of every service in these tests, in milliseconds. */
const TWO_CHECKS = 2_000
/** How much of the daemon's output a failure shows. */
const SHOWN = 4_000

/** Where configurations of these tests keep the daemon's state: the guest's /run is its own, and everybody may pass. */
export const STATEDIR = '/run/upalert'

const output = join(scratch, 'daemon.log')
const run = promisify(execFile)

export interface Daemon {
  /** How long ago nobody knows, but not before this: for telling its own entries from those of earlier runs. */
  readonly since: number
  status(): Promise<StatusView>
  /** Everything it remembers, also of earlier runs; oldest first. */
  log(): Promise<readonly (Entry & { readonly sentence: string })[]>
  send(signal: NodeJS.Signals): void
  /** Resolves at its end with the exit status, or with the signal that ended it. */
  readonly ended: Promise<number | string>
}

/** Starts the daemon on a file in the scratch directory and waits until it answers. */
export async function startDaemon(file: string): Promise<Daemon> {
  const since = Date.now()
  const log = openSync(output, 'a')
  const words = ['netns', 'exec', DIRECTOR, 'guest', 'upalert', 'run', '-c', join(scratch, file)]
  const child = spawn('ip', words, { stdio: ['ignore', log, log] })
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'nothing'))
  })
  const daemon: Daemon = {
    since,
    status: () => asked<StatusView>({ command: 'status' }),
    async log() {
      const { entries } = await asked<{ entries: (Entry & { sentence: string })[] }>({ command: 'log', limit: 10_000 })
      return entries
    },
    send: (signal) => void child.kill(signal),
    ended,
  }
  await until('the daemon answers', async () => {
    assert(child.exitCode === null && child.signalCode === null, `the daemon ended with ${child.exitCode}`)
    return (await ask(join(STATEDIR, 'upalert.sock'), { command: 'status' })).ok
  })
  return daemon
}

async function asked<Data>(request: Request): Promise<Data> {
  const answer = await ask(join(STATEDIR, 'upalert.sock'), request)
  assert(answer.ok, answer.ok ? '' : answer.text)
  return answer.data as Data
}

/** The command line's own program, as an operator runs it. */
export async function upalert(file: string, ...words: readonly string[]): Promise<{ status: number; text: string }> {
  const program = ['netns', 'exec', DIRECTOR, 'guest', 'upalert', ...words, '-c', join(scratch, file)]
  try {
    return { status: 0, text: (await run('ip', program)).stdout }
  } catch (error) {
    assert(error instanceof Error && 'code' in error && 'stdout' in error, String(error))
    return { status: Number(error.code), text: String(error.stdout) }
  }
}

/** A command in the director's namespace. */
export async function onDirector(...words: readonly string[]): Promise<string> {
  return (await run('ip', ['netns', 'exec', DIRECTOR, ...words])).stdout
}

/** The kernel's table in ipvsadm's own words: `-A -t 192.168.1.110:80 -s rr`, `-a -t … -r 10.1.1.2:80 -m -w 1`. */
export async function table(): Promise<readonly string[]> {
  const text = await onDirector('ipvsadm', '-Sn')
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .sort()
}

/** The lines of one service: `tcp 192.168.1.110:80` is `-t 192.168.1.110:80`. */
export async function reals(service: string): Promise<readonly string[]> {
  const start = `-a ${service} -r `
  return (await table()).filter((line) => line.startsWith(start)).map((line) => line.slice(start.length))
}

/** Looks again and again until there is something to see. */
export async function until<T>(what: string, look: () => Promise<T | null | false> | T | null | false): Promise<T> {
  const deadline = performance.now() + PATIENCE
  for (;;) {
    const seen = await look()
    if (seen !== null && seen !== false) return seen
    if (performance.now() > deadline) throw new Error(`never: ${what}`)
    await pause(LOOK_EVERY)
  }
}

/** Every service is checked anew, more than once: whatever the daemon would do wrong it has done by then. */
export async function checkedAgain({ status }: Daemon): Promise<void> {
  const from = (await status()).at
  await until('every service is checked again', async () => {
    const { at, services } = await status()
    return services.every(({ checkedAgo }) => checkedAgo !== null && at - checkedAgo >= from + TWO_CHECKS)
  })
}

function lastWords(): string {
  try {
    return readFileSync(output, 'utf8').slice(-SHOWN)
  } catch {
    return '(nothing)'
  }
}

let broken = false

/** One thing after the other, each of which builds on those before it: the first that goes wrong ends the story. */
export async function next(name: string, act: () => unknown): Promise<void> {
  if (broken) return
  const started = performance.now()
  await attempt(name, async () => {
    try {
      return await act()
    } catch (error) {
      broken = true
      throw new Error(`${format('%s', error)}\nthe daemon said last:\n${lastWords()}`)
    }
  })
  console.log(`${name}: ${Math.round(performance.now() - started)} ms`)
}

/** Writes a configuration into the scratch directory, where the daemon reads it. */
export function writeConfiguration(file: string, text: string): void {
  writeFileSync(join(scratch, file), text)
}

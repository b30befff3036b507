/**
 * What `npm start` shows on the shipped configuration: a farm to check and a mailbox to write to, in a process of their own.
 * Settings demo_servers and demo_mailbox; neither is meant for production.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { DemoServer } from '../model/model.ts'
import { type Milliseconds, seconds } from '../model/units.ts'
import { type DemoAnswer, type DemoMailbox, type DemoOrder, isAnswer, type Rhythm } from './messages.ts'

interface DemoOptions {
  readonly servers: readonly DemoServer[]
  readonly mailbox: DemoMailbox | null
  readonly mailboxDir: string
  /** Receives the demonstration's lines; the terminal if nothing is given. */
  readonly say?: (line: string) => void
  readonly rhythm?: Rhythm
}

export type DemoStart =
  | {
      readonly kind: 'ready'
      /** In the order of the servers; the real ports where 0 was asked for. */
      readonly ports: readonly number[]
      readonly mailboxPort: number | null
      readonly pid: number
      stop(): Promise<void>
    }
  | { readonly kind: 'failed'; readonly text: string }

/** Failing for a third of each minute: long enough to be seen down by every check, short enough to wait for. */
const everyMinute: Rhythm = { round: seconds(60), failsAt: seconds(20), recoversAt: seconds(40) }

/** How long the process may take to start and open its ports, also on a slow machine. */
const START: Milliseconds = seconds(20)

export async function startDemo(options: DemoOptions): Promise<DemoStart> {
  const {
    servers,
    mailbox,
    mailboxDir,
    say = (line) => process.stdout.write(`${line}\n`),
    rhythm = everyMinute,
  } = options
  const child = fork(entry(), [], {
    execArgv: loadersOf(process.execArgv),
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const first = firstAnswer(child, say)
  const order: DemoOrder = { servers, mailbox, mailboxDir, rhythm }
  child.send(order, () => {})
  const answer = await first
  if (answer.kind === 'failed') {
    await stopped(child)
    return answer
  }
  const early = () => say('demo: the demonstration has ended by itself; its web servers and its mailbox are gone')
  child.once('exit', early)
  const stop = (): Promise<void> => {
    child.off('exit', early)
    return stopped(child)
  }
  return { ...answer, pid: child.pid ?? 0, stop }
}

/** The same kind of file as this one: compiled beside compiled, source beside source. */
function entry(): string {
  return fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url))
}

const LOADERS = ['--import', '--require', '-r', '--loader']

/**
 * The loader that runs this file must run the child's too, and nothing else may be handed on: with a debugger's port or
 * `--eval` the child would be its parent once more, with a demonstration of its own, and so on.
 */
export function loadersOf(words: readonly string[]): string[] {
  return words.flatMap((word, i) => {
    if (LOADERS.some((loader) => word.startsWith(`${loader}=`))) return [word]
    const value = words[i + 1]
    return LOADERS.includes(word) && value !== undefined ? [word, value] : []
  })
}

type Ready = Extract<DemoAnswer, { kind: 'ready' }>
type Failed = Extract<DemoAnswer, { kind: 'failed' }>

function firstAnswer(child: ChildProcess, say: (line: string) => void): Promise<Ready | Failed> {
  return new Promise((resolve) => {
    const late = setTimeout(
      () => resolve({ kind: 'failed', text: `the demonstration did not start within ${START / 1000} s` }),
      START,
    )
    const settle = (answer: Ready | Failed) => {
      clearTimeout(late)
      resolve(answer)
    }
    child.on('message', (message) => {
      if (!isAnswer(message)) return
      if (message.kind === 'line') say(message.text)
      else settle(message)
    })
    child.once('error', (error) =>
      settle({ kind: 'failed', text: `the demonstration cannot be started: ${error.message}` }),
    )
    child.once('exit', (code, signal) =>
      settle({ kind: 'failed', text: `the demonstration ended at once (${signal ?? `exit status ${code}`})` }),
    )
  })
}

function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill()
  })
}

/**
 * A process of ours that answers one question and ends: for other people's code, which may wait for networks as long as
 * it likes (PAM's modules, name services). On a thread of this process it could not be ended, and would keep the few
 * threads busy that write the journal.
 * The question goes to standard input, never to the command line or the environment; the answer comes on descriptor 3.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export type Asked =
  /** Empty, or only a part: it ended in the middle of its work. */
  | { readonly kind: 'said'; readonly text: string }
  | { readonly kind: 'late' }
  /** `code` as in errno(3): "EAGAIN". */
  | { readonly kind: 'unstartable'; readonly code: string }

/** Characters of an answer that are read. */
const LONGEST_ANSWER = 4096

/** The program beside this file, as it is compiled or as it was written. */
export const programNamed = (name: 'pam-child' | 'account-child'): URL =>
  new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

/** Sends the question as JSON. After `deadline` milliseconds the process is ended, with all it started. Never rejects. */
export function askChild(program: URL, question: unknown, deadline: number): Promise<Asked> {
  return new Promise((resolve) => {
    let child: ChildProcess
    try {
      child = start(program)
    } catch (error) {
      resolve({ kind: 'unstartable', code: codeOf(error) })
      return
    }
    const late = setTimeout(() => {
      end(child)
      resolve({ kind: 'late' })
    }, deadline)
    child.once('error', (error) => {
      clearTimeout(late)
      resolve({ kind: 'unstartable', code: codeOf(error) })
    })
    const answer = collect(pipeOf(child))
    child.once('close', () => {
      clearTimeout(late)
      resolve({ kind: 'said', text: answer() })
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(JSON.stringify(question))
  })
}

/** Its own group, so that what it starts is ended with it; and nothing of the daemon's environment. */
function start(program: URL): ChildProcess {
  const entry = fileURLToPath(program)
  return spawn(process.execPath, [...(entry.endsWith('.ts') ? ['--import', 'tsx'] : []), entry], {
    cwd: dirname(fileURLToPath(import.meta.url)),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
}

/** Whatever its type says, a process that found no descriptors left (EMFILE) has no pipes at all. */
function pipeOf({ stdio }: { readonly stdio: ChildProcess['stdio'] | undefined }): Readable | null {
  const pipe = stdio?.[3]
  return pipe !== null && pipe !== undefined && 'read' in pipe ? pipe : null
}

function collect(pipe: Readable | null): () => string {
  let text = ''
  pipe?.on('error', () => {})
  pipe?.setEncoding('utf8').on('data', (part: string) => {
    if (text.length < LONGEST_ANSWER) text += part
  })
  return () => text
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

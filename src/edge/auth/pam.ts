/**
 * Asks PAM whether a password is right, in a process of its own: see pam-child.ts. The password goes over a pipe, never
 * over the command line or the environment.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isPamAnswer, type PamAnswer, type PamQuestion } from './pam-words.ts'
import { turnstile } from './turnstile.ts'

/** Such processes at once, and logins that wait for one. */
const ASKED_AT_ONCE = 2
const ASKED_WAITING = 16
/** A directory server that is down, or a module that waits for a finger, has had its time after this. In milliseconds. */
export const PAM_DEADLINE = 20_000
/** Bytes of an answer. */
const LONGEST_ANSWER = 4096

const through = turnstile({ atOnce: ASKED_AT_ONCE, waiting: ASKED_WAITING })

/** The name of a file in /etc/pam.d, and of no other file. */
export const isPamService = (name: string): boolean => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name)

/** Never rejects. `deadline` in milliseconds. */
export async function askPam(question: PamQuestion, deadline = PAM_DEADLINE): Promise<PamAnswer> {
  if (!isPamService(question.service)) return failed('pamservice is no name of a file in /etc/pam.d')
  if (question.user.includes('\0')) return { kind: 'refused', text: 'no user has such a name' }
  return (await through(() => askOnce(question, deadline))) ?? failed('too many logins wait for PAM')
}

function askOnce(question: PamQuestion, deadline: number): Promise<PamAnswer> {
  let child: ChildProcess
  try {
    child = start()
  } catch (error) {
    return Promise.resolve(failed(`the process for PAM cannot be started (${codeOf(error)})`))
  }
  const pipe = child.stdio[3]
  const answer = pipe !== null && pipe !== undefined && 'read' in pipe ? collect(pipe) : () => ''
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      end(child)
      resolve(failed(`PAM did not answer within ${deadline / 1000} s`))
    }, deadline)
    child.once('error', (error) => {
      clearTimeout(late)
      resolve(failed(`the process for PAM cannot be started (${codeOf(error)})`))
    })
    child.once('close', () => {
      clearTimeout(late)
      resolve(parsed(answer()))
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(JSON.stringify(question))
  })
}

/** Its own group, so that what a module starts is ended with it; and nothing of the daemon's environment. */
function start(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts')
  const entry = fileURLToPath(new URL(isSource ? './pam-child.ts' : './pam-child.js', import.meta.url))
  return spawn(process.execPath, [...(isSource ? ['--import', 'tsx'] : []), entry], {
    cwd: dirname(entry),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
    detached: true,
  })
}

function collect(pipe: Readable): () => string {
  let text = ''
  pipe.on('error', () => {})
  pipe.on('data', (bytes: Buffer) => {
    if (text.length < LONGEST_ANSWER) text += bytes.toString('utf8')
  })
  return () => text
}

function parsed(text: string): PamAnswer {
  try {
    const answer: unknown = JSON.parse(text)
    if (isPamAnswer(answer)) return answer
  } catch {
    // Fewer words than an answer has: it ended in the middle of its work.
  }
  return failed('a PAM module ended the process that asked it')
}

function end({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}

const failed = (text: string): PamAnswer => ({ kind: 'failed', text })
const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown')

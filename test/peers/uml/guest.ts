/**
 * For programs that run inside the guest: tries named things and reports each to the test outside, which turns the
 * reports into tests of its own (boot.ts, expectReport).
 */
import { spawn, spawnSync } from 'node:child_process'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { format } from 'node:util'

/** How long a command in the guest may take. */
const COMMAND_TIMEOUT = 60_000

/** The directory that host and guest share. */
export const scratch = process.env.SCRATCH ?? '.'

/** Does one thing and reports how it went; the data it returns reaches the test outside as JSON. It never throws. */
export async function attempt(name: string, act: () => unknown): Promise<void> {
  let error: string | null = null
  let data: unknown = null
  try {
    data = (await act()) ?? null
  } catch (thrown) {
    error = format('%s', thrown instanceof Error ? (thrown.stack ?? thrown.message) : thrown)
  }
  appendFileSync(join(scratch, 'reports'), `${JSON.stringify({ name, error, data })}\n`)
}

/** Runs a command to its end and returns what it printed; throws if it failed. */
export function run(command: string, ...words: readonly string[]): string {
  const result = tryRun(command, ...words)
  if (result.status === 0) return result.stdout
  throw new Error(`${command} ${words.join(' ')} ended with ${result.status}: ${result.stderr.trim()}`)
}

/** The same where a failure is of interest. */
export function tryRun(
  command: string,
  ...words: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(command, words, { encoding: 'utf8', timeout: COMMAND_TIMEOUT })
  return { status, stdout: stdout ?? '', stderr: error?.message ?? stderr ?? '' }
}

/** Starts a program in a namespace and waits for its first line, by which it says that it is ready. */
export async function startIn(namespace: string, ...words: readonly string[]): Promise<Started> {
  const child = spawn('ip', ['netns', 'exec', namespace, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.once('error', reject)
    child.once('exit', (status) => reject(new Error(`${words.join(' ')} in ${namespace} ended with ${status}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')))
    })
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    line,
    pid: child.pid ?? 0,
    end(signal = 'SIGKILL') {
      child.kill(signal)
      return ended
    },
  }
}

interface Started {
  readonly line: string
  /** The program's own: `ip netns exec` becomes the program. */
  readonly pid: number
  end(signal?: NodeJS.Signals): Promise<void>
}

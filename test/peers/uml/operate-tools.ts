/** Inside the guest: an operator's commands, connections that are held open, and somebody who watches the table all the time. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { join } from 'node:path'
import { ask as askDaemon } from '../../../src/cli/client.ts'
import { type Status, statusLines } from '../../../src/cli/status.ts'
import { whyLines } from '../../../src/cli/why.ts'
import type { Preview } from '../../../src/engine/preview.ts'
import type { RealView, WhyView } from '../../../src/engine/view.ts'
import type { Entry } from '../../../src/model/entry.ts'
import type { Request } from '../../../src/model/request.ts'
import type { Daemon } from './director.ts'
import { STATEDIR } from './director.ts'
import { DIRECTOR } from './farm.ts'
import { scratch } from './guest.ts'
import type { Name } from './operate.config.ts'

/** The sentence that the daemon answers to a command; a refusal fails. */
export async function command(request: Request): Promise<string> {
  const answer = await askDaemon(join(STATEDIR, 'upalert.sock'), { who: 'ann', ...request })
  assert(answer.ok, answer.ok ? '' : answer.text)
  return (answer.data as { text: string }).text
}

/** The sentence with which the daemon refuses. */
export async function refused(request: Request): Promise<string> {
  const answer = await askDaemon(join(STATEDIR, 'upalert.sock'), { who: 'ann', ...request })
  assert(!answer.ok, `not refused: ${JSON.stringify(answer)}`)
  return answer.text
}

/** What `upalert status` prints. */
export async function statusText(): Promise<string> {
  const answer = await askDaemon(join(STATEDIR, 'upalert.sock'), { command: 'status' })
  assert(answer.ok)
  return statusLines(answer.data as Status).join('\n')
}

/** What `upalert why SUBJECT` prints. */
export async function whyText(subject: string): Promise<string> {
  const answer = await askDaemon(join(STATEDIR, 'upalert.sock'), { command: 'why', subject })
  assert(answer.ok)
  return whyLines(answer.data as WhyView, Date.now()).join('\n')
}

export async function planOf(file?: string): Promise<Preview> {
  const request = { command: 'plan', ...(file === undefined ? {} : { file: join(scratch, file) }) }
  const answer = await askDaemon(join(STATEDIR, 'upalert.sock'), request)
  assert(answer.ok, answer.ok ? '' : answer.text)
  return answer.data as Preview
}

/** The program as an operator runs it on the director, with all that it says and its exit status. */
export function shell(...words: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  return new Promise((resolve) => {
    execFile('ip', ['netns', 'exec', DIRECTOR, 'guest', 'upalert', ...words], (error, out, err) => {
      resolve({ status: error === null ? 0 : Number(error.code), out, err })
    })
  })
}

export type Change = Extract<Entry, { kind: 'ipvs' }> & { readonly sentence: string }

/** What the daemon did to the table, of its own entries from `at` on. */
export async function changesFrom(daemon: Daemon, at: number): Promise<readonly Change[]> {
  const entries = await daemon.log()
  return entries.filter((one): one is Change => one.kind === 'ipvs' && one.at >= at)
}

export async function realView(daemon: Daemon, name: Name, real: string): Promise<RealView> {
  const { virtuals } = await daemon.status()
  const found = virtuals.find(({ virtual }) => virtual === name)?.reals.find((one) => one.real === real)
  assert(found !== undefined, `${real} is not in ${name}`)
  return found
}

export interface Held {
  /** Which real server is behind it, by its answer to one more request on the same connection. */
  ask(): Promise<string>
  close(): void
}

/** One connection through a virtual server that stays open; `ask` fails if it is not the very same connection any more. */
export async function hold(url: string): Promise<Held> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let port: number | undefined
  const ask = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = get(url, { agent, timeout: 5_000 }, (response) => {
        const its = response.socket.localPort
        port ??= its
        let page = ''
        response.on('data', (chunk: Buffer) => {
          page += chunk.toString('utf8')
        })
        response.on('end', () => (its === port ? resolve(page.trim()) : reject(new Error('another connection'))))
      })
      request.on('timeout', () => request.destroy(new Error(`no answer in time from ${url}`)))
      request.on('error', reject)
    })
  await ask()
  return { ask, close: () => agent.destroy() }
}

/** Holds a connection to the real server of that name. */
export async function holdTo(name: string, url: string): Promise<Held> {
  for (let tries = 0; tries < 10; tries += 1) {
    const held = await hold(url)
    if ((await held.ask()) === name) return held
    held.close()
  }
  throw new Error(`no connection to ${url} came to ${name}`)
}

export interface Watcher {
  /** Ends it; answers every state in which the table was seen, in order, as `TCP C0A8016E:0050 0A010102:0050 1`. */
  stop(): Promise<readonly (readonly string[])[]>
}

/** One small process, since starting one for each look would take longer than what is to be seen. */
const LOOKS =
  'open O, ">", $ARGV[0]; O->autoflush(1); ' +
  'while (1) { open I, "<", "/proc/net/ip_vs"; print O "==\\n", <I>; select undef, undef, undef, 0.02 }'

let watchers = 0

/** Reads the kernel's own listing without pause, past everything of ours. */
export function watchTable(): Watcher {
  watchers += 1
  const file = join(scratch, `watch-${watchers}`)
  const child = spawn('ip', ['netns', 'exec', DIRECTOR, 'perl', '-e', LOOKS, file], { stdio: 'ignore' })
  return {
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve(statesOf(readFileSync(file, 'utf8'))))
        child.kill('SIGKILL')
      }),
  }
}

function statesOf(text: string): readonly (readonly string[])[] {
  // The last one may not have been written to its end.
  const looks = text.split('==\n').slice(1, -1)
  const states = looks.map(entriesOf)
  return states.filter((state, i) => i === 0 || state.join() !== states[i - 1]?.join())
}

function entriesOf(look: string): readonly string[] {
  let service = ''
  return look.split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/)
    if (/^(TCP|UDP|FWM)$/.test(words[0] ?? '')) service = `${words[0]} ${words[1]}`
    if (words[0] !== '->' || words[1] === 'RemoteAddress:Port') return []
    return [`${service} ${words[1]} ${words[3]}`]
  })
}

/** `10.1.1.4:80` as the kernel's listing has it. */
export function hexEnd(end: string): string {
  const [address = '', port = '0'] = end.split(':')
  const bytes = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
  return `${bytes.join('')}:${Number(port).toString(16).padStart(4, '0')}`.toUpperCase()
}

/** Sends one datagram from a port of its own. */
export async function datagram(address: string, port: number): Promise<void> {
  const { createSocket } = await import('node:dgram')
  const socket = createSocket('udp4')
  await new Promise<void>((resolve, reject) =>
    socket.send('?', port, address, (error) => (error === null ? resolve() : reject(error))),
  )
  socket.close()
}

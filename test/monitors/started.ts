/** Programs that tests talk to: started in a directory of their own, waited for until they say that they are ready, ended. */
import { type ChildProcess, type SpawnOptionsWithoutStdio, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

/** What `t.after` and a file's `after` have in common. */
export type After = (end: () => Promise<void> | void) => void

/** Everybody may look into it: some programs become another user. */
export function folder(after: After, name: string): string {
  const path = mkdtempSync(join(tmpdir(), `upalert-${name}-`))
  chmodSync(path, 0o755)
  after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export interface Started {
  readonly child: ChildProcess
  /** All that it has printed. */
  readonly said: () => string
}

/** `ready`: what it prints when it listens. */
export async function start(
  after: After,
  program: string,
  words: readonly string[],
  ready: RegExp,
  options: SpawnOptionsWithoutStdio = {},
): Promise<Started> {
  const child = spawn(program, words, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  let said = ''
  after(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill()
    await ended
  })
  await new Promise<void>((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      said += bytes
      if (ready.test(said)) resolve()
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.once('error', reject)
    void ended.then(() => reject(new Error(`${program} ended before it was ready: ${said}`)))
  })
  return { child, said: () => said }
}

export async function run(program: string, words: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.end(input)
  let said = ''
  child.stdout.on('data', (bytes) => {
    said += bytes
  })
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${said}`)
  return said
}

/** For a program that must be told a port: one that is free over TCP and UDP just now. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  for (;;) {
    const tcp = createServer().listen(0, address)
    await once(tcp, 'listening')
    const where = tcp.address()
    const port = typeof where === 'object' && where !== null ? where.port : 0
    const udp = createSocket(address.includes(':') ? 'udp6' : 'udp4')
    const free = await new Promise<boolean>((settle) => {
      udp.once('error', () => settle(false))
      udp.bind(port, address, () => settle(true))
    })
    udp.close()
    tcp.close()
    await once(tcp, 'close')
    if (free) return port
  }
}

/** The end of a test, as `After`. */
export const endOf =
  (t: TestContext): After =>
  (end) =>
    t.after(end)

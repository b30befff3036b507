/** Small programs for tests, written into a directory of their own that goes when the test file ends. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

export const folder = mkdtempSync(join(tmpdir(), 'upalert-test-'))
// Programs that run as another user must get in.
chmodSync(folder, 0o755)
after(() => rmSync(folder, { recursive: true, force: true }))

let count = 0

/** A new path in the directory. */
export const fresh = (name: string): string => join(folder, `${++count}-${name}`)

export function script(text: string, mode = 0o755): string {
  const path = fresh('test.monitor')
  writeFileSync(path, text, { mode })
  return path
}

export const shell = (text: string): string => script(`#!/bin/sh\n${text}\n`)

/** Waits until a script has written this file whole (by `mv`), and reads the process ids in it. */
export async function pidsIn(path: string): Promise<number[]> {
  while (!existsSync(path)) await sleep(5)
  return readFileSync(path, 'utf8').trim().split(/\s+/).map(Number)
}

/** A process that nobody has waited for yet (state Z) is gone: it runs no more code. */
export function alive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(alive)) await sleep(5)
}

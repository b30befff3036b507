/** A daemon whose log cannot be written goes on: the disk of a log fills at night, and checks must not end with it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from '../../src/cli/client.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

test('neither a full disk under the log nor a reader that has gone ends the daemon', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-full-log-'))
  const file = join(directory, 'mon.cf')
  writeFileSync(
    file,
    `statedir = ${directory}/var\ndatabase = none\nhostgroup a 127.0.0.1\n\nwatch a\n  service off\n    interval 1s\n    monitor off\n`,
  )
  const full = openSync('/dev/full', 'w')
  const child = spawn(process.execPath, ['--import', 'tsx', main, 'run', '-c', file], {
    stdio: ['ignore', full, 'pipe'],
  })
  closeSync(full)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  let alive = true
  void ended.then(() => {
    alive = false
  })
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
    rmSync(directory, { recursive: true })
  })
  const socket = join(directory, 'var/upalert.sock')
  // What a start and a reload have to say meets the full disk.
  while (!(await ask(socket, { command: 'status' })).ok) {
    assert.ok(alive, 'it has ended')
    await pause(200)
  }
  assert.ok((await ask(socket, { command: 'reload' })).ok)
  child.stderr?.destroy()
  assert.ok((await ask(socket, { command: 'reload' })).ok)
  assert.ok(alive)
  child.kill('SIGTERM')
  assert.equal(await ended, 0)
})

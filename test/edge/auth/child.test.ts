/** The processes that ask PAM and the user database: they end in time, and with the daemon. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { askChild } from '../../../src/edge/auth/child.ts'

const asking = fileURLToPath(new URL('asking-child.ts', import.meta.url))
const waiting = new URL('waiting-child.ts', import.meta.url)

/** A pipe, and when what holds its other end has said `waiting`, and has ended. */
function witness(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-child-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  const fifo = join(directory, 'fifo')
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0)
  const stream = createReadStream(fifo, 'utf8')
  return { fifo, waits: once(stream, 'data'), ended: once(stream, 'end') }
}

test('a process that does not answer is ended at its deadline', async (t) => {
  const { fifo, waits, ended } = witness(t)
  const asked = askChild(waiting, fifo, 10_000)
  assert.deepEqual(await waits, ['waiting'])
  assert.deepEqual(await asked, { kind: 'late' })
  await ended
})

test('a process that does not answer ends with the daemon', async (t) => {
  const { fifo, waits, ended } = witness(t)
  const daemon = spawn(process.execPath, ['--import', 'tsx', asking, 'waits', fifo], { stdio: 'inherit' })
  t.after(() => daemon.kill('SIGKILL'))
  assert.deepEqual(await waits, ['waiting'])
  daemon.kill('SIGKILL')
  await ended
})

test('a daemon that has no descriptors left refuses logins and goes on', () => {
  const command = `ulimit -n 64; exec "$@"`
  const words = ['-c', command, 'sh', process.execPath, '--import', 'tsx', asking, 'full']
  const { stdout, status } = spawnSync('sh', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  assert.equal(status, 0)
  const answers: unknown = JSON.parse(stdout)
  assert.deepEqual(answers, [
    { kind: 'failed', text: 'the process for the user database cannot be started (EMFILE)' },
    { kind: 'failed', text: 'the process for PAM cannot be started (EMFILE)' },
  ])
})

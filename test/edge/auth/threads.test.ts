/** Logins leave the threads alone that write the journal, whatever the user database and whatever the hashes do. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { hasLibcrypt } from '../../../src/edge/auth/libcrypt.ts'
import { needs } from '../../needs.ts'

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))
/** Reaching it is a failure. In milliseconds. */
const PATIENCE = 90_000

function directoryFor(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-threads-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The user database is a pipe that nobody writes to: who asks it waits for good. */
async function withSilentUsers(t: TestContext, words: readonly string[]): Promise<string> {
  const users = join(directoryFor(t), 'passwd')
  assert.equal(spawnSync('mkfifo', ['-m', '644', users]).status, 0)
  const setup = `mount --bind ${users} /etc/passwd\nexec "$@"`
  const command = [process.execPath, '--import', 'tsx', script('silent-child.ts'), ...words]
  const child = spawn('unshare', ['-m', 'sh', '-e', '-c', setup, 'sh', ...command], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: PATIENCE,
    killSignal: 'SIGKILL',
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await once(child, 'close')
  return text
}

test('while the user database hangs, logins fail at their deadline and files are written', needs('root'), async (t) => {
  const path = join(directoryFor(t), 'journal')
  const [first, answers] = (await withSilentUsers(t, [path, '8', '1500'])).split('\n')
  assert.equal(first, 'written')
  assert.equal(readFileSync(path, 'utf8'), 'written')
  const texts: unknown = JSON.parse(answers ?? '')
  assert.deepEqual(texts, Array(8).fill('getpwnam: the user database does not answer'))
})

const withLibcrypt = { skip: !hasLibcrypt() && 'there is no libcrypt on this machine' }

test('logins and traps together compare passwords on at most two threads', withLibcrypt, () => {
  const { stdout } = spawnSync(process.execPath, ['--import', 'tsx', script('hashing-child.ts')], {
    env: { ...process.env, UV_THREADPOOL_SIZE: '3' },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    timeout: PATIENCE,
  })
  const order: unknown = JSON.parse(stdout)
  assert.deepEqual(order, ['file', ...Array(8).fill('password')])
})

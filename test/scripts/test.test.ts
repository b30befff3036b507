/** The test runner, run on small suites made here: what it counts, what it calls a failure, and its last line. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const HEAD = "import { describe, test } from 'node:test'\nimport { spawn } from 'node:child_process'\n"
const forever = 'new Promise((resolve) => setTimeout(resolve, 2 ** 30))'

const vectors = [
  {
    name: 'passed tests are counted',
    text: `test('a', () => {}); test('b', () => {})`,
    says: [],
    last: '2 passed, 0 failed',
  },
  {
    name: 'a failure is printed with its place, and the suite around it is not counted',
    text: `describe('s', () => { test('a', () => { throw new Error('boom') }); test('b', () => {}) })`,
    says: [/✗ s > a/, /Error: boom/],
    last: '1 passed, 1 failed',
  },
  {
    name: 'what was skipped is listed with the one command that provides it',
    text: `test('a', { skip: 'needs Debian package(s): kmod; needs root' }, () => {})
      test('b', { skip: 'needs Debian package(s): fping kmod' }, () => {}); test('c', () => {})`,
    says: [/Skipped 2:/, /apt-get install -y fping kmod && (sudo )?npm test/],
    last: '1 passed, 0 failed, 2 skipped',
  },
  {
    name: 'a skip fails where skipping is forbidden',
    text: `test('a', { skip: 'not today' }, () => {}); test('b', () => {})`,
    env: { UPALERT_NO_SKIP: '1', UPALERT_MAY_SKIP: '' },
    says: [/✗ a/, /forbids: not today/],
    last: '1 passed, 1 failed',
  },
  { name: 'a file without tests fails', text: '', says: [/registers no test/], last: '0 passed, 1 failed' },
  {
    name: 'a file that cannot be loaded fails with what Node says',
    text: `import './nothing.ts'`,
    says: [/the file ended with 1/, /ERR_MODULE_NOT_FOUND/],
    last: '0 passed, 1 failed',
  },
  {
    name: 'an error after the end of a test fails its file',
    text: `test('a', () => { setTimeout(() => { throw new Error('later') }, 1) })`,
    says: [/an error after the end of a test/, /later/],
    last: '1 passed, 1 failed',
  },
  {
    name: 'a file that hangs is ended with what it started, and named with the test that ran',
    text: `test('a', () => {}); test('slow', () => { spawn('sleep', ['1000'], { detached: true }); return ${forever} })`,
    env: { UPALERT_TEST_DEADLINE: '8' },
    says: [/did not end within 8 s/, /running at that time: slow/],
    last: '1 passed, 1 failed',
  },
  {
    name: 'a process left running fails the file that started it',
    text: `test('a', () => { spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref() })`,
    says: [/left processes running/, /sleep 1000/],
    last: '1 passed, 1 failed',
  },
]

for (const { name, text, env, says, last } of vectors) {
  test(name, async (t) => {
    const { status, output } = await finished(runner(t, text, env))
    for (const pattern of says) assert.match(output, pattern)
    assert.equal(output.trimEnd().split('\n').at(-1), last)
    assert.equal(status, last.includes(' 0 failed') ? 0 : 1)
  })
}

test('a suite in which every test is skipped is no success', async (t) => {
  const { status } = await finished(runner(t, `test('a', { skip: 'needs root' }, () => {})`))
  assert.equal(status, 1)
})

test('a name that fits no test is a failure, and said', async () => {
  const { status, output } = await finished(start(['no-such-test'], {}))
  assert.match(output, /No test file or directory of tests is called "no-such-test"/)
  assert.equal(status, 1)
})

test('an interrupt ends the running tests and what they started', async (t) => {
  const text = `test('a', () => {
    spawn('sleep', ['1000'], { detached: true })
    process.kill(process.ppid, 'SIGINT')
    return ${forever}
  })`
  const { status, output } = await finished(runner(t, text))
  assert.match(output, /Interrupted/)
  assert.equal(status, 130)
})

/** The runner on a directory with this one test file. */
function runner(t: TestContext, text: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-runner-'))
  t.after(() => rmSync(directory, { recursive: true }))
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}')
  writeFileSync(join(directory, 'one.test.ts'), HEAD + text)
  return start([directory], env)
}

function start(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const settings = { ...process.env, UPALERT_NO_SKIP: '', ...env }
  return spawn(process.execPath, [join(root, 'scripts/test.mjs'), ...args], { env: settings })
}

async function finished(child: ChildProcess): Promise<{ readonly status: number | null; readonly output: string }> {
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  const [status] = await once(child, 'close')
  return { status, output }
}

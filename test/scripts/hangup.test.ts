/** SIGHUP while the executable is still loading the daemon: a reload, and not the end of it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '../..')

/** Loads a program, and takes until somebody says so. */
const slowly = (program: string) => `
  console.log('loading')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  process.stdin.destroy()
  await import(${JSON.stringify(pathToFileURL(program).href)})
`

/** The executable as it is installed; what it loads is the program as it is written. */
function executable(t: TestContext): { readonly program: string; readonly directory: string } {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-hangup-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  for (const part of ['bin', 'scripts', 'package.json'])
    cpSync(join(root, part), join(directory, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  mkdirSync(join(directory, 'dist/src'), { recursive: true })
  writeFileSync(join(directory, 'dist/src/main.js'), slowly(join(root, 'src/main.ts')))
  return { program: join(directory, 'bin/upalert.mjs'), directory }
}

function started(t: TestContext, words: readonly string[]) {
  const child = spawn(process.execPath, ['--import', 'tsx', ...words], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  const ended = once(child, 'close')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const said = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(output)) {
      assert.ok(child.exitCode === null && child.signalCode === null, `it ended (${child.signalCode}):\n${output}`)
      await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended])
    }
  }
  return { child, ended, said }
}

test('SIGHUP while the daemon is still being loaded is a reload right after its start', async (t) => {
  const { program, directory } = executable(t)
  const file = join(directory, 'mon.cf')
  writeFileSync(
    file,
    'statedir = var\nbasedir = .\ndatabase = none\nwatch 127.0.0.1\n    service a\n    traptimeout 1h\n',
  )
  const { child, ended, said } = started(t, [program, 'run', '-c', file])
  await said(/loading/)
  child.kill('SIGHUP')
  child.stdin.write('go on\n')
  await said(/upalert runs [\s\S]*was read again/)
  child.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})

test('a command that is no daemon is ended by SIGHUP', async (t) => {
  const { program } = executable(t)
  const { child, ended, said } = started(t, [program, 'log'])
  await said(/loading/)
  child.kill('SIGHUP')
  assert.deepEqual(await ended, [null, 'SIGHUP'])
})

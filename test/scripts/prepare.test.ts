/** The pre-script of `npm start` and `npm test`, on small trees made here: what it finds stale, and who may work at once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'

const root = join(import.meta.dirname, '../..')

test('a tree is built once, then again for each source that changes, appears or goes', async (t) => {
  const tree = treeWithModules(t)
  assert.match((await ready(tree)).output, /building, since dist is missing/)
  assert.ok(existsSync(join(tree, 'dist/src/main.js')))
  assert.deepEqual(await ready(tree), { status: 0, output: '' })

  writeFileSync(join(tree, 'src/words.sql'), 'select 1')
  assert.match((await ready(tree)).output, /building, since dist is out of date/)
  assert.equal(readFileSync(join(tree, 'dist/src/words.sql'), 'utf8'), 'select 1')

  rmSync(join(tree, 'src/words.sql'))
  assert.match((await ready(tree)).output, /building/)
  assert.ok(!existsSync(join(tree, 'dist/src/words.sql')))
})

test('a source that does not compile leaves the former build in place, and says so', async (t) => {
  const tree = treeWithModules(t)
  await ready(tree)
  writeFileSync(join(tree, 'src/main.ts'), "export const answer: number = 'text'\n")
  const { status, output } = await ready(tree)
  assert.equal(status, 1)
  assert.match(output, /the build failed/)
  assert.ok(existsSync(join(tree, 'dist/src/main.js')))
})

test('two at once build once, one after the other', async (t) => {
  const tree = treeWithModules(t)
  const both = await Promise.all([ready(tree), ready(tree)])
  assert.deepEqual([both[0].status, both[1].status], [0, 0])
  const output = both[0].output + both[1].output
  assert.equal(output.match(/building, since/g)?.length, 1)
  assert.ok(!existsSync(join(tree, '.ready.lock')))
})

test('a lock left by a process that is gone is taken over', async (t) => {
  const tree = treeWithModules(t)
  const gone = spawn('true')
  await once(gone, 'exit')
  mkdirSync(join(tree, '.ready.lock'))
  writeFileSync(join(tree, '.ready.lock/holder.json'), JSON.stringify({ pid: gone.pid, host: hostname() }))
  assert.equal((await ready(tree)).status, 0)
})

test('an npm that cannot reach its registry is explained in a sentence', async (t) => {
  const tree = treeOf(t)
  const registry = { npm_config_registry: 'http://127.0.0.1:1/', npm_config_fetch_retries: '0' }
  const { status, output } = await ready(tree, { ...registry, npm_config_cache: join(tree, 'empty-cache') })
  assert.equal(status, 1)
  assert.match(output, /npm could not reach its package registry/)
})

function treeWithModules(t: TestContext): string {
  const tree = treeOf(t)
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  // Exactly what is installed, so that "npm ci" never has a reason to run on the directory behind the link.
  cpSync(join(root, 'node_modules/.package-lock.json'), join(tree, 'package-lock.json'))
  return tree
}

function treeOf(t: TestContext): string {
  const tree = mkdtempSync(join(tmpdir(), 'upalert-tree-'))
  t.after(() => rmSync(tree, { recursive: true }))
  const files = ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'tsconfig.build.json', 'scripts']
  for (const name of files) cpSync(join(root, name), join(tree, name), { recursive: true })
  mkdirSync(join(tree, 'src'))
  writeFileSync(join(tree, 'src/main.ts'), 'export const answer: number = 42\n')
  return tree
}

async function ready(tree: string, env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [join(tree, 'scripts/ready.mjs')], { env: { ...process.env, ...env } })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk.toString()
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const [status] = await once(child, 'close')
  return { status, output }
}

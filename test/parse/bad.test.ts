/** bad/*.cf: a file a mistake; beside each, in NAME.txt, the exact words it earns. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { loadMon } from '../../src/parse/check.ts'
import { formatProblems, recordOf } from '../../src/parse/problem.ts'
import { resolve } from '../../src/parse/resolve.ts'
import { world } from './world.ts'

const folder = fileURLToPath(new URL('bad/', import.meta.url))
const names = readdirSync(folder).filter((name) => name.endsWith('.cf'))

function problemsOf(name: string) {
  const loaded = loadMon('mon.cf', readFileSync(folder + name))
  return loaded.kind === 'unreadable' ? loaded : resolve(loaded.file, world)
}

for (const name of names) {
  test(`${name} earns exactly its message`, () => {
    const expected = readFileSync(folder + name.replace('.cf', '.txt'), 'utf8')
    assert.equal(`${formatProblems(problemsOf(name).problems)}\n`, expected)
  })
}

test('there are at least forty mistakes, and none goes without a message', () => {
  assert.ok(names.length >= 40)
  for (const name of names) assert.ok(problemsOf(name).problems.length > 0, name)
})

test('every problem of every mistake has a code, a place in the file and a hint', () => {
  for (const name of names) {
    for (const problem of problemsOf(name).problems) {
      const record = recordOf(problem)
      assert.match(record.code, /^[a-z0-9-]+$/)
      assert.ok(record.line >= 1 && record.column >= 1 && record.length >= 1, name)
      assert.notEqual(record.hint, '', name)
      assert.doesNotMatch(record.message, /\.$/, name)
    }
  }
})

/** The example of answers, and the page that explains them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { KEYS, readAnswers } from '../../../src/write/init/answers-file.ts'
import { understood } from '../../../src/write/init/judge.ts'
import { monCf } from '../../../src/write/init/mon-cf.ts'
import { around } from './world.ts'

const file = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url))

test('the example of answers makes a file without a problem', () => {
  const { answers, problems } = readAnswers('answers.txt', file('config/examples/answers.txt'), around)
  assert.deepEqual(problems, [])
  assert.ok(answers)
  const { model, problems: found } = understood(monCf(answers, around), around)
  assert.deepEqual(found, [])
  assert.deepEqual(
    model?.virtuals.map(({ name, reals }) => `${name} ${reals.length}`),
    ['shop 2', 'names 2'],
  )
})

test('docs/init.md explains every key, and no other', () => {
  const [, table = ''] = String(file('docs/init.md')).split('| key | | without it |')
  const [rows = ''] = table.split('\n\n', 1)
  const keys = [...rows.matchAll(/^\| `(\w+)` \|/gm)].map(([, key]) => key)
  assert.deepEqual(keys.sort(), [...KEYS].sort())
})

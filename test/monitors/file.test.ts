/** keepalived's FILE_CHECK: a number in a file, and what it does to a server and its weight. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { type FileOptions, file } from '../../monitors/file.ts'
import { host } from '../../src/model/names.ts'
import type { HostResult } from '../../src/model/result.ts'
import { folder, fresh } from '../scripts.ts'
import { optionsOf } from './options-of.ts'
import { context } from './peers.ts'

async function check(options: FileOptions): Promise<HostResult> {
  const { hosts } = await file.check([host('10.1.1.2'), host('10.1.1.3')], options, context)
  const [one, other] = hosts
  assert(one !== undefined && other !== undefined)
  assert.equal(one.text, other.text)
  return one
}
const verdict = (one: HostResult): string => {
  if (one.kind !== 'up') return `${one.kind} ${one.code}`
  return one.share === undefined ? 'up' : `up, weight ${one.share.kind} ${one.share.value}`
}

const vectors: { holds: string | null; options: Omit<FileOptions, 'path'>; says: string }[] = [
  { holds: '0', options: {}, says: 'up' },
  { holds: '1\n', options: {}, says: 'down file-says-down' },
  { holds: '-1', options: {}, says: 'down file-says-down' },
  { holds: null, options: {}, says: 'up' },
  { holds: '', options: {}, says: 'up' },
  { holds: ' \n', options: { weight: 3 }, says: 'up, weight plus 0' },
  { holds: '-1', options: { weight: 5 }, says: 'up, weight plus -5' },
  { holds: '+7', options: { weight: 5 }, says: 'up, weight plus 35' },
  { holds: '7', options: { weight: 5, reverse: true }, says: 'up, weight plus -35' },
  { holds: '0', options: { weight: 5, reverse: true }, says: 'up, weight plus 0' },
  { holds: '7', options: { weight: -2 }, says: 'up, weight plus -14' },
  { holds: '-2147483648', options: { weight: 1 }, says: 'down file-says-down' },
  { holds: '-2147483647', options: { weight: 1 }, says: 'up, weight plus -2147483647' },
  { holds: '2147483648', options: { weight: 1, reverse: true }, says: 'down file-says-down' },
  { holds: '-99999999999999999999', options: { weight: 1 }, says: 'down file-says-down' },
  { holds: '99999999999999999999', options: { weight: 1 }, says: 'up, weight plus 2147483647' },
  { holds: 'five', options: { weight: 1 }, says: 'unknown bad-file' },
  { holds: '1.5', options: { weight: 1 }, says: 'unknown bad-file' },
  { holds: '1 2', options: { weight: 1 }, says: 'unknown bad-file' },
  { holds: '1'.repeat(500), options: { weight: 1 }, says: 'unknown bad-file' },
  { holds: `${' '.repeat(500)}1`, options: {}, says: 'unknown bad-file' },
]
for (const { holds, options, says } of vectors) {
  const shown = holds === null ? 'a missing file' : JSON.stringify(holds.slice(0, 24))
  test(`${shown} with ${JSON.stringify(options)} is ${says}`, async () => {
    const path = fresh('track')
    if (holds !== null) writeFileSync(path, holds)
    assert.equal(verdict(await check({ path, ...options })), says)
  })
}

test('what is no file is no verdict, and nothing is waited for', async () => {
  const pipe = fresh('pipe')
  execFileSync('mkfifo', [pipe])
  for (const path of [pipe, folder, '/dev/zero']) {
    const result = await check({ path })
    assert.equal(verdict(result), 'unknown bad-file')
    assert.match(result.text, /is no ordinary file$/)
  }
})

test('garbage is quoted safely', async () => {
  const path = fresh('track')
  writeFileSync(path, '\x1b[2Jboo')
  assert.match((await check({ path })).text, /holds "\?\[2Jboo", which is no whole number$/)
})

test('an operator of mon.cf writes it with flags', () => {
  assert.deepEqual(optionsOf(file, '--path /run/weight --weight -2 --reverse'), {
    path: '/run/weight',
    weight: -2,
    reverse: true,
  })
})

import assert from 'node:assert/strict'
import { appendFile, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readSaved } from '../../src/edge/journal/peek.ts'
import { appendFromTo, directoryFor, opened } from './journal-commits.ts'

const small = { segmentBytes: 4096, recentEntries: 20 }

test('what a stopped daemon remembers is read as its next start would read it, and nothing is touched', async (t) => {
  const directory = await directoryFor(t)
  const before = await opened(directory, { limits: small })
  await appendFromTo(before.journal, 1, 100)
  await before.journal.close()
  const journal = join(directory, 'journal')
  const [newest] = (await readdir(journal))
    .filter((name) => name.includes('tail') || name.endsWith('.log'))
    .sort()
    .reverse()
  if (newest !== undefined) await appendFile(join(journal, newest), 'torn')
  const sizes = await sizesOf(journal)
  const peeked = await readSaved(journal)
  assert.deepEqual(await sizesOf(journal), sizes)
  const after = await opened(directory, { limits: small })
  assert.deepEqual(peeked, after.saved)
  await after.journal.close()
})

test('where nothing is remembered, nothing is read', async (t) => {
  assert.equal(await readSaved(join(await directoryFor(t), 'journal')), null)
})

async function sizesOf(directory: string): Promise<readonly [string, number][]> {
  const names = (await readdir(directory)).sort()
  return Promise.all(
    names.map(async (name): Promise<[string, number]> => [name, (await stat(join(directory, name))).size]),
  )
}

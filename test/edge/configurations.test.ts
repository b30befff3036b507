import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { keepConfiguration, keptConfiguration } from '../../src/edge/configurations/configurations.ts'

async function directoryFor(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-configurations-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

const hash = (number: number) => number.toString(16).padStart(64, '0')

test('a configuration is kept without its passwords, for its owner only', async (t) => {
  const statedir = await directoryFor(t)
  assert.equal(keepConfiguration(statedir, hash(1), 'database = postgres://a:geheim@b/c\n'), null)
  const path = join(statedir, 'configurations', `${hash(1)}.cf`)
  assert.equal(await readFile(path, 'utf8'), 'database = postgres://a:***@b/c\n')
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(join(statedir, 'configurations'))).mode & 0o777, 0o700)
  assert.equal(keptConfiguration(statedir, hash(1)), 'database = postgres://a:***@b/c\n')
  assert.equal(keptConfiguration(statedir, hash(2)), null)
})

test('the newest 50 are kept, and one that comes back into force is new', async (t) => {
  const statedir = await directoryFor(t)
  const directory = join(statedir, 'configurations')
  for (let number = 1; number <= 50; number += 1) {
    assert.equal(keepConfiguration(statedir, hash(number), `# ${number}`), null)
    await utimes(join(directory, `${hash(number)}.cf`), number, number)
  }
  await writeFile(join(directory, 'notes.txt'), 'not ours')
  assert.equal(keepConfiguration(statedir, hash(1), '# 1'), null)
  assert.equal(keepConfiguration(statedir, hash(51), '# 51'), null)
  const names = await readdir(directory)
  assert.equal(names.length, 51)
  assert.ok(names.includes(`${hash(1)}.cf`) && names.includes('notes.txt') && !names.includes(`${hash(2)}.cf`))
})

test('one that is too long is cut, and says so', async (t) => {
  const statedir = await directoryFor(t)
  assert.equal(keepConfiguration(statedir, hash(1), 'x'.repeat(3_000_000)), null)
  const kept = keptConfiguration(statedir, hash(1)) ?? ''
  assert.equal(kept.length, 1024 * 1024)
  assert.match(kept, /keeps no more than 1 MiB/)
})

test('what cannot be kept is a sentence, and a name that is no hash touches no file', async (t) => {
  const statedir = await directoryFor(t)
  await writeFile(join(statedir, 'configurations'), 'a file in the way')
  assert.match(keepConfiguration(statedir, hash(1), '') ?? '', /^The configuration could not be kept as .*\.$/)
  for (const name of ['../../etc/passwd', '', 'A'.repeat(64), `${hash(1)}/../x`]) {
    assert.match(keepConfiguration(statedir, name, 'x') ?? '', /is no SHA-256/)
    assert.equal(keptConfiguration(statedir, name), null)
  }
})

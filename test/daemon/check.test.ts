/** What `upalert check` judges besides mon.cf itself, and how the command line finds a daemon. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { checkedFiles } from '../../src/daemon/check.ts'
import { givenBy } from '../../src/daemon/mon/given.ts'
import { socketFor } from '../../src/daemon/where.ts'

function folder(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-check-'))
  t.after(() => rmSync(directory, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

const watch =
  'hostgroup g h1\n\nwatch g\n    service s\n        interval 1m\n        monitor tcp\n        period\n            alert mail a@example.com\n'

test('mistakes of a written auth.cf are told with its place', async (t) => {
  const directory = folder(t, { 'mon.cf': `cfbasedir = .\nauthfile = auth.cf\n\n${watch}`, 'auth.cf': 'list all\n' })
  const { problems } = await checkedFiles(join(directory, 'mon.cf'), false)
  const [fault] = problems.filter(({ severity }) => severity === 'error')
  assert.equal(fault?.span.source.file, join(directory, 'auth.cf'))
})

test('an auth.cf that no mon.cf names matters to upalert mon alone', async (t) => {
  const directory = folder(t, { 'mon.cf': `cfbasedir = .\n\n${watch}` })
  const errors = async (standard: boolean) =>
    (await checkedFiles(join(directory, 'mon.cf'), standard)).problems.filter(({ severity }) => severity === 'error')
  assert.deepEqual(await errors(false), [])
  assert.deepEqual(
    (await errors(true)).map(({ code }) => code),
    ['auth-file'],
  )
})

test('what mon lets pass is an error, or with --mon a warning', async (t) => {
  const directory = folder(t, {
    'mon.cf': `cfbasedir = .\n\nprose\n\n${watch}`,
    'auth.cf': 'command section\nlist: all\n',
  })
  const severity = async (standard: boolean) =>
    (await checkedFiles(join(directory, 'mon.cf'), standard)).problems.find(({ code }) => code === 'unknown-line')
      ?.severity
  assert.deepEqual([await severity(false), await severity(true)], ['error', 'warning'])
})

test('the command line finds the socket in the statedir that mon.cf names', (t) => {
  const directory = folder(t, { 'mon.cf': `basedir = .\nstatedir = state\n\n${watch}` })
  mkdirSync(join(directory, 'state'))
  assert.equal(socketFor(join(directory, 'mon.cf')), join(directory, 'state', 'upalert.sock'))
  assert.equal(socketFor(join(directory, 'nothing.cf')), null)
})

test('mon keeps no database, so upalert mon starts none unless one is named', (t) => {
  const before = process.env.DATABASE_URL
  t.after(() => {
    if (before !== undefined) process.env.DATABASE_URL = before
  })
  delete process.env.DATABASE_URL
  assert.equal(givenBy({}, '/etc/mon').fallbacks?.database, 'none')
})

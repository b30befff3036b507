import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { pidfilePath, removePidfile, writePidfile } from '../../../src/daemon/mon/pidfile.ts'
import { settings } from '../../engine/build.ts'

function path(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-pid-'))
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return join(directory, 'mon.pid')
}

const named = (pidfile: { path: string; written: boolean }, standard: boolean) =>
  pidfilePath({ ...settings.logs, pidfile }, standard)

test('a pid file is where somebody wrote it; without a word upalert mon has mon’s place, and upalert run none', () => {
  assert.equal(named({ path: '/x/y.pid', written: true }, false), '/x/y.pid')
  assert.equal(named({ path: '', written: true }, true), null)
  assert.equal(named({ path: '', written: false }, false), null)
  assert.match(named({ path: '', written: false }, true) ?? '', /^\/(run\/mon|run|etc)\/mon\.pid$/)
})

test('a pid file is written over an old one, and goes with its daemon', (t) => {
  const file = path(t)
  writeFileSync(file, '99999\nold\n')
  assert.equal(writePidfile(file, 4711), null)
  assert.equal(readFileSync(file, 'utf8'), '4711\n')
  removePidfile(file, 4711)
  assert.ok(!existsSync(file))
  removePidfile(file, 4711)
})

test('a pid file of another daemon stays', (t) => {
  const file = path(t)
  for (const text of ['4712\n', '', 'nonsense']) {
    writeFileSync(file, text)
    removePidfile(file, 4711)
    assert.equal(readFileSync(file, 'utf8'), text)
  }
})

test('one that cannot be written is a sentence, and /dev/null stays what it is', (t) => {
  assert.match(writePidfile(`${path(t)}/none`, 1) ?? '', /^the pid file \S+ could not be written: ENOENT/)
  assert.equal(writePidfile('/dev/null', 4711), null)
  removePidfile('/dev/null', 4711)
  assert.ok(statSync('/dev/null').isCharacterDevice())
})

/** The key that signs links: made once, kept over restarts, and replaced where it is no key or no secret any more. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type OpenedKey, openLinkKey } from '../../src/edge/link-key.ts'

function directory(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'upalert-key-'))
  t.after(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function key(opened: OpenedKey) {
  assert.equal(opened.kind, 'key')
  assert(opened.kind === 'key')
  return opened
}

test('a key is made once, for its owner alone, and signs the same after a restart', (t) => {
  const statedir = directory(t)
  const first = key(openLinkKey(statedir))
  assert.equal(first.remark, '')
  const { size, mode } = statSync(join(statedir, 'link.key'))
  assert.deepEqual([size, mode & 0o777], [32, 0o600])
  assert.deepEqual(readdirSync(statedir), ['link.key'])
  const again = key(openLinkKey(statedir))
  assert.equal(again.remark, '')
  assert.equal(again.key.sign('text'), first.key.sign('text'))
})

test('a signature fits its text alone, whole, and by its own key alone', (t) => {
  const { key: own } = key(openLinkKey(directory(t)))
  const { key: other } = key(openLinkKey(directory(t)))
  const signature = own.sign('text')
  assert.equal(own.fits('text', signature), true)
  assert.equal(own.fits('text ', signature), false)
  assert.equal(other.fits('text', signature), false)
  for (const wrong of ['', signature.slice(1), `${signature}a`, `${signature.slice(0, -1)}ü`, 'x'.repeat(100_000)])
    assert.equal(own.fits('text', wrong), false)
})

const broken: readonly { name: string; spoil: (path: string) => void; says: RegExp }[] = [
  {
    name: 'cut short',
    spoil: (path) => writeFileSync(path, readFileSync(path).subarray(0, 31)),
    says: /links in messages that were sent before do not count any more: .*link\.key had 31 bytes instead of 32/,
  },
  { name: 'empty', spoil: (path) => writeFileSync(path, ''), says: /had 0 bytes instead of 32/ },
  { name: 'too long', spoil: (path) => writeFileSync(path, Buffer.alloc(33)), says: /had 33 bytes instead of 32/ },
  { name: 'open to others', spoil: (path) => chmodSync(path, 0o640), says: /could be read by others/ },
]
for (const { name, spoil, says } of broken) {
  test(`a key that is ${name} is replaced, and that is said`, (t) => {
    const statedir = directory(t)
    const path = join(statedir, 'link.key')
    const before = key(openLinkKey(statedir)).key.sign('text')
    spoil(path)
    const opened = key(openLinkKey(statedir))
    assert.match(opened.remark, says)
    assert.notEqual(opened.key.sign('text'), before)
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(key(openLinkKey(statedir)).key.sign('text'), opened.key.sign('text'))
  })
}

test('what a crash left of a key that was being made is in nobody’s way', (t) => {
  const statedir = directory(t)
  writeFileSync(join(statedir, 'link.key.new'), 'half', { mode: 0o644 })
  key(openLinkKey(statedir))
  assert.equal(statSync(join(statedir, 'link.key')).mode & 0o777, 0o600)
  assert.deepEqual(readdirSync(statedir), ['link.key'])
})

test('where none can be made, there are no links, and why is said', (t) => {
  const statedir = directory(t)
  const missing = openLinkKey(join(statedir, 'missing'))
  assert.equal(missing.kind, 'failed')
  assert(missing.kind === 'failed')
  assert.match(missing.text, /^messages have no links to acknowledge by: .*link\.key cannot be made \(ENOENT/)
  mkdirSync(join(statedir, 'link.key'))
  assert.equal(openLinkKey(statedir).kind, 'failed')
  // A process's own directory is read-only for everybody, also for root.
  const readOnly = openLinkKey('/proc/self')
  assert.equal(readOnly.kind, 'failed')
})

/** The executable: what it says when the program behind it cannot even be loaded. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')

const loads = [
  {
    name: 'too few file descriptors',
    code: 'EMFILE',
    says: /^upalert cannot start, .* raise its limit .*ulimit -n.*\n$/,
  },
  { name: 'a system without file descriptors', code: 'ENFILE', says: /^upalert cannot start, .*fs\.file-max.*\n$/ },
  { name: 'a mistake of ours, which keeps its trace', code: 'EOTHER', says: /EOTHER/ },
]
for (const { name, code, says } of loads) {
  test(`the executable says what is wrong: ${name}`, (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'upalert-bin-'))
    t.after(() => rmSync(directory, { recursive: true, force: true }))
    for (const part of ['bin', 'scripts', 'package.json'])
      cpSync(join(root, part), join(directory, part), { recursive: true })
    mkdirSync(join(directory, 'dist/src'), { recursive: true })
    writeFileSync(join(directory, 'dist/src/main.js'), `throw Object.assign(new Error('x'), { code: '${code}' })\n`)
    const { status, stderr } = spawnSync(process.execPath, [join(directory, 'bin/upalert.mjs')], { encoding: 'utf8' })
    assert.equal(status, 1)
    assert.match(stderr, says)
  })
}

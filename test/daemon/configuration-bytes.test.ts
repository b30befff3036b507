import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configurationBytes } from '../../src/daemon/configuration-bytes.ts'
import { LARGEST_FILE } from '../../src/parse/source.ts'

const main = join(import.meta.dirname, '../../src/main.ts')

test('an ordinary file is read whole, and no more of it than is ever parsed', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-bytes-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'a')
  for (const [size, read] of [
    [0, 0],
    [7, 7],
    [LARGEST_FILE + 5000, LARGEST_FILE + 1],
  ] as const) {
    writeFileSync(path, Buffer.alloc(size, 'x'))
    const answer = configurationBytes(path)
    assert.ok(answer.kind === 'bytes')
    assert.equal(answer.bytes.length, read)
  }
})

test('what is no ordinary file is refused, with the reason', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'upalert-bytes-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const [fifo, link] = [join(directory, 'fifo'), join(directory, 'link')]
  assert.equal(spawnSync('mkfifo', [fifo]).status, 0)
  symlinkSync(link, link)
  const reasons = ['/dev/zero', fifo, directory, join(directory, 'none'), link].map((path) => {
    const answer = configurationBytes(path)
    return answer.kind === 'unreadable' ? answer.reason : ''
  })
  assert.deepEqual(reasons, [
    'it is no ordinary file',
    'it is a FIFO, and nobody knows whether anybody writes into it',
    'it is a directory',
    'it does not exist',
    'its symbolic links go round in a circle',
  ])
})

test('a pipe gives its bytes as often as they are asked for', () => {
  const text = 'virtual=192.0.2.1:80\n\treal=10.0.0.2:80 masq\n\tchecktype=connect\n'
  const words = ['-c', 'cat | "$0" --import tsx "$1" convert /dev/stdin', process.execPath, main]
  const { status, stdout, stderr } = spawnSync('/bin/sh', words, { input: text, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.match(stdout, /^virtual 192\.0\.2\.1:80$/m)
})

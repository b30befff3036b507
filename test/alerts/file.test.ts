import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { Ajv } from 'ajv'
import { type FileOptions, file } from '../../alerts/file.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { id } from '../../src/model/names.ts'
import { needs } from '../needs.ts'
import { fresh } from '../scripts.ts'
import { failure, recovery } from '../wire/alert-message.ts'
import { alertContext } from './context.ts'

const send = (options: FileOptions, message: AlertMessage = failure) => file.send(message, options, alertContext(''))
const linesIn = (path: string): string[] => readFileSync(path, 'utf8').split('\n')

async function refused(path: string, why: RegExp): Promise<void> {
  const outcome = await send({ path })
  assert.ok(outcome.kind === 'failed' && outcome.retry, outcome.text)
  assert.match(outcome.text, why)
}

function directory(mode: number): string {
  const path = fresh('logs')
  mkdirSync(path, { mode })
  // Past the umask.
  spawnSync('chmod', [mode.toString(8), path])
  return path
}

test('each alert is a line, in a file that others may not read', async () => {
  const path = fresh('upalert.log')
  assert.deepEqual(await send({ path }), { kind: 'sent', text: `written to ${path}` })
  await send({ path }, recovery)
  const [down = '', up = '', end] = linesIn(path)
  assert.match(
    down,
    /^2026-06-04T12:02:11\.000Z DOWN web\/http: 10\.1\.1\.3 answered 503 .*; 2 of 3 .* \[id=0197-42\]$/,
  )
  assert.match(up, /^2026-06-04T12:02:11\.000Z UP web\/http: up again after 4 min 30 s; .* \[id=0197-43\]$/)
  assert.equal(end, '')
  assert.equal(statSync(path).mode & 0o137, 0, 'neither others, nor the group but to read')
})

test('with --json each line is an object', async () => {
  const path = fresh('upalert.json')
  await send({ path, json: true }, { ...failure, members: [failure, recovery], omitted: 4 })
  const [down, up, more] = linesIn(path)
    .slice(0, 3)
    .map((line) => JSON.parse(line))
  assert.deepEqual([down.state, down.key, up.state, up.lastedMs, more.omitted], ['DOWN', 'web/http', 'UP', 270_000, 4])
})

test('a file that was moved away is not written on', async () => {
  const path = fresh('rotated.log')
  await send({ path })
  renameSync(path, `${path}.1`)
  await send({ path }, recovery)
  assert.equal(linesIn(`${path}.1`).length, 2)
  assert.match(linesIn(path)[0] ?? '', / UP /)
})

test('many at once are whole lines', async () => {
  const path = fresh('many.log')
  await Promise.all(Array.from({ length: 100 }, (_, i) => send({ path }, { ...failure, id: id(`n${i}`) })))
  const lines = linesIn(path)
  assert.equal(lines.pop(), '')
  const ids = lines.map((line) => /^2026\S+ DOWN .* \[id=n(\d+)\]$/.exec(line)?.[1])
  assert.deepEqual(new Set(ids), new Set(Array.from({ length: 100 }, (_, i) => String(i))))
})

test('a line that a full disk cut off is left alone: the next begins anew', async () => {
  const path = fresh('torn.log')
  writeFileSync(path, '2026-01-01 half a li')
  await send({ path })
  assert.deepEqual(
    linesIn(path).map((line) => line.slice(0, 20)),
    ['2026-01-01 half a li', '2026-06-04T12:02:11.', ''],
  )
})

test('what cannot be written to is told in a sentence, and tried again', async () => {
  await refused(join(fresh('none'), 'x.log'), /cannot be made: its directory does not exist$/)
  await refused(directory(0o755), /is a directory$/)
  await refused('/dev/null', /is no ordinary file$/)
  const path = fresh('plain')
  writeFileSync(path, '')
  await refused(join(path, 'x.log'), /a part of the path is no directory$/)
  const pipe = fresh('pipe')
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0)
  await refused(pipe, /is no ordinary file$/)
})

test("an operator's link is followed; one in a directory that others may write to is not", async () => {
  const target = fresh('target.log')
  const [safe, open] = [directory(0o755), directory(0o1777)]
  for (const where of [safe, open]) symlinkSync(target, join(where, 'x.log'))
  assert.equal((await send({ path: join(safe, 'x.log') })).kind, 'sent')
  assert.equal(linesIn(target).length, 2)
  await refused(join(open, 'x.log'), /symbolic link in a directory that others may write to, and is not followed/)
  assert.equal(linesIn(target).length, 2)

  linkSync(target, join(open, 'hard.log'))
  await refused(join(open, 'hard.log'), /has a second name, in a directory that others may write to/)
  assert.equal((await send({ path: join(open, 'ours.log') })).kind, 'sent')
  rmSync(target)
})

test('a full disk is told, and what was cut off is no part of the next line', needs('root'), async (t) => {
  const where = directory(0o755)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', where])
  if (mounted.status !== 0) return t.skip(`no file system can be mounted here: ${mounted.stderr}`)
  t.after(() => spawnSync('umount', [where]))
  const path = join(where, 'x.log')
  writeFileSync(path, 'x'.repeat(4050))
  await refused(path, /the disk is full$/)
  writeFileSync(path, 'short\nhalf')
  assert.equal((await send({ path })).kind, 'sent')
  assert.deepEqual(
    linesIn(path).map((line) => line.slice(0, 10)),
    ['short', 'half', '2026-06-04', ''],
  )
})

test('an attempt that is over writes nothing', async () => {
  const path = fresh('over.log')
  const outcome = await file.send(failure, { path }, { ...alertContext(''), signal: AbortSignal.abort() })
  assert.ok(outcome.kind === 'failed' && outcome.retry)
  assert.throws(() => statSync(path))
  assert.ok(statSync(dirname(path)).isDirectory())
})

test('its options are checked by its schema', () => {
  const valid = new Ajv({ strict: false }).compile(file.schema)
  assert.ok(valid({ path: '/var/log/upalert.log', json: true }))
  for (const path of ['upalert.log', '/var/log/', '', '/a\0b']) assert.ok(!valid({ path }), path)
  assert.match(file.render?.(failure, { path: '/x' }, alertContext('')) ?? '', /^2026-06-04T12:02:11\.000Z DOWN web/)
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { appender } from '../../src/edge/files/appender.ts'
import { readWhole, replaceWhole } from '../../src/edge/files/whole-file.ts'
import { needs } from '../needs.ts'

function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'upalert-files-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

test('lines go to the end of the file in the order given, however fast they come', async (t) => {
  const path = join(directory(t), 'log')
  writeFileSync(path, 'before\n')
  const log = appender(path, assert.fail)
  const lines = Array.from({ length: 1000 }, (_, i) => `line ${i}\n`)
  for (const line of lines) log.append(line)
  await log.settled()
  assert.equal(readFileSync(path, 'utf8'), `before\n${lines.join('')}`)
})

test('a log that was moved away is begun anew, and the old one is not written on', async (t) => {
  const path = join(directory(t), 'log')
  const log = appender(path, assert.fail)
  log.append('old\n')
  await log.settled()
  renameSync(path, `${path}.1`)
  log.append('new\n')
  await log.settled()
  assert.equal(readFileSync(`${path}.1`, 'utf8'), 'old\n')
  assert.equal(readFileSync(path, 'utf8'), 'new\n')
})

test('a log that cannot be written is told once, and once more after it worked meanwhile', async (t) => {
  const where = join(directory(t), 'later')
  const told: string[] = []
  const log = appender(join(where, 'log'), (reason) => told.push(reason))
  for (const text of ['1\n', '2\n', '3\n']) {
    log.append(text)
    await log.settled()
  }
  assert.match(told.join(), /^ENOENT[^,]*, [^,]*$/)
  mkdirSync(where)
  log.append('4\n')
  await log.settled()
  assert.equal(readFileSync(join(where, 'log'), 'utf8'), '4\n')
  rmSync(where, { recursive: true })
  log.append('5\n')
  await log.settled()
  assert.equal(told.length, 2)
})

test('what waits for a disk that hangs is bounded, and what is lost is told', async (t) => {
  const told: string[] = []
  const path = join(directory(t), 'log')
  const log = appender(path, (reason) => told.push(reason))
  const megabyte = `${'x'.repeat(999_999)}\n`
  log.append('first\n')
  log.append(megabyte)
  log.append(megabyte)
  log.append(megabyte)
  assert.deepEqual(told, ['the disk does not keep up; lines are lost'])
  await log.settled()
  assert.equal(statSync(path).size, 'first\n'.length + megabyte.length)
})

test('a link that an operator put in place of the log is followed', async (t) => {
  const where = directory(t)
  writeFileSync(join(where, 'elsewhere'), '')
  symlinkSync(join(where, 'elsewhere'), join(where, 'log'))
  const log = appender(join(where, 'log'), assert.fail)
  log.append('x\n')
  await log.settled()
  assert.equal(readFileSync(join(where, 'elsewhere'), 'utf8'), 'x\n')
})

/** Ends with the text that a child printed; the mount is seen by nobody else and goes with it. */
function onSmallDisk(t: TestContext, script: string): string {
  const where = directory(t)
  const room = join(import.meta.dirname, '../../src/edge/files')
  const program = `import { appender } from ${JSON.stringify(`${room}/appender.ts`)}
import { readWhole, replaceWhole } from ${JSON.stringify(`${room}/whole-file.ts`)}
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
process.chdir(${JSON.stringify(where)})
${script}`
  const mounted = `mount -t tmpfs -o size=64k none ${where} && exec "$@"`
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', program]
  const run = spawnSync('unshare', ['-m', '--propagation', 'private', 'sh', '-c', mounted, 'sh', ...node], {
    encoding: 'utf8',
    cwd: join(import.meta.dirname, '../..'),
  })
  assert.equal(run.status, 0, run.stderr)
  return run.stdout
}

test('on a full disk nothing is torn: the next line that fits begins a line of its own', needs('root'), (t) => {
  const said = onSmallDisk(
    t,
    `const told = []
const log = appender('log', (reason) => told.push(reason))
writeFileSync('big', 'x'.repeat(58_000))
for (const n of [1, 2, 3]) { log.append((n + '.').repeat(4000) + '\\n'); await log.settled() }
rmSync('big')
log.append('well\\n'); await log.settled()
const lines = readFileSync('log', 'utf8').split('\\n')
console.log(JSON.stringify({ told, last: lines.slice(-2), torn: lines.at(-3).slice(0, 4) }))`,
  )
  const { told, last, torn } = JSON.parse(said)
  assert.equal(told.length, 1)
  assert.match(told[0], /^ENOSPC/)
  assert.deepEqual(last, ['well', ''])
  assert.match(torn, /^[123]\./)
})

test('on a full disk a state file stays as it was, whole', needs('root'), (t) => {
  const said = onSmallDisk(
    t,
    `const first = replaceWhole('opstatus', 'old\\n')
const second = replaceWhole('opstatus', 'new'.repeat(100_000))
console.log(JSON.stringify({ first, second, text: readFileSync('opstatus', 'utf8'), left: readWhole('opstatus.new').kind }))`,
  )
  const { first, second, text, left } = JSON.parse(said)
  assert.equal(first, null)
  assert.match(second, /^ENOSPC/)
  assert.equal(text, 'old\n')
  assert.equal(left, 'unreadable')
})

test('a file is replaced as a whole, and comes back as it was written', (t) => {
  const path = join(directory(t), 'opstatus')
  const before = Date.now()
  for (const text of ['', 'group=g\tservice=s\n', 'größer 🦆\n'.repeat(10_000)]) {
    assert.equal(replaceWhole(path, text), null)
    const read = readWhole(path)
    assert.equal(read.kind === 'text' ? read.text : read.reason, text)
    assert.ok(read.kind === 'text' && read.modified.getTime() > before - 2000)
    assert.ok(!existsSync(`${path}.new`))
  }
})

test('what stands in the way of a file is told, and nothing is left over', (t) => {
  const where = directory(t)
  assert.match(replaceWhole(join(where, 'none', 'x'), 'x') ?? '', /^ENOENT/)
  mkdirSync(join(where, 'taken', 'by'), { recursive: true })
  assert.match(replaceWhole(join(where, 'taken'), 'x') ?? '', /^(EISDIR|ENOTEMPTY|EEXIST)/)
  assert.ok(!existsSync(join(where, 'taken.new')))
})

test('a file that is not there, a directory, and a pipe that nobody writes to are answers, not troubles', (t) => {
  const where = directory(t)
  const missing = readWhole(join(where, 'x'))
  assert.equal(missing.kind === 'unreadable' && missing.errno, 'ENOENT')
  const folder = readWhole(where)
  assert.equal(folder.kind === 'unreadable' && folder.errno, 'EISDIR')
  spawnSync('mkfifo', [join(where, 'pipe')])
  const pipe = readWhole(join(where, 'pipe'))
  assert.equal(pipe.kind === 'text' && pipe.text, '')
})

test("what root writes into another user's directory becomes that user's", needs('root'), async (t) => {
  const where = directory(t)
  chownSync(where, 12_345, 12_345)
  replaceWhole(join(where, 'opstatus'), 'x')
  const log = appender(join(where, 'log'), assert.fail)
  log.append('x\n')
  await log.settled()
  for (const name of ['opstatus', 'log']) assert.equal(statSync(join(where, name)).uid, 12_345)
})

test("a link into root's files is not given away with what it leads to", needs('root'), async (t) => {
  const [where, other] = [directory(t), directory(t)]
  chownSync(where, 12_345, 12_345)
  for (const name of ['opstatus.new', 'log']) {
    writeFileSync(join(other, name), 'root')
    symlinkSync(join(other, name), join(where, name))
  }
  assert.match(replaceWhole(join(where, 'opstatus'), 'x') ?? '', /^ELOOP/)
  const log = appender(join(where, 'log'), assert.fail)
  log.append('x\n')
  await log.settled()
  for (const name of ['opstatus.new', 'log']) assert.equal(statSync(join(other, name)).uid, 0)
  assert.equal(readFileSync(join(other, 'opstatus.new'), 'utf8'), 'root')
})

/** Lines in a named pipe: in order, whole, and never waited for, whatever stands at the path and whoever reads. */
import assert from 'node:assert/strict'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { createInterface } from 'node:readline'
import { afterEach, type TestContext, test } from 'node:test'
import { type FifoOptions, fifo } from '../../alerts/fifo.ts'
import { closeFifos, openFifo } from '../../src/edge/fifo/fifo.ts'
import type { AlertMessage } from '../../src/model/alert.ts'
import { serverLine } from '../../src/model/keepalived-names.ts'
import { hours, wallTime } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { fresh } from '../scripts.ts'
import { failure } from '../wire/alert-message.ts'
import { asNobody } from './as-nobody.ts'
import { alertContext } from './context.ts'

afterEach(closeFifos)

const line = serverLine('[10.1.1.2]:tcp:8080', '[192.0.2.10]:tcp:80', 'DOWN')
const down = (): AlertMessage => ({ ...failure, at: wallTime(Date.now()), line })
const send = (options: FifoOptions, message: AlertMessage = down()) => fifo.send(message, options, alertContext(''))

/** All that waits in the pipe. */
function waiting(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const room = Buffer.alloc(1_000_000)
  let length = 0
  try {
    for (;;) length += readSync(fd, room, length, room.length - length, null)
  } catch {
    // EAGAIN: it is empty.
  } finally {
    closeSync(fd)
  }
  return room.toString('utf8', 0, length)
}

async function fill(path: string): Promise<number> {
  for (let lines = 0; ; lines += 1) {
    const outcome = await send({ path })
    if (outcome.kind === 'sent') continue
    assert.deepEqual(outcome, {
      kind: 'failed',
      retry: true,
      text: `${path} is full: nobody reads it; see that its reader runs`,
    })
    return lines
  }
}

test('a missing FIFO is made, and lines wait in it for a reader that comes late', async () => {
  const path = fresh('fifo')
  assert.deepEqual(await send({ path }), { kind: 'sent', text: `wrote "${line}" to ${path}` })
  assert.ok(lstatSync(path).isFIFO())
  assert.equal(lstatSync(path).mode & 0o777, 0o600, 'who else may read it could take lines away')
  await send({ path }, { ...down(), kind: 'up', line: line.replace('DOWN', 'UP') })
  const reader = spawn('head', ['-n', '2', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const said: Buffer[] = []
  reader.stdout.on('data', (bytes: Buffer) => said.push(bytes))
  await once(reader, 'close')
  assert.equal(Buffer.concat(said).toString(), `${line}\n${line.replace('DOWN', 'UP')}\n`)
})

test('a FIFO can be made before the first line, so that a reader may be there first', async () => {
  const path = fresh('fifo')
  assert.deepEqual(openFifo(path, null), { kind: 'open', remark: '' })
  const reader = spawn('head', ['-n', '1', path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const first = once(reader.stdout, 'data')
  await send({ path })
  assert.equal(String(await first), `${line}\n`)
})

test('a FIFO without a reader holds over a thousand lines, then fails without waiting and is tried again', async () => {
  const path = fresh('fifo')
  const lines = await fill(path)
  assert.ok(lines >= 1000, `${lines}`)
  assert.ok(waiting(path) === `${line}\n`.repeat(lines), 'all of them whole, and in order')
  assert.equal((await send({ path })).kind, 'sent')
})

test('a reader that stops reading holds nobody up, and gets whole lines when it goes on', async (t) => {
  const path = fresh('fifo')
  openFifo(path, null)
  const reader = readerOf(t, path)
  await send({ path })
  assert.equal(await reader.next(), line)
  reader.process.kill('SIGSTOP')
  const lines = await fill(path)
  reader.process.kill('SIGCONT')
  for (let i = 0; i < lines; i += 1) assert.equal(await reader.next(), line)
  await send({ path })
  assert.equal(await reader.next(), line)
})

test('a line that nobody makes room for is given up after an hour, and that is said', async () => {
  const path = fresh('fifo')
  await fill(path)
  assert.deepEqual(await send({ path }, { ...down(), at: wallTime(Date.now() - hours(1)) }), {
    kind: 'failed',
    retry: false,
    text: `${path} is full: nobody reads it; see that its reader runs; a line is kept for 1 h`,
  })
})

test('a symbolic link, an ordinary file and a directory are refused and left as they are', async () => {
  const [link, file, folder, target] = [fresh('link'), fresh('file'), fresh('folder'), fresh('target')]
  execFileSync('mkfifo', [target])
  symlinkSync(target, link)
  writeFileSync(file, 'precious')
  mkdirSync(folder)
  const expected = [
    [link, 'a symbolic link'],
    [file, 'an ordinary file'],
    [folder, 'a directory'],
  ] as const
  for (const [path, what] of expected) {
    const outcome = await send({ path })
    assert.deepEqual(outcome, {
      kind: 'failed',
      retry: true,
      text: `${path} is ${what}: remove it, and a FIFO is made in its place`,
    })
  }
  closeFifos()
  assert.equal(readFileSync(file, 'utf8'), 'precious')
  assert.ok(lstatSync(link).isSymbolicLink())
})

test('a path that cannot be says why', async () => {
  const none = await send({ path: '/nonexistent/notify.fifo' })
  assert.equal(none.text, '/nonexistent/notify.fifo could not be made: its directory does not exist (ENOENT)')
  const below = fresh('file')
  writeFileSync(below, '')
  assert.match((await send({ path: `${below}/x` })).text, /could not be looked at \(ENOTDIR\)$/)
})

test('what takes the place of an open FIFO is noticed: a file is refused, a FIFO used, nothing made again', async () => {
  const path = fresh('fifo')
  await send({ path })
  unlinkSync(path)
  writeFileSync(path, 'log\n')
  assert.match((await send({ path })).text, /is an ordinary file/)
  assert.equal(readFileSync(path, 'utf8'), 'log\n')
  unlinkSync(path)
  execFileSync('mkfifo', [path])
  assert.equal((await send({ path })).kind, 'sent')
  assert.equal(waiting(path), `${line}\n`)
  unlinkSync(path)
  assert.equal((await send({ path })).kind, 'sent')
  assert.equal(waiting(path), `${line}\n`)
})

test('at the end what we made is removed, and nothing else', async () => {
  const [made, found, replaced] = [fresh('made'), fresh('found'), fresh('replaced')]
  execFileSync('mkfifo', ['-m', '600', found])
  for (const path of [made, found, replaced]) await send({ path })
  unlinkSync(replaced)
  writeFileSync(replaced, 'mine')
  closeFifos()
  assert.deepEqual(
    [made, found, replaced].map((path) => existsSync(path)),
    [false, true, true],
  )
  assert.equal(lstatSync(found).mode & 0o777, 0o600)
})

test(
  'a FIFO that we make belongs to whom it was promised, one that was there keeps its owner',
  needs('root'),
  async () => {
    const [made, found] = [fresh('made'), fresh('found')]
    execFileSync('mkfifo', [found])
    for (const path of [made, found]) await send({ path, user: 'nobody', group: 'daemon' })
    assert.deepEqual([lstatSync(made).uid, lstatSync(made).gid], [65_534, 1])
    assert.equal(lstatSync(made).mode & 0o777, 0o640, 'a group that is named may read')
    const alone = fresh('alone')
    await send({ path: alone, user: 'nobody' })
    assert.equal(lstatSync(alone).mode & 0o777, 0o600)
    assert.deepEqual([lstatSync(found).uid, lstatSync(found).gid], [0, 0])
  },
)

test('an owner that cannot be is told, and costs no line', needs('root'), async (t) => {
  const unknown = await send({ path: fresh('fifo'), user: 'nosuchuser' })
  assert.equal(unknown.kind, 'sent')
  assert.match(unknown.text, /; its owner is ours: there is no user nosuchuser in \/etc\/passwd; /)
  const folder = fresh('open')
  mkdirSync(folder)
  chmodSync(folder, 0o777)
  await asNobody(t, async () => {
    const outcome = await send({ path: `${folder}/fifo`, user: 'daemon' })
    assert.equal(outcome.kind, 'sent')
    assert.match(outcome.text, /; it could not be given to user 1, group 1 \(EPERM\); only root can$/)
    const shut = await send({ path: fresh('shut') })
    assert.match(shut.text, / could not be made: upalert may not write to its directory \(EACCES\)$/)
  })
})

test('one message is one line, and a line that no pipe takes whole is given up', async () => {
  const path = fresh('fifo')
  await send({ path }, { ...down(), line: 'VS [a\nVS [b]:80\x1b[2J UP\u2028' })
  assert.equal(waiting(path), 'VS [a?VS [b]:80?[2J UP?\n')
  assert.equal((await send({ path }, { ...down(), line: 'x'.repeat(4095) })).kind, 'sent')
  assert.deepEqual(await send({ path }, { ...down(), line: 'é'.repeat(2048) }), {
    kind: 'failed',
    retry: false,
    text: 'the line is longer than the 4096 bytes a pipe takes',
  })
})

const { line: _, ...ofService } = { ...failure, line: '' }
const kinds = [
  { kind: 'failure', is: 'SERVICE web/http DOWN\n' },
  { kind: 'trap', is: 'SERVICE web/http DOWN\n' },
  { kind: 'traptimeout', is: 'SERVICE web/http DOWN\n' },
  { kind: 'up', is: 'SERVICE web/http UP\n' },
  { kind: 'ack', is: '' },
  { kind: 'disable', is: '' },
  { kind: 'startup', is: '' },
  { kind: 'test', is: '' },
] as const
for (const { kind, is } of kinds) {
  test(`a service that is no virtual server has a line of the same form: ${kind}`, async () => {
    const path = fresh('fifo')
    openFifo(path, null)
    const outcome = await send({ path }, { ...ofService, kind })
    assert.equal(outcome.kind, 'sent', outcome.text)
    assert.equal(waiting(path), is)
  })
}

test('a tried-out notification writes no line that a reader would believe, and says whether it could', async () => {
  const path = fresh('fifo')
  const outcome = await send({ path }, { ...down(), isTest: true })
  assert.match(outcome.text, /^wrote nothing to .*, which is there: /)
  assert.equal(waiting(path), '')
  const file = fresh('file')
  writeFileSync(file, '')
  assert.equal((await send({ path: file }, { ...down(), isTest: true })).kind, 'failed')
})

function readerOf(t: TestContext, path: string): { readonly process: ChildProcess; next(): Promise<string> } {
  const process = spawn('cat', [path], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => process.kill('SIGKILL'))
  const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]()
  return { process, next: async () => (await lines.next()).value }
}

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Journal } from '../../src/edge/journal/journal.ts'
import { emptyPatch } from '../../src/model/commit.ts'
import { needs } from '../needs.ts'
import { appendFromTo, commitOf, count, directoryFor, opened, seqs } from './journal-commits.ts'

/** Lets a child write until it has answered for `enough` commits, kills it, and gives what it said until its end. */
async function killAfter(directory: string, enough: number): Promise<string[]> {
  const script = fileURLToPath(new URL('journal-child.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const said: string[] = []
  let answered = 0
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line)
    if (line.startsWith('durable')) answered += 1
    if (answered === enough) child.kill('SIGKILL')
  }
  return said
}

test('kill -9 at any moment loses nothing that was answered for, and leaves no gap', async (t) => {
  const directory = await directoryFor(t)
  let answered = 0
  // The number is chance, and so is what the child does at that moment: writing, syncing, closing a segment, thinning one.
  for (const most of [3, 30, 100, 200]) {
    const enough = 1 + Math.floor(Math.random() * most)
    const said = await killAfter(directory, enough)
    assert.ok(!said.some((line) => line.includes('damaged')), said.join('\n'))
    const next = Number(said.find((line) => line.startsWith('next'))?.split(' ')[1])
    assert.ok(next > answered, `${answered} was answered for, the next is ${next}`)
    answered = Math.max(...said.filter((line) => line.startsWith('durable')).map((line) => Number(line.split(' ')[1])))
  }
  const { journal, saved, nextSeq } = await opened(directory)
  assert.ok(nextSeq > answered)
  assert.deepEqual(saved?.owned.seq?.[0], String(nextSeq - 1))
  assert.deepEqual(seqs(await journal.entries({})), count(1, nextSeq - 1))
  await journal.close()
})

/** A file system of its own that is soon full. */
async function smallDisk(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-full-'))
  const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', directory], { encoding: 'utf8' })
  assert.equal(mount.status, 0, mount.stderr)
  t.after(async () => {
    spawnSync('umount', ['-l', directory])
    await rm(directory, { recursive: true, force: true })
  })
  return directory
}

/** Takes all the room there is; `give` gives it back. */
async function fill(directory: string): Promise<{ give(): Promise<void> }> {
  const { bavail, bsize } = await statfs(directory)
  const path = join(directory, 'filler')
  await writeFile(path, Buffer.alloc(bavail * bsize))
  return { give: () => writeFile(path, '') }
}

/** Resolves when the journal has caught up with what waits. */
async function caughtUp(journal: Journal): Promise<void> {
  if (journal.status().waiting === 0) return
  await new Promise<void>((resolve) => {
    journal.onDurable(() => journal.status().waiting === 0 && resolve())
  })
}

const quick = { retryFirst: 5, retryMost: 20 }

test(
  'a full disk is told once, the daemon goes on, and the journal catches up when there is room',
  needs('root'),
  async (t) => {
    const directory = await smallDisk(t)
    const told: string[] = []
    const { journal } = await opened(directory, { limits: quick, notice: (text) => told.push(text) })
    await appendFromTo(journal, 1, 10)
    const filler = await fill(directory)
    // The last block of the file takes a part of this, so the write is cut in the middle of a line.
    const outcomes = []
    for (let seq = 11; seq <= 40; seq += 1) outcomes.push(await journal.append(commitOf(seq, 1000)))
    assert.equal(outcomes.at(-1)?.kind, 'in-memory')
    assert.equal(told.length, 1)
    assert.match(told[0] ?? '', /The disk with .*journal is full. State and history are kept in memory meanwhile/)
    assert.ok(journal.status().waiting > 0)
    assert.deepEqual(seqs(await journal.entries({})), count(1, 40))
    await filler.give()
    // A keep-alive, because the journal's own timer does not hold the process.
    const keep = setInterval(() => {}, 1000)
    await caughtUp(journal)
    clearInterval(keep)
    assert.deepEqual(told.slice(1), [`The journal in ${directory}/journal is written again. Nothing was lost.`])
    assert.equal((await journal.append(commitOf(41))).kind, 'durable')
    await journal.close()
    const after = await opened(directory)
    assert.deepEqual([after.remarks, after.nextSeq], [[], 42])
    assert.deepEqual(seqs(await after.journal.entries({})), count(1, 41))
    await after.journal.close()
  },
)

test(
  'after a full disk new commits are written without waiting for the next turn, and all before them',
  needs('root'),
  async (t) => {
    const directory = await smallDisk(t)
    const never = { retryFirst: 3_600_000, retryMost: 3_600_000, retryAtAppend: 0 }
    const { journal } = await opened(directory, { limits: never })
    const filler = await fill(directory)
    assert.equal((await journal.append(commitOf(1, 20_000))).kind, 'in-memory')
    await filler.give()
    // The first of them may come while the refused write is still being cleared away.
    let seq = 1
    while (journal.status().durable === 0 && seq < 50) {
      seq += 1
      await journal.append(commitOf(seq))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    assert.ok(journal.status().durable > 0)
    assert.equal(await journal.close(), null)
    assert.deepEqual([journal.status().durable, journal.status().trouble], [seq, null])
  },
)

test('a disk that stays full costs the oldest history and no state', needs('root'), async (t) => {
  const directory = await smallDisk(t)
  const told: string[] = []
  const limits = { ...quick, waitingCommits: 5 }
  const { journal } = await opened(directory, { limits, notice: (text) => told.push(text) })
  await appendFromTo(journal, 1, 3)
  const filler = await fill(directory)
  for (let seq = 4; seq <= 30; seq += 1) await journal.append(commitOf(seq, 3000))
  await journal.append({ ...commitOf(31), patch: emptyPatch })
  await filler.give()
  const keep = setInterval(() => {}, 1000)
  await caughtUp(journal)
  clearInterval(keep)
  assert.match(told.at(-1) ?? '', /is written again. \d+ entries of the history did not fit and are lost/)
  await journal.close()
  const { saved, nextSeq, journal: after } = await opened(directory)
  assert.equal(nextSeq, 32)
  assert.equal(saved?.owned.seq?.[0], '30')
  assert.deepEqual(saved?.pools.map((pool) => pool.cause).sort(), ['event-28', 'event-29', 'event-30'])
  assert.deepEqual(seqs(await after.entries({ limit: 5 })), count(27, 31))
  await after.close()
})

test('a crash while the disk is full leaves what was on it', needs('root'), async (t) => {
  const directory = await smallDisk(t)
  const { journal } = await opened(directory, { limits: quick })
  await appendFromTo(journal, 1, 10)
  const filler = await fill(directory)
  for (let seq = 11; seq <= 20; seq += 1) await journal.append(commitOf(seq, 5000))
  assert.match((await journal.close()) ?? '', /changes could not be written to .* The disk with .* is full/)
  await filler.give()
  const after = await opened(directory)
  assert.deepEqual(after.saved?.owned.seq?.[0], String(after.nextSeq - 1))
  assert.deepEqual(seqs(await after.journal.entries({})), count(1, after.nextSeq - 1))
  await after.journal.close()
})

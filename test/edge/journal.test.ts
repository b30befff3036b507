import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import {
  appendFile,
  chmod,
  chown,
  copyFile,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openJournal } from '../../src/edge/journal/journal.ts'
import { cannotUse } from '../../src/edge/journal/words.ts'
import { wallTime } from '../../src/model/units.ts'
import { needs } from '../needs.ts'
import { appendFromTo, commitOf, count, directoryFor, opened, seqs } from './journal-commits.ts'

const small = { segmentBytes: 4096, recentEntries: 20 }

test('an empty directory opens with nothing remembered, and is closed to other users', async (t) => {
  const directory = await directoryFor(t)
  const { saved, nextSeq, remarks, journal } = await opened(directory)
  assert.deepEqual({ saved, nextSeq, remarks }, { saved: null, nextSeq: 1, remarks: [] })
  await appendFromTo(journal, 1, 1)
  assert.equal((await stat(join(directory, 'journal'))).mode & 0o777, 0o700)
  for (const name of await readdir(join(directory, 'journal')))
    assert.equal((await stat(join(directory, 'journal', name))).mode & 0o777, 0o600, name)
  await journal.close()
})

test('state, outbox and history are as they were after a clean stop', async (t) => {
  const directory = await directoryFor(t)
  const before = await opened(directory)
  await appendFromTo(before.journal, 1, 100)
  assert.equal(await before.journal.close(), null)
  const after = await opened(directory)
  assert.equal(after.nextSeq, 101)
  assert.deepEqual(after.saved?.owned, { seq: ['100', ''] })
  assert.deepEqual(after.saved?.pools.map((pool) => pool.cause).sort(), ['event-100', 'event-98', 'event-99'])
  assert.deepEqual(seqs(await after.journal.entries({})), count(1, 100))
  assert.equal(after.journal.id, before.journal.id)
  await after.journal.close()
})

test('a crash at any byte leaves a whole number of commits, and writing goes on behind them', async (t) => {
  const source = await directoryFor(t)
  const { journal } = await opened(source)
  await appendFromTo(journal, 1, 4)
  const segment = join('journal', 'journal-0000000001.ndjson')
  const { size } = await stat(join(source, segment))
  for (let cut = 0; cut <= size; cut += 1) {
    const directory = await directoryFor(t)
    const { journal: first } = await opened(directory)
    await first.close()
    await copyFile(join(source, segment), join(directory, segment))
    await truncate(join(directory, segment), cut)
    const { saved, nextSeq, journal: second, remarks } = await opened(directory)
    assert.deepEqual(saved?.owned.seq ?? ['0'], nextSeq === 1 ? ['0'] : [String(nextSeq - 1), ''])
    assert.deepEqual(seqs(await second.entries({})), count(1, nextSeq - 1))
    if (remarks.length > 0) assert.match(remarks.join(), /the last \d+ bytes were cut short by a crash/)
    await appendFromTo(second, nextSeq, nextSeq + 1)
    await second.close()
    const third = await opened(directory)
    assert.deepEqual(seqs(await third.journal.entries({})), count(1, nextSeq + 1))
    assert.deepEqual(third.remarks, [])
    await third.journal.close()
  }
  await journal.close()
})

test('a damaged line in the middle is told, and everything after it is kept', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory)
  await appendFromTo(journal, 1, 10)
  const path = join(directory, 'journal', 'journal-0000000001.ndjson')
  const crashed = await directoryFor(t)
  await (await opened(crashed)).journal.close()
  const lines = (await readFile(path, 'utf8')).replace('"summary":"5"', '"summary":"6"')
  await writeFile(join(crashed, 'journal', 'journal-0000000001.ndjson'), lines)
  const { remarks, saved, nextSeq, journal: after } = await opened(crashed)
  assert.match(remarks.join(), /1 damaged line was passed over; what only they recorded is lost. Check the disk/)
  assert.deepEqual(saved?.owned, { seq: ['10', ''] })
  assert.equal(nextSeq, 11)
  assert.deepEqual(seqs(await after.entries({})), [1, 2, 3, 4, 6, 7, 8, 9, 10])
  await after.close()
  await journal.close()
})

test('segments roll, snapshots follow, and a damaged snapshot falls back to the one before', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory, { limits: small })
  for (let seq = 1; seq <= 100; seq += 1) await journal.append(commitOf(seq))
  await journal.close()
  const files = await readdir(join(directory, 'journal'))
  const snapshots = files.filter((name) => name.startsWith('snapshot'))
  assert.equal(snapshots.length, 2)
  await appendFile(join(directory, 'journal', 'half-written.new'), 'x')
  await truncate(join(directory, 'journal', snapshots.at(-1) ?? ''), 30)
  const after = await opened(directory, { limits: small })
  assert.match(after.remarks.join(), /The snapshot of commit 100 in .* is damaged/)
  assert.deepEqual(after.saved?.owned, { seq: ['100', ''] })
  assert.equal(after.nextSeq, 101)
  assert.deepEqual(seqs(await after.journal.entries({})), count(1, 100))
  await after.journal.close()
})

test('with every snapshot damaged the state is what the segments tell, and that is said', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory, { limits: { ...small, historyBytes: 0 } })
  for (let seq = 1; seq <= 100; seq += 1) await journal.append(commitOf(seq))
  await journal.close()
  for (const name of await readdir(join(directory, 'journal')))
    if (name.startsWith('snapshot')) await truncate(join(directory, 'journal', name), 30)
  const { remarks, saved, nextSeq, journal: after } = await opened(directory)
  assert.match(remarks.at(-1) ?? '', /no snapshot is readable. Services without a record start untested/)
  assert.deepEqual([saved?.owned, nextSeq], [{ seq: ['100', ''] }, 101])
  await after.close()
})

test('history is thinned of state, kept for log, and asked for by time, service and number', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory, { limits: small })
  for (let seq = 1; seq <= 200; seq += 1) await journal.append(commitOf(seq, 200))
  const files = await readdir(join(directory, 'journal'))
  assert.ok(files.some((name) => name.startsWith('history-')))
  assert.deepEqual(seqs(await journal.entries({})), count(1, 200))
  assert.deepEqual(seqs(await journal.entries({ limit: 3 })), [198, 199, 200])
  assert.deepEqual(seqs(await journal.entries({ limit: 3, service: 'web/smtp' })), [195, 197, 199])
  assert.deepEqual(seqs(await journal.entries({ since: wallTime(1150) })), count(150, 200))
  await journal.close()
})

test('history that PostgreSQL has not taken stays, whatever the promise for log', async (t) => {
  const directory = await directoryFor(t)
  const limits = { ...small, historyBytes: 0 }
  const { journal } = await opened(directory, { limits, feeds: true })
  for (let seq = 1; seq <= 100; seq += 1) await journal.append(commitOf(seq))
  assert.deepEqual(seqs(await journal.entries({})), count(1, 100))
  journal.fed(50)
  for (let seq = 101; seq <= 120; seq += 1) await journal.append(commitOf(seq))
  const kept = seqs(await journal.entries({}))
  assert.ok((kept[0] ?? 0) > 1 && (kept[0] ?? 0) <= 51, `begins at ${kept[0]}`)
  assert.deepEqual(kept, count(kept[0] ?? 0, 120))
  await journal.close()
  const after = await opened(directory, { limits, feeds: true })
  assert.equal(after.journal.fedThrough(), 50)
  await after.journal.close()
})

test('a PostgreSQL that never comes cannot fill the disk: the oldest history goes, and that is said', async (t) => {
  const directory = await directoryFor(t)
  const told: string[] = []
  const limits = { ...small, historyBytes: 0, backlogBytes: 8192 }
  const { journal } = await opened(directory, { limits, feeds: true, notice: (text) => told.push(text) })
  for (let seq = 1; seq <= 200; seq += 1) await journal.append(commitOf(seq))
  assert.match(told.join(), /commits 1 to \d+ were deleted and will be missing there. Bring the database back/)
  const { commits } = await journal.commits(0, 10_000)
  assert.ok((commits[0]?.seq ?? 0) > 1)
  await journal.close()
})

test('the feed reads every commit once and in order, from disk and from memory', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory, { limits: small, feeds: true })
  for (let seq = 1; seq <= 150; seq += 1) await journal.append(commitOf(seq))
  const read: number[] = []
  for (let at = 0; at < 150; ) {
    const { commits, through } = await journal.commits(at, 7)
    assert.ok(through > at)
    read.push(...commits.map((commit) => commit.seq))
    at = through
  }
  assert.deepEqual(read, count(1, 150))
  assert.deepEqual(await journal.commits(150, 7), { commits: [], through: 150 })
  await journal.close()
})

test('commits without history are passed over by the feed', async (t) => {
  const { journal } = await opened(await directoryFor(t))
  for (let seq = 1; seq <= 9; seq += 1) await journal.append({ ...commitOf(seq), ...(seq < 9 ? { entries: [] } : {}) })
  const { commits, through } = await journal.commits(0, 100)
  assert.deepEqual([commits.map((commit) => commit.seq), through], [[9], 9])
  await journal.close()
})

test('a reload that drops services replaces all that was remembered', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory)
  await appendFromTo(journal, 1, 5)
  const whole = {
    version: 1,
    services: [],
    pools: [],
    controls: { stopped: null, watches: {}, hosts: {}, overrides: [], windows: [], maintenance: [], addresses: null },
    owned: { seq: ['whole'] },
    outbox: [],
  } as const
  await journal.append({ ...commitOf(6) }, whole)
  await journal.append({ ...commitOf(7), patch: { ...commitOf(7).patch, owned: null } })
  await journal.close()
  const { saved, journal: after } = await opened(directory)
  assert.deepEqual([saved?.owned, saved?.pools.map((pool) => pool.cause)], [{ seq: ['whole'] }, ['event-7']])
  await after.close()
})

test('a crash between making a thinned segment and removing the full one doubles nothing', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory, { limits: small })
  for (let seq = 1; seq <= 100; seq += 1) await journal.append(commitOf(seq))
  await journal.close()
  const files = join(directory, 'journal')
  for (const name of await readdir(files))
    if (name.startsWith('journal-'))
      await copyFile(join(files, name), join(files, name.replace('journal-', 'history-')))
  for (const name of (await readdir(files)).filter((one) => one.startsWith('history-')).slice(0, 1))
    await copyFile(join(files, name), join(files, name.replace('history-', 'journal-')))
  const after = await opened(directory, { limits: small })
  assert.deepEqual([after.nextSeq, after.remarks, after.saved?.owned], [101, [], { seq: ['100', ''] }])
  assert.deepEqual(seqs(await after.journal.entries({})), count(1, 100))
  const { commits } = await after.journal.commits(0, 10)
  assert.deepEqual(
    commits.map((commit) => commit.seq),
    count(1, 10).slice(0, commits.length),
  )
  await after.journal.close()
})

test('a second daemon on the same state directory is refused, and told whom to stop', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory)
  const second = await openJournal({ statedir: directory, feeds: false, notice: () => {} })
  assert.equal(second.kind, 'failed')
  if (second.kind === 'failed')
    assert.match(second.text, new RegExp(`The upalert with process id ${process.pid} is using .* Stop it first`))
  await journal.close()
  const third = await opened(directory)
  await third.journal.close()
})

test('what is not on disk yet is never noted as delivered, or a crash would leave a gap', async (t) => {
  const directory = await directoryFor(t)
  const { journal } = await opened(directory, { limits: { ...small, writeBytes: 2048 } })
  let looked = 0
  journal.onDurable(() => {
    const path = join(directory, 'journal', 'fed')
    if (!existsSync(path)) return
    looked += 1
    assert.ok(Number(readFileSync(path, 'utf8')) <= journal.status().durable)
  })
  await appendFromTo(journal, 1, 100)
  assert.ok(looked > 0)
  await journal.close()
})

test('a directory that cannot be written is a sentence, not an exception', async (t) => {
  const directory = await directoryFor(t)
  await writeFile(join(directory, 'file'), '')
  const inFile = await openJournal({ statedir: join(directory, 'file'), feeds: false, notice: () => {} })
  assert.match(inFile.kind === 'failed' ? inFile.text : '', /is a file, not a directory: set statedir in mon.cf/)
  const ordinary = process.getuid?.() !== 0
  await chmod(directory, 0o500)
  const locked = await openJournal({ statedir: directory, feeds: false, notice: () => {} })
  if (ordinary) assert.match(locked.kind === 'failed' ? locked.text : '', /^User id \d+ may not use .*\(chown -R \d+ /)
  else if (locked.kind === 'open') await locked.journal.close()
  await chmod(directory, 0o700)
})

test('a file that may not be written is named, and what to do about all of them', () => {
  const error = Object.assign(new Error('x'), { code: 'EACCES', path: '/s/journal/id.new' })
  const user = process.getuid?.()
  assert.equal(
    cannotUse('/s', '/s/journal', error),
    `User id ${user} may not use /s/journal/id.new. Give /s with all that is in it to that user (chown -R ${user} /s), ` +
      'or set statedir in mon.cf to a directory of its own.',
  )
})

test('root leaves nothing of its own behind in the directory of another user', needs('root'), async (t) => {
  const directory = await directoryFor(t)
  await chown(directory, 12_345, 23_456)
  const statedir = join(directory, 'var')
  const { journal } = await opened(statedir, { limits: small })
  for (let seq = 1; seq <= 100; seq += 1) await journal.append(commitOf(seq))
  await journal.close()
  const made = ['.', ...(await readdir(statedir, { recursive: true }))]
  assert.ok(made.length > 7)
  for (const name of made) {
    const { uid, gid } = await stat(join(statedir, name))
    assert.deepEqual([name, uid, gid], [name, 12_345, 23_456])
  }
})

test('root gives away no file that a link in another user’s directory leads to', needs('root'), async (t) => {
  const directory = await directoryFor(t)
  const target = join(await directoryFor(t), 'target')
  await writeFile(target, 'mine')
  await chown(directory, 12_345, 23_456)
  await symlink(target, join(directory, 'lock'))
  const answer = await openJournal({ statedir: directory, feeds: false, notice: () => {} })
  assert.match(answer.kind === 'failed' ? answer.text : '', /lock cannot be used \(ELOOP\)/)
  assert.equal((await stat(target)).uid, 0)
})

test('the format of a newer upalert is left alone', async (t) => {
  const directory = await directoryFor(t)
  await (await opened(directory)).journal.close()
  await writeFile(join(directory, 'journal', 'id'), 'upalert-journal-2\nx\n')
  const answer = await openJournal({ statedir: directory, feeds: false, notice: () => {} })
  assert.match(answer.kind === 'failed' ? answer.text : '', /was written by a newer upalert/)
})

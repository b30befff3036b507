/**
 * The journal: the one place on disk where state, outbox and history stand. Commits are appended to a file and synced
 * before anybody acts on them; many that arrive together share one sync. When the disk is full or broken the daemon
 * goes on in memory, and the journal catches up by itself as soon as it can.
 * Files: files.ts. Reading back after a crash: recovery.ts. Deleting: tidy.ts.
 */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Appended, Commit, EntryQuery } from '../../model/commit.ts'
import type { Entry } from '../../model/entry.ts'
import type { Saved } from '../../model/state.ts'
import { addPatch, type Fold, foldOf, savedOf } from '../../wire/history/saved.ts'
import { clock, elapsed } from '../clock.ts'
import { encodeCommit, writeWhole } from './files.ts'
import { type JournalLimits, journalLimits } from './limits.ts'
import { type Lock, lockFile } from './lock.ts'
import { giveDirectoryToOwner } from './owner.ts'
import { type Past, pastOf, type Stretch } from './past.ts'
import { type Recovered, readNote, recover } from './recovery.ts'
import { cannotUse, refusal, refusedText, tooSlow } from './words.ts'
import { type Line, writerOf } from './writer.ts'

export interface JournalOptions {
  readonly statedir: string
  /** Whether a PostgreSQL is fed from here: history waits for it. */
  readonly feeds: boolean
  /** Told once when the disk begins to refuse, once when it takes everything again, and when history had to go. */
  notice(text: string): void
  readonly limits?: Partial<JournalLimits>
}

export type Opened =
  | {
      readonly kind: 'open'
      /** `null`: nothing was remembered. */
      readonly saved: Saved | null
      readonly nextSeq: number
      /** What the operator should know about the recovery; empty when all was well. */
      readonly remarks: readonly string[]
      readonly journal: Journal
    }
  | { readonly kind: 'failed'; readonly text: string }

export interface Journal {
  /** Names this journal in PostgreSQL; made with the directory. */
  readonly id: string
  /**
   * Answers when the commit is on disk, or when it is known that it is not for now. `seq` counts on from `nextSeq`.
   * `whole` replaces all that was remembered before, for a reload that no longer has some services.
   */
  append(commit: Commit, whole?: Saved): Promise<Appended>
  /** History that is on disk, after commit `after`. */
  commits(after: number, limit: number): Promise<Stretch>
  /** Calls back whenever more is on disk. One listener. */
  onDurable(listener: () => void): void
  /** PostgreSQL has the history up to here. */
  fed(seq: number): void
  /** How far PostgreSQL is known to have it; after a restart perhaps less than it has. */
  fedThrough(): number
  entries(query: EntryQuery): Promise<readonly Entry[]>
  status(): JournalStatus
  /** Writes what waits and a snapshot, and gives the lock back. `null`, or a sentence on what could not be written. */
  close(): Promise<string | null>
}

interface JournalStatus {
  /** Seq of the last commit on disk. */
  readonly durable: number
  /** Commits that are not on disk yet. */
  readonly waiting: number
  readonly bytes: number
  /** The sentence of the trouble that lasts; `null` when there is none. */
  readonly trouble: string | null
}

interface Waiting extends Line {
  answer(outcome: Appended): void
}

const JOURNAL_FORMAT = 'upalert-journal-1'

export async function openJournal(options: JournalOptions): Promise<Opened> {
  const directory = join(options.statedir, 'journal')
  let lock: Lock | null = null
  try {
    // The state directory may be passed through: as root, the embedded PostgreSQL is another user who lives in it.
    const first = await mkdir(options.statedir, { recursive: true, mode: 0o711 })
    if (first === options.statedir) giveDirectoryToOwner(options.statedir, dirname(options.statedir))
    const made = await mkdir(directory, { recursive: true, mode: 0o700 })
    if (made !== undefined) giveDirectoryToOwner(directory, options.statedir)
    lock = lockFile(join(options.statedir, 'lock'))
    if (lock.kind !== 'locked') return { kind: 'failed', text: refusal(options.statedir, lock) }
    const id = await identity(directory)
    if (id === null) {
      lock.release()
      return {
        kind: 'failed',
        text: `${directory} was written by a newer upalert. Start that one, or give this one a statedir of its own.`,
      }
    }
    const limits = { ...journalLimits, ...options.limits }
    const fed = Number.parseInt(await readNote(directory, 'fed'), 10) || 0
    const recovered = await recover(directory, fed, limits.recentEntries)
    const journal = makeJournal({ ...options, directory, limits, id, fed, release: lock.release }, recovered)
    return {
      kind: 'open',
      saved: recovered.empty ? null : savedOf(recovered.fold),
      nextSeq: recovered.seq + 1,
      remarks: recovered.remarks,
      journal,
    }
  } catch (error) {
    if (lock?.kind === 'locked') lock.release()
    return { kind: 'failed', text: cannotUse(options.statedir, directory, error) }
  }
}

interface Setup extends JournalOptions {
  readonly directory: string
  readonly limits: JournalLimits
  readonly id: string
  readonly fed: number
  release(): void
}

function makeJournal(setup: Setup, recovered: Recovered): Journal {
  const { directory, limits, notice } = setup
  let fed = setup.fed
  let last = recovered.seq
  /** The state as it would be on a disk that took everything: what the day needs when the queue overflows. */
  let latest: Fold = foldOf(savedOf(recovered.fold))
  let queue: Waiting[] = []
  let queueBytes = 0
  let dropped = 0
  let overflowed = false
  let trouble: string | null = null
  let retryIn = limits.retryFirst
  let timer: NodeJS.Timeout | null = null
  let tried = clock.uptime()
  let flushing: Promise<void> | null = null
  let closed = false
  let durableListener = () => {}
  const writer = writerOf({ directory, limits, notice, fed: () => (setup.feeds ? fed : last) }, recovered)
  const past: Past = pastOf(directory, recovered, writer.segments, limits)

  function append(commit: Commit, whole?: Saved): Promise<Appended> {
    assert(!closed, 'append after close')
    assert.equal(commit.seq, last + 1)
    last = commit.seq
    if (whole === undefined) addPatch(latest, commit.patch)
    else latest = foldOf(whole)
    past.add(commit)
    const line = encodeCommit(commit)
    queueBytes += line.length
    return new Promise((resolve) => {
      queue.push({ commit, whole, line, answer: resolve })
      if (trouble !== null) resolve({ kind: 'in-memory', text: trouble })
      overflow()
      if (trouble === null || elapsed(tried) >= limits.retryAtAppend) void flush()
    })
  }

  /** The queue has a limit: the oldest commits give up their place; their state lives on in `latest`. */
  function overflow(): void {
    while (queue.length > limits.waitingCommits || queueBytes > limits.waitingBytes) {
      const oldest = queue.shift()
      if (oldest === undefined) return
      queueBytes -= oldest.line.length
      dropped += oldest.commit.entries.length
      overflowed = true
      oldest.answer({ kind: 'in-memory', text: trouble ?? tooSlow(directory) })
    }
  }

  function flush(): Promise<void> {
    if (flushing === null && queue.length > 0) flushing = writeQueue()
    return flushing ?? Promise.resolve()
  }

  async function writeQueue(): Promise<void> {
    while (queue.length > 0) {
      const batch = takeBatch()
      try {
        if (overflowed) await writer.replace(latest, last)
        overflowed = false
        await writer.write(batch)
      } catch (error) {
        queue = [...batch, ...queue]
        for (const { line } of batch) queueBytes += line.length
        await refused(error)
        break
      }
      for (const { answer } of batch) answer({ kind: 'durable' })
      durableListener()
    }
    if (trouble !== null && queue.length === 0) wellAgain()
    // Not in a `finally` of the caller: an append between the loop's end and this line would find nobody to write it.
    flushing = null
  }

  function takeBatch(): Waiting[] {
    let bytes = 0
    const end = queue.findIndex(({ line }) => {
      bytes += line.length
      return bytes > limits.writeBytes
    })
    const batch = queue.splice(0, end < 0 ? queue.length : Math.max(end, 1))
    for (const { line } of batch) queueBytes -= line.length
    return batch
  }

  async function refused(error: unknown): Promise<void> {
    const text = refusedText(directory, error)
    if (trouble === null) notice(text)
    trouble = text
    for (const { answer } of queue) answer({ kind: 'in-memory', text })
    overflow()
    await writer.undo(error)
    tried = clock.uptime()
    if (closed) return
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(onTurn, retryIn)
    timer.unref()
  }

  /** Only these turns grow longer: a commit that hurries a try puts the next turn off, and not further off each time. */
  function onTurn(): void {
    retryIn = Math.min(retryIn * 2, limits.retryMost)
    void flush()
  }

  function wellAgain(): void {
    const loss = dropped === 0 ? 'Nothing was lost.' : `${dropped} entries of the history did not fit and are lost.`
    notice(`The journal in ${directory} is written again. ${loss}`)
    trouble = null
    dropped = 0
    retryIn = limits.retryFirst
  }

  async function close(): Promise<string | null> {
    closed = true
    if (timer !== null) clearTimeout(timer)
    await flush()
    await flush()
    const unwritten = queue.length
    const text = await writer.close(unwritten === 0)
    setup.release()
    return unwritten > 0 ? `${unwritten} changes could not be written to ${directory}. ${trouble ?? ''}` : text
  }

  return {
    id: setup.id,
    append,
    commits: (after, limit) => past.commits(after, writer.durable(), limit),
    onDurable(listener) {
      durableListener = listener
    },
    fed(seq) {
      fed = seq
    },
    fedThrough: () => fed,
    entries: past.entries,
    status: () => ({
      durable: writer.durable(),
      waiting: last - writer.durable(),
      bytes: writer.segments().reduce((sum, segment) => sum + segment.bytes, 0),
      trouble,
    }),
    close,
  }
}

/** The journal's name, made with the directory; `null` if the directory has another format. */
async function identity(directory: string): Promise<string | null> {
  const [format, id] = (await readNote(directory, 'id')).split('\n')
  if (format === JOURNAL_FORMAT && id !== undefined && id !== '') return id
  if (format !== undefined && format !== '') return null
  const fresh = randomUUID()
  await writeWhole(directory, join(directory, 'id'), Buffer.from(`${JOURNAL_FORMAT}\n${fresh}\n`))
  return fresh
}

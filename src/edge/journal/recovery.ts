/**
 * Reads a journal directory back after whatever happened to it. A line torn off by a crash was never acted on, so it
 * is dropped; a damaged line in the middle is passed over and told, because patches hold whole services: the lines
 * after it are right by themselves, and stopping there would forget far more. A damaged snapshot falls back to the
 * one before it, whose commits are all still there.
 */
import { open, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { PastCommit } from '../../model/commit.ts'
import { addPatch, type Fold, foldOf } from '../../wire/history/saved.ts'
import { listJournal, readSegment, readSnapshot, removeSnapshot, type SegmentName, segmentPath } from './files.ts'
import { errorCode } from './words.ts'

export interface Segment extends SegmentName {
  /** Seq of its last commit; `first - 1` while it has none. */
  readonly last: number
  readonly bytes: number
}

export interface Recovered {
  readonly fold: Fold
  /** Whether anything at all was remembered. */
  readonly empty: boolean
  /** Seq of the last commit that is known of. */
  readonly seq: number
  readonly segments: readonly Segment[]
  /** Sound ones, newest first. */
  readonly snapshots: readonly number[]
  /** The newest commits that have entries, oldest first. */
  readonly recent: readonly PastCommit[]
  /** The history after this seq is all in `recent`. */
  readonly recentAfter: number
  /** What the operator should know, in sentences. */
  readonly remarks: readonly string[]
}

/** `fed` is how far PostgreSQL is known to have the history; seqs up to there are never used again. */
export async function recover(directory: string, fed: number, recentEntries: number): Promise<Recovered> {
  const listing = await listJournal(directory)
  const remarks: string[] = []
  const { snapshots, fold, from } = await startingPoint(directory, listing.snapshots, remarks)
  const names = listing.segments
  const wanted = Math.max(
    names.findLastIndex((name) => name.first <= from + 1),
    0,
  )

  let seq = from
  let seen = 0
  const segments: Segment[] = []
  const recent: PastCommit[] = []
  for (const [index, name] of names.entries()) {
    if (index < wanted) {
      // Its commits are in the snapshot; it is opened only when somebody asks for old history.
      segments.push({
        ...name,
        last: (names[index + 1]?.first ?? name.first) - 1,
        bytes: await sizeOf(directory, name),
      })
      continue
    }
    const scan = await readWhole(directory, name, index === names.length - 1, remarks)
    for (const commit of scan.commits) {
      // A file whose sync failed may hold lines that were written again to the next one.
      if (commit.seq <= seen) continue
      seen = commit.seq
      if (commit.seq > from) addPatch(fold, commit.patch)
      if (commit.entries.length > 0) recent.push({ seq: commit.seq, at: commit.at, entries: commit.entries })
    }
    const last = scan.commits.at(-1)?.seq ?? name.first - 1
    seq = Math.max(seq, last)
    segments.push({ ...name, last, bytes: scan.sound })
  }
  if (snapshots.length === 0 && (names[0]?.first ?? 1) > 1) {
    remarks.push(
      `The state in ${directory} is incomplete: no snapshot is readable. Services without a record start untested.`,
    )
  }
  const older = await olderHistory(directory, segments.slice(0, wanted), recent, recentEntries)
  const empty = seq === 0 && snapshots.length === 0
  return { fold, empty, seq: Math.max(seq, fed), segments, snapshots, remarks, ...older }
}

/** The newest snapshot that is sound. Damaged ones are removed, so that they are not counted on again. */
async function startingPoint(directory: string, found: readonly number[], remarks: string[]) {
  const sound: number[] = []
  let start: { fold: Fold; from: number } | null = null
  for (const seq of found) {
    const snapshot = await readSnapshot(directory, seq)
    if (snapshot !== null) {
      sound.push(seq)
      start ??= { fold: foldOf(snapshot.saved), from: seq }
      continue
    }
    remarks.push(`The snapshot of commit ${seq} in ${directory} is damaged; the state is read from what is older.`)
    await removeSnapshot(directory, seq)
  }
  return { snapshots: sound, ...(start ?? { fold: foldOf(null), from: 0 }) }
}

/** Reads one segment; of the newest, a torn end is cut off so that the next line begins at a line's beginning. */
async function readWhole(directory: string, name: SegmentName, newest: boolean, remarks: string[]) {
  const path = segmentPath(directory, name)
  const scan = await readSegment(directory, name)
  const torn = (await stat(path)).size - scan.sound
  if (scan.damaged > 0) {
    remarks.push(
      `${path}: ${scan.damaged} damaged ${scan.damaged === 1 ? 'line was' : 'lines were'} passed over; what only ` +
        'they recorded is lost. Check the disk.',
    )
  }
  if (torn > 0 && newest) {
    remarks.push(`${path}: the last ${torn} bytes were cut short by a crash and are dropped; nothing was done on them.`)
    const handle = await open(path, 'r+')
    try {
      await handle.truncate(scan.sound)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }
  return scan
}

/** Fills `recent` up from segments that only history needs, newest first. */
async function olderHistory(
  directory: string,
  segments: readonly Segment[],
  known: readonly PastCommit[],
  recentEntries: number,
): Promise<{ recent: readonly PastCommit[]; recentAfter: number }> {
  let recent = known
  let count = recent.reduce((sum, commit) => sum + commit.entries.length, 0)
  let index = segments.length - 1
  for (; index >= 0 && count < recentEntries; index -= 1) {
    const segment = segments[index]
    if (segment === undefined) break
    const { commits } = await readSegment(directory, segment)
    const past = commits.filter((commit) => commit.entries.length > 0 && commit.seq <= segment.last)
    recent = [...past.map(({ seq, at, entries }) => ({ seq, at, entries })), ...recent]
    count += past.reduce((sum, commit) => sum + commit.entries.length, 0)
  }
  return { recent, recentAfter: segments[index]?.last ?? 0 }
}

async function sizeOf(directory: string, name: SegmentName): Promise<number> {
  return (await stat(segmentPath(directory, name))).size
}

/** A small file's text; empty if there is none. */
export async function readNote(directory: string, name: string): Promise<string> {
  return readFile(join(directory, name), 'utf8').catch((error) => {
    if (errorCode(error) === 'ENOENT') return ''
    throw error
  })
}

/**
 * The end of the journal that is being written: appends and syncs, closes full segments, takes snapshots. A write
 * that fails throws; `undo` then leaves the file as it was before. One caller at a time (journal.ts sees to it).
 */
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Commit } from '../../model/commit.ts'
import type { Saved } from '../../model/state.ts'
import { addPatch, type Fold, foldOf, savedOf } from '../../wire/history/saved.ts'
import { createSegment, removeSnapshot, segmentPath, writeAt, writeSnapshot, writeWhole } from './files.ts'
import type { JournalLimits } from './limits.ts'
import type { Recovered, Segment } from './recovery.ts'
import { tidy } from './tidy.ts'
import { errorCode, isFull, lostText } from './words.ts'

/** One commit on its way to the disk. */
export interface Line {
  readonly commit: Commit
  /** The state that replaces all before it; `undefined`: the commit's patch is added. */
  readonly whole: Saved | undefined
  readonly line: Uint8Array
}

interface Writer {
  write(batch: readonly Line[]): Promise<void>
  undo(error: unknown): Promise<void>
  /** Commits are missing before the next write: a snapshot of the state at `seq` bridges the gap. */
  replace(state: Fold, seq: number): Promise<void>
  segments(): readonly Segment[]
  durable(): number
  /** With a last snapshot if `clean`. */
  close(clean: boolean): Promise<string | null>
}

interface WriterSetup {
  readonly directory: string
  readonly limits: JournalLimits
  notice(text: string): void
  /** History up to here may be deleted when there is much of it. */
  fed(): number
}

export function writerOf({ directory, limits, notice, fed }: WriterSetup, recovered: Recovered): Writer {
  let segments = recovered.segments
  let snapshots = recovered.snapshots
  let handle: FileHandle | null = null
  /** The last segment may be written on: recovery or a completed write left it in order. */
  let reusable = segments.at(-1)?.kind === 'journal'
  let durable = recovered.seq
  /** The state as the disk has it, after commit `foldSeq`. */
  let fold = recovered.fold
  let foldSeq = recovered.seq

  async function write(batch: readonly Line[]): Promise<void> {
    const [first, last] = [batch[0]?.commit.seq, batch.at(-1)?.commit.seq]
    if (first === undefined || last === undefined) return
    if (reusable && (segments.at(-1)?.bytes ?? 0) >= limits.segmentBytes) await roll()
    const { file, segment } = await openSegment(first)
    const bytes = Buffer.concat(batch.map(({ line }) => line))
    await writeAt(file, bytes, segment.bytes)
    await file.datasync()
    segments = segments.with(-1, { ...segment, last, bytes: segment.bytes + bytes.length })
    durable = last
    for (const { commit, whole } of batch) remember(commit, whole)
  }

  /** The file that is being written: the one that is open, the last one left in order, or a new one. */
  async function openSegment(first: number): Promise<{ file: FileHandle; segment: Segment }> {
    const current = segments.at(-1)
    if (handle !== null && current !== undefined) return { file: handle, segment: current }
    if (reusable && current !== undefined) {
      handle = await open(segmentPath(directory, current), 'r+')
      return { file: handle, segment: current }
    }
    const segment: Segment = { kind: 'journal', first, last: first - 1, bytes: 0 }
    handle = await createSegment(directory, segment)
    // A segment of the same name can only be one that holds no sound line.
    segments = [...segments.filter((one) => one.first !== first), segment]
    reusable = true
    return { file: handle, segment }
  }

  function remember(commit: Commit, whole: Saved | undefined): void {
    // After `replace` the state may be ahead of the lines that are still to be written.
    if (commit.seq <= foldSeq) return
    if (whole === undefined) addPatch(fold, commit.patch)
    else fold = foldOf(whole)
    foldSeq = commit.seq
  }

  /** Closes the full segment, takes a snapshot, and lets go of what neither needs. The next write opens a new one. */
  async function roll(): Promise<void> {
    await handle?.close()
    handle = null
    reusable = false
    try {
      await snapshot()
      await noteFed()
    } catch (error) {
      // Nothing is lost: the segments stay until the next snapshot succeeds. If the disk is full, the next write says so.
      notice(`${directory}: a snapshot could not be written (${errorCode(error)}); it is tried again later.`)
      return
    }
    const tidied = await tidy(directory, segments, { covered: snapshots[1] ?? 0, fed: fed() }, limits)
    segments = tidied.segments
    if (tidied.lost !== null) notice(lostText(directory, tidied.lost))
  }

  async function snapshot(): Promise<void> {
    if (snapshots[0] === foldSeq || foldSeq === 0) return
    await writeSnapshot(directory, { seq: foldSeq, saved: savedOf(fold) })
    const older = snapshots.slice(1)
    snapshots = [foldSeq, ...snapshots.slice(0, 1)]
    for (const seq of older) await removeSnapshot(directory, seq)
  }

  /** At most what is on disk: after a crash, seqs up to the note are taken for used, and would be a gap. */
  async function noteFed(): Promise<void> {
    await writeWhole(directory, join(directory, 'fed'), Buffer.from(`${Math.min(fed(), durable)}\n`))
  }

  async function undo(error: unknown): Promise<void> {
    try {
      await handle?.truncate(segments.at(-1)?.bytes ?? 0)
      // After a failed sync the kernel may have forgotten what it could not write (fsync(2), "NOTES"): what this file
      // would take from now on cannot be trusted, so the next attempt begins a file of its own.
      if (!isFull(error)) throw error
    } catch {
      await handle?.close().catch(() => undefined)
      handle = null
      reusable = false
    }
  }

  return {
    write,
    undo,
    async replace(state, seq) {
      fold = foldOf(savedOf(state))
      foldSeq = seq
      await snapshot()
    },
    segments: () => segments,
    durable: () => durable,
    async close(clean) {
      try {
        if (clean) await snapshot()
        await noteFed()
        await handle?.close()
        return null
      } catch (error) {
        return `${directory}: the last snapshot could not be written (${errorCode(error)}); the next start takes longer.`
      }
    },
  }
}

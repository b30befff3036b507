/**
 * The files of a journal directory, and the few ways they are read and written:
 *
 *   journal-0000000001.ndjson   commits from seq 1 on, with state and history
 *   history-0000000001.ndjson   the same after a snapshot covers it: only the history is kept
 *   snapshot-0000004711.json    the whole state as it was after commit 4711; the two newest are kept
 *   id                          names this journal to PostgreSQL
 *   fed                         up to where PostgreSQL has the history
 *
 * Every whole file is written beside its name, synced, and renamed, so a crash leaves the old one or the new one.
 */
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { Commit } from '../../model/commit.ts'
import { decodeSnapshot, encodeLine, type Scan, type Snapshot, scanSegment } from '../../wire/history/journal-line.ts'
import { FRESH, giveToOwner } from './owner.ts'

type SegmentKind = 'journal' | 'history'

export interface SegmentName {
  readonly kind: SegmentKind
  /** Seq of the first commit that was meant for it. */
  readonly first: number
}

interface Listing {
  /** Oldest first. */
  readonly segments: readonly SegmentName[]
  /** Newest first. */
  readonly snapshots: readonly number[]
}

const FILE_MODE = 0o600

export function segmentPath(directory: string, { kind, first }: SegmentName): string {
  return join(directory, `${kind}-${digits(first)}.ndjson`)
}

/** What is in the directory. Remains of writes that a crash cut short are removed. */
export async function listJournal(directory: string): Promise<Listing> {
  const segments = new Map<number, SegmentName>()
  const snapshots: number[] = []
  for (const name of (await readdir(directory)).sort()) {
    const [, kind, seq] = /^(journal|history|snapshot)-(\d+)\.(?:ndjson|json)$/.exec(name) ?? []
    if (name.endsWith('.new')) await rm(join(directory, name), { force: true })
    else if (kind === 'snapshot') snapshots.push(Number(seq))
    // Sorted, `history-N` comes before `journal-N`: a crash between making the one and removing the other leaves
    // both, and the fuller one counts.
    else if (kind === 'journal' || kind === 'history') segments.set(Number(seq), { kind, first: Number(seq) })
  }
  return {
    segments: [...segments.values()].sort((a, b) => a.first - b.first),
    snapshots: snapshots.sort((a, b) => b - a),
  }
}

export async function readSegment(directory: string, name: SegmentName): Promise<Scan> {
  return scanSegment(await readFile(segmentPath(directory, name)), crc32)
}

/** `null`: the file is damaged. */
export async function readSnapshot(directory: string, seq: number): Promise<Snapshot | null> {
  return decodeSnapshot(await readFile(snapshotPath(directory, seq)), crc32)
}

export async function writeSnapshot(directory: string, snapshot: Snapshot): Promise<void> {
  await writeWhole(directory, snapshotPath(directory, snapshot.seq), Buffer.from(encodeLine(snapshot, crc32)))
}

export async function removeSnapshot(directory: string, seq: number): Promise<void> {
  await rm(snapshotPath(directory, seq), { force: true })
}

export function encodeCommit(commit: Commit): Uint8Array {
  return encodeLine(commit, crc32)
}

/** Replaces or makes a file as a whole. */
export async function writeWhole(directory: string, path: string, bytes: Buffer): Promise<void> {
  const fresh = `${path}.new`
  try {
    const handle = await open(fresh, FRESH, FILE_MODE)
    try {
      giveToOwner(handle.fd, directory)
      await writeAt(handle, bytes, 0)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined)
    throw error
  }
  await syncDirectory(directory)
}

/** A new, empty segment whose name survives a crash. A file of that name has no sound line in it. */
export async function createSegment(directory: string, name: SegmentName): Promise<FileHandle> {
  const handle = await open(segmentPath(directory, name), FRESH, FILE_MODE)
  giveToOwner(handle.fd, directory)
  await syncDirectory(directory)
  return handle
}

/** Writes all of the bytes: one call may take only a part of them when the disk is nearly full. */
export async function writeAt(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Makes names in a directory durable (fsync(2): syncing a file does not sync its directory entry). */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function snapshotPath(directory: string, seq: number): string {
  return join(directory, `snapshot-${digits(seq)}.json`)
}

/** Ten digits keep a listing in order by name; a longer number is no harm. */
function digits(seq: number): string {
  return String(seq).padStart(10, '0')
}

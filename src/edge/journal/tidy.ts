/**
 * Keeps the journal small. A segment that the older of the two snapshots covers needs its state no more and is
 * rewritten with its history alone; history goes when PostgreSQL has it and there is more than `log` is promised, or
 * when there is more than the disk should hold for a PostgreSQL that never comes.
 */
import { rm } from 'node:fs/promises'
import { emptyPatch } from '../../model/commit.ts'
import { encodeCommit, readSegment, segmentPath, syncDirectory, writeWhole } from './files.ts'
import type { JournalLimits } from './limits.ts'
import type { Segment } from './recovery.ts'

interface Tidied {
  readonly segments: readonly Segment[]
  /** Commits whose history PostgreSQL had not yet taken. */
  readonly lost: { readonly from: number; readonly to: number } | null
}

/** `covered`: the state up to this commit is in both snapshots. `fed`: PostgreSQL has the history up to this commit. */
export async function tidy(
  directory: string,
  segments: readonly Segment[],
  { covered, fed }: { readonly covered: number; readonly fed: number },
  limits: JournalLimits,
): Promise<Tidied> {
  const thinned: Segment[] = []
  for (const segment of segments) {
    const after = segment.kind === 'journal' && segment.last <= covered ? await thin(directory, segment) : segment
    if (after !== null) thinned.push(after)
  }
  const kept: Segment[] = []
  let bytes = 0
  let lost = null as Tidied['lost']
  for (const segment of thinned.toReversed()) {
    bytes += segment.kind === 'history' ? segment.bytes : 0
    const taken = segment.last <= fed
    const limit = taken ? limits.historyBytes : limits.backlogBytes
    if (segment.kind === 'journal' || bytes <= limit) {
      kept.unshift(segment)
      continue
    }
    await rm(segmentPath(directory, segment), { force: true }).catch(() => undefined)
    if (!taken) lost = { from: segment.first, to: lost?.to ?? segment.last }
  }
  return { segments: kept, lost }
}

/**
 * The same commits without their state; `null` if there was no history among them. If the disk does not take the new
 * file, or cannot read the old one, the old one stays as it is until the next time.
 */
async function thin(directory: string, segment: Segment): Promise<Segment | null> {
  try {
    const { commits } = await readSegment(directory, segment)
    const lines = commits
      .filter((commit) => commit.seq <= segment.last && commit.entries.length > 0)
      .map((commit) => encodeCommit({ ...commit, patch: emptyPatch }))
    const history: Segment = { ...segment, kind: 'history', bytes: lines.reduce((sum, line) => sum + line.length, 0) }
    if (lines.length > 0) await writeWhole(directory, segmentPath(directory, history), Buffer.concat(lines))
    await rm(segmentPath(directory, segment), { force: true })
    await syncDirectory(directory)
    return lines.length > 0 ? history : null
  } catch {
    return segment
  }
}

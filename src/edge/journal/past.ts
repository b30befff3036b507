/**
 * Reads the history back: the newest entries from memory, older ones from the segments. Both `log` and the feed to
 * PostgreSQL come here, so both work with the database away, and neither holds more than a segment in memory.
 */
import type { EntryQuery, PastCommit } from '../../model/commit.ts'
import type { Entry } from '../../model/entry.ts'
import { readSegment } from './files.ts'
import type { JournalLimits } from './limits.ts'
import type { Recovered, Segment } from './recovery.ts'
import { errorCode } from './words.ts'

/** Commits with entries, in order. Everything up to `through` was looked at: the next question begins there. */
export interface Stretch {
  readonly commits: readonly PastCommit[]
  readonly through: number
}

export interface Past {
  add(commit: PastCommit): void
  /** What came after commit `after`, up to commit `upTo`, at most `limit` commits. */
  commits(after: number, upTo: number, limit: number): Promise<Stretch>
  entries(query: EntryQuery): Promise<readonly Entry[]>
}

export function pastOf(
  directory: string,
  start: Pick<Recovered, 'recent' | 'recentAfter'>,
  segments: () => readonly Segment[],
  limits: JournalLimits,
): Past {
  const recent = [...start.recent]
  let recentAfter = start.recentAfter
  let count = recent.reduce((sum, commit) => sum + commit.entries.length, 0)
  let cached: { key: string; commits: readonly PastCommit[] } = { key: '', commits: [] }
  trim()

  /** Lets go of the oldest, many at a time so that the cost is spread. */
  function trim(): void {
    if (count <= limits.recentEntries) return
    let drop = 0
    for (; drop < recent.length && count > limits.recentEntries * 0.9; drop += 1) {
      count -= recent[drop]?.entries.length ?? 0
      recentAfter = recent[drop]?.seq ?? recentAfter
    }
    recent.splice(0, drop)
  }

  /** A segment's history, remembered as long as the same one is asked for. */
  async function pastIn(segment: Segment): Promise<readonly PastCommit[]> {
    const key = `${segment.kind} ${segment.first} ${segment.bytes}`
    if (cached.key === key) return cached.commits
    const commits = await commitsOf(directory, segment)
    const past = commits.filter((commit) => commit.entries.length > 0 && commit.seq <= segment.last)
    cached = { key, commits: past.map(({ seq, at, entries }) => ({ seq, at, entries })) }
    return cached.commits
  }

  async function commits(after: number, upTo: number, limit: number): Promise<Stretch> {
    const inMemory = after >= recentAfter
    const segment = inMemory ? undefined : segments().find((one) => one.last > after)
    const end = segment === undefined ? upTo : Math.min(segment.last, upTo)
    const source = segment === undefined ? recent : await pastIn(segment).catch(() => null)
    // A disk that cannot be read now may be readable later: the question stays open.
    if (source === null) return { commits: [], through: after }
    const from = firstAfter(source, after)
    const found: PastCommit[] = []
    for (let index = from; index < source.length && found.length < limit; index += 1) {
      const commit = source[index]
      if (commit === undefined || commit.seq > end) break
      found.push(commit)
    }
    return { commits: found, through: found.length === limit ? (found.at(-1)?.seq ?? after) : Math.max(end, after) }
  }

  async function entries(query: EntryQuery): Promise<readonly Entry[]> {
    const limit = Math.min(query.limit ?? limits.queryEntries, limits.queryEntries)
    const found: Entry[] = []
    const oldest = collect(recent, query, limit, found)
    let since = oldest
    for (const segment of [...segments()].reverse()) {
      if (found.length >= limit || since) break
      if (segment.first > recentAfter) continue
      const past = (await pastIn(segment).catch(() => [])).filter((commit) => commit.seq <= recentAfter)
      since = collect(past, query, limit, found)
    }
    return found.reverse()
  }

  return {
    add(commit) {
      if (commit.entries.length === 0) return
      recent.push({ seq: commit.seq, at: commit.at, entries: commit.entries })
      count += commit.entries.length
      trim()
    },
    commits,
    entries,
  }
}

/**
 * Between the question and the answer a segment may have been thinned, which renames it, or deleted, which makes it no
 * history. Any other trouble with the disk throws.
 */
async function commitsOf(directory: string, segment: Segment): Promise<readonly PastCommit[]> {
  const other: Segment = { ...segment, kind: segment.kind === 'journal' ? 'history' : 'journal' }
  for (const name of [segment, other, segment]) {
    try {
      return (await readSegment(directory, name)).commits
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  return []
}

/** Adds what fits, newest first; true when all of these commits are from before the time asked for. */
function collect(commits: readonly PastCommit[], query: EntryQuery, limit: number, found: Entry[]): boolean {
  let before = commits.length > 0
  for (let index = commits.length - 1; index >= 0; index -= 1) {
    const commit = commits[index]
    if (commit === undefined) break
    if (query.since === undefined || commit.at >= query.since) before = false
    for (const entry of commit.entries.toReversed()) {
      if (found.length >= limit) return before
      if (fits(entry, query)) found.push(entry)
    }
  }
  return before
}

function fits(entry: Entry, { since, service, match }: EntryQuery): boolean {
  if (since !== undefined && entry.at < since) return false
  if (service !== undefined && !concerns(entry, service)) return false
  return match === undefined || match(entry)
}

/** Index of the first commit behind `after`; the commits are in order. */
function firstAfter(commits: readonly PastCommit[], after: number): number {
  let low = 0
  let high = commits.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((commits[middle]?.seq ?? 0) > after) high = middle
    else low = middle + 1
  }
  return low
}

/** Also what somebody did about it: `ack web/http`. */
const concerns = (entry: Entry, service: string): boolean =>
  entry.kind === 'command' ? entry.command.endsWith(` ${service}`) : 'service' in entry && entry.service === service

/**
 * What a journal has for a report, read beside the daemon that writes it: nothing is touched, and a file that is renamed or
 * deleted meanwhile is looked for again. It reaches back as far as its oldest file does.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSegment, readSnapshot, type SegmentName } from '../../edge/journal/files.ts'
import { errorCode } from '../../edge/journal/words.ts'
import type { Commit } from '../../model/commit.ts'
import type { Entry } from '../../model/entry.ts'
import type { ServiceState } from '../../model/state.ts'
import { type WallTime, wallTime } from '../../model/units.ts'
import { type HistoryRecord, type Known, recordOf } from '../../report/record.ts'

export interface JournalQuestion {
  /** Only what came after this commit; 0: all. */
  readonly after: number
  /** Empty: all. */
  readonly services: readonly string[]
  /** With more records than this, none is answered. */
  readonly most: number
}

export type JournalPast =
  | {
      readonly kind: 'read'
      readonly records: readonly HistoryRecord[]
      /** The first entry's time; `null`: there is none. */
      readonly reach: WallTime | null
      /** The last commit's time, be it history or not. */
      readonly alive: WallTime | null
      /** Since when the scheduler stands still; `null`: it goes on; without it, nothing was said of it. */
      readonly stopped?: WallTime | null
      /** How services stood in the end; only when all was asked for. */
      readonly known: readonly Known[]
      readonly remarks: readonly string[]
    }
  /** A whole sentence. */
  | { readonly kind: 'failed'; readonly text: string }

/** The journal's name in PostgreSQL; `null`: it cannot be read. Its file has the format's version on the first line. */
export async function journalId(directory: string): Promise<string | null> {
  const text = await readFile(join(directory, 'id'), 'utf8').catch(() => '')
  return text.split('\n')[1]?.trim() || null
}

export async function readJournal(directory: string, question: JournalQuestion): Promise<JournalPast> {
  try {
    const names = await readdir(directory)
    const segments = segmentsIn(names)
    if (segments.length === 0) return { kind: 'failed', text: `There is no journal in ${directory}.` }
    const reading = new Reading(question, question.after === 0 ? await snapshotIn(directory, names) : null)
    for (const [index, segment] of segments.entries()) {
      const next = segments[index + 1]
      if (next !== undefined && next.first <= question.after + 1) continue
      const { commits, damaged } = await segmentAt(directory, segment)
      for (const commit of commits) reading.take(commit)
      reading.damaged += damaged
      if (reading.records.length > question.most) return { kind: 'failed', text: tooMuch(question.most) }
    }
    return reading.result(directory)
  } catch (error) {
    return { kind: 'failed', text: cannotRead(directory, error) }
  }
}

class Reading {
  readonly records: HistoryRecord[] = []
  damaged = 0
  private reach: WallTime | null = null
  private alive: WallTime | null = null
  private stopped: WallTime | null | undefined = undefined
  private readonly standing: Map<string, ServiceState>
  private readonly question: JournalQuestion
  private readonly snapshot: number
  private seen: number

  constructor(question: JournalQuestion, snapshot: { seq: number; services: readonly ServiceState[] } | null) {
    this.question = question
    this.seen = question.after
    this.snapshot = snapshot?.seq ?? 0
    this.standing = new Map(snapshot?.services.map((service) => [service.key, service]))
  }

  /** A commit may be in two files while one takes the other's place. */
  take({ seq, at, entries, patch }: Commit): void {
    if (seq <= this.seen) return
    this.seen = seq
    if (seq > this.snapshot) for (const service of patch.services) this.standing.set(service.key, service)
    this.alive = wallTime(Math.max(this.alive ?? at, at))
    const [first] = entries
    if (first !== undefined) this.reach ??= first.at
    for (const entry of entries) {
      this.heed(entry)
      const record = recordOf(entry, this.records.length)
      if (record !== null && this.isAsked(record)) this.records.push(record)
    }
  }

  /** The end of a stop is a gap, be it by "start" or by the next run. */
  private heed(entry: Entry): void {
    if (entry.kind === 'gap') this.stopped = null
    if (entry.kind === 'command' && entry.command === 'stop scheduler' && entry.outcome === 'done')
      this.stopped ??= entry.at
  }

  result(directory: string): JournalPast {
    const { records, reach, alive, damaged } = this
    const remarks =
      damaged === 0 ? [] : [`${damaged} damaged lines of the journal in ${directory} are missing here. Check the disk.`]
    const stopped = this.stopped === undefined ? {} : { stopped: this.stopped }
    const known = this.question.after === 0 ? this.known() : []
    return { kind: 'read', records, reach, alive, known, remarks, ...stopped }
  }

  private isAsked(record: HistoryRecord): boolean {
    const { services } = this.question
    return services.length === 0 || record.kind === 'gap' || services.includes(record.service)
  }

  private known(): readonly Known[] {
    return [...this.standing.values()].flatMap(({ key, status, maintenance }) =>
      status.kind === 'untested'
        ? []
        : // What an older upalert wrote knows of no maintenance.
          [{ service: key, became: status.kind, since: status.since, inMaintenanceSince: maintenance?.since ?? null }],
    )
  }
}

/** Oldest first; of two with one number, the one with the state counts. */
function segmentsIn(names: readonly string[]): readonly SegmentName[] {
  const found = new Map<number, SegmentName>()
  for (const name of [...names].sort()) {
    const [, kind, seq] = /^(journal|history)-(\d+)\.ndjson$/.exec(name) ?? []
    if (kind === 'journal' || kind === 'history') found.set(Number(seq), { kind, first: Number(seq) })
  }
  return [...found.values()].sort((a, b) => a.first - b.first)
}

/** The newest sound one. */
async function snapshotIn(directory: string, names: readonly string[]) {
  const found = names.flatMap((name) => /^snapshot-(\d+)\.json$/.exec(name)?.[1] ?? []).map(Number)
  for (const seq of found.sort((a, b) => b - a)) {
    const snapshot = await readSnapshot(directory, seq).catch(() => null)
    if (snapshot !== null) return { seq, services: snapshot.saved.services }
  }
  return null
}

/** Thinned meanwhile, which gives it another name; or deleted, and then it is no history any more. */
async function segmentAt(directory: string, segment: SegmentName) {
  const other: SegmentName = { ...segment, kind: segment.kind === 'journal' ? 'history' : 'journal' }
  for (const name of [segment, other, segment]) {
    try {
      return await readSegment(directory, name)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  }
  return { commits: [], damaged: 0 }
}

const tooMuch = (most: number): string =>
  `The journal has more than ${most} changes. Ask for single services with --service.`

function cannotRead(directory: string, error: unknown): string {
  const code = errorCode(error)
  if (code === 'ENOENT') return `There is no journal in ${directory}.`
  if (code === 'EACCES' || code === 'EPERM')
    return `User id ${process.getuid?.() ?? '?'} may not read ${directory}; run this as the user that upalert runs as, or as root.`
  return `The journal in ${directory} cannot be read (${code}).`
}

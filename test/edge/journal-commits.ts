/** Commits for tests of the journal: commit `seq` records its own number in the state, the outbox and the history. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Journal, type JournalOptions, type Opened, openJournal } from '../../src/edge/journal/journal.ts'
import { untestedPool } from '../../src/engine/pool/fresh.ts'
import type { Commit } from '../../src/model/commit.ts'
import { emptyPatch } from '../../src/model/commit.ts'
import type { Entry } from '../../src/model/entry.ts'
import { type GroupName, groupName, type Id, id, serviceKey, serviceName } from '../../src/model/names.ts'
import type { PoolState } from '../../src/model/state.ts'
import { wallTime } from '../../src/model/units.ts'

const group: GroupName = groupName('web')

export function commitOf(seq: number, padding = 0): Commit {
  const cause: Id = id(`event-${seq}`)
  const pool: PoolState = { ...untestedPool({ name: `pool-${seq % 3}`, reals: [] }), standing: 'serving', cause }
  return {
    seq,
    at: wallTime(1000 + seq),
    patch: { ...emptyPatch, pools: [pool], owned: { seq: [String(seq), 'x'.repeat(padding)] } },
    entries: [entryOf(seq, cause)],
  }
}

export function entryOf(seq: number, cause: Id): Entry {
  const service = serviceKey(group, serviceName(seq % 2 === 0 ? 'http' : 'smtp'))
  const common = { id: id(`entry-${seq}`), at: wallTime(1000 + seq), cause }
  return {
    ...common,
    kind: 'service',
    service,
    from: 'up',
    to: 'down',
    reason: 'check-failed',
    summary: `${seq}`,
    lasted: null,
  }
}

export async function directoryFor(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'upalert-journal-'))
  t.after(() => rm(directory, { recursive: true, force: true }))
  return directory
}

/** Opens what must open. */
export async function opened(
  statedir: string,
  options: Partial<JournalOptions> = {},
): Promise<Extract<Opened, { kind: 'open' }>> {
  const answer = await openJournal({ statedir, feeds: false, notice: () => {}, ...options })
  if (answer.kind === 'failed') throw new Error(answer.text)
  return answer
}

export async function appendFromTo(journal: Journal, from: number, to: number, padding = 0): Promise<void> {
  const all: Promise<unknown>[] = []
  for (let seq = from; seq <= to; seq += 1) all.push(journal.append(commitOf(seq, padding)))
  await Promise.all(all)
}

export function seqs(entries: readonly Entry[]): number[] {
  return entries.map((entry) => Number(entry.id.slice('entry-'.length)))
}

export const count = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

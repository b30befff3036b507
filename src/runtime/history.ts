/**
 * Feeds PostgreSQL from the journal: in order, each commit once, for as long as it takes. While the database is away
 * the history waits on disk; a batch is all that is ever in memory.
 */

import type { Journal } from '../edge/journal/journal.ts'
import type { HistoryStore } from '../edge/postgres/history-store.ts'
import type { PostgresError } from '../edge/postgres/postgres.ts'
import type { PastCommit } from '../model/commit.ts'
import type { WallTime } from '../model/units.ts'
import { atMost } from './at-most.ts'

export interface HistorySetup {
  readonly journal: Pick<Journal, 'id' | 'commits' | 'onDurable' | 'fed' | 'fedThrough' | 'status'>
  readonly store: HistoryStore
  /** This machine's name. */
  readonly host: string
  now(): WallTime
  /** The text of a configuration that an entry names by its hash; `null`: it is not kept any more. */
  configuration?(hash: string): string | null
  /** Told once when trouble begins, once when it ends, and when a single entry cannot be stored. */
  notice(text: string): void
  readonly limits?: Partial<HistoryLimits>
}

export interface HistoryLimits {
  /** Commits in one transaction. */
  readonly batchCommits: number
  /** Characters of entries in one transaction. */
  readonly batchCharacters: number
  /** The pause before the second attempt, in milliseconds; doubled each time up to the longest. Half of it is chance. */
  readonly retryFirst: number
  readonly retryMost: number
  /** How long a stop waits for the last entries to arrive. They are safe in the journal anyway. */
  readonly stopWithin: number
}

export const historyLimits: HistoryLimits = {
  batchCommits: 500,
  batchCharacters: 2_000_000,
  retryFirst: 500,
  retryMost: 30_000,
  stopWithin: 3_000,
}

export interface HistoryStatus {
  /** Commits that the journal has and PostgreSQL has not. */
  readonly behind: number
  /** When the trouble began; `null`: there is none. */
  readonly since: WallTime | null
  readonly lastError: string | null
}

export interface History {
  status(): HistoryStatus
  /** Writes what it can within the limit, and closes the connection. */
  stop(): Promise<void>
}

export function startHistory(setup: HistorySetup): History {
  const { journal, store, host, now, notice } = setup
  const limits = { ...historyLimits, ...setup.limits }
  const feeder = { journal: journal.id, host }
  const bell = makeBell()
  let at = journal.fedThrough()
  let since: WallTime | null = null
  let lastError: string | null = null
  let pause = limits.retryFirst
  /** While a server is given its rest, new commits do not wake us. */
  let awaitingRetry = false
  let stopping = false
  let stopped = false
  /** Up to this commit, commits go one by one: one of them is not taken as it is. */
  let singlyThrough = 0

  async function run(): Promise<void> {
    while (!stopped) {
      const cursor = await store.open(feeder)
      const failed = cursor.kind === 'failed' ? cursor : await feedFrom(cursor.seq)
      if (failed === null) continue
      trouble(failed)
      if (stopping) return
      awaitingRetry = true
      bell.hush()
      // Chance keeps several daemons from coming back to a recovered server all at once.
      await bell.rung(pause * (0.5 + Math.random() / 2))
      awaitingRetry = false
      pause = Math.min(pause * 2, limits.retryMost)
    }
  }

  /** Until there is trouble (which is answered), or the cursor turns out to be elsewhere, or we stop. */
  async function feedFrom(known: number): Promise<PostgresError | null> {
    let cursor = known
    // Beginning too early is harmless, since entries have ids; beginning too late would lose some. So when a server
    // or a state directory was restored from a backup, or the server is a new one, the earlier of the two counts.
    at = Math.min(cursor, journal.fedThrough())
    while (!stopped) {
      const size = at < singlyThrough ? 1 : limits.batchCommits
      const { commits, through } = await journal.commits(at, size)
      const batch = withinCharacters(commits, limits.batchCharacters)
      const last = batch.at(-1)
      if (last === undefined) {
        well()
        if (through > at) arrived(through)
        else if (stopping) stopped = true
        else await bell.rung()
        continue
      }
      const unread = await addConfigurations(batch)
      if (unread !== null) return unread
      const added = await store.add(feeder, cursor, last.seq, batch)
      if (added.kind === 'elsewhere') return null
      if (added.kind === 'failed' && !added.refusedData) return added
      if (added.kind === 'failed') refused(batch, added)
      else {
        cursor = last.seq
        arrived(last.seq)
        well()
      }
    }
    return null
  }

  /** Before the entries that name them. One that is refused as such is only told: what was decided matters more. */
  async function addConfigurations(batch: readonly PastCommit[]): Promise<PostgresError | null> {
    for (const entry of batch.flatMap(({ entries }) => entries)) {
      if (entry.kind !== 'configuration') continue
      const text = setup.configuration?.(entry.hash) ?? null
      if (text === null) continue
      const added = await store.addConfiguration({ hash: entry.hash, at: entry.at, host, text })
      if (added.kind === 'failed' && !added.refusedData) return added
      if (added.kind === 'failed') notice(`${added.text} The history goes on without the configuration ${entry.hash}.`)
    }
    return null
  }

  function arrived(seq: number): void {
    at = seq
    journal.fed(seq)
  }

  /** The server will never take one of these: the others go alone, and that one stays in the journal. */
  function refused(batch: readonly PastCommit[], { text }: PostgresError): void {
    const last = batch.at(-1)
    if (last === undefined) return
    if (batch.length > 1) {
      singlyThrough = last.seq
      return
    }
    const ids = last.entries.map((entry) => entry.id).join(', ')
    notice(`${text} The history goes on without ${ids}, which only \`upalert log\` shows.`)
    arrived(last.seq)
  }

  function trouble({ text }: PostgresError): void {
    lastError = text
    if (since !== null) return
    since = now()
    notice(`${text} The history waits in the journal, and nothing is lost.`)
  }

  function well(): void {
    pause = limits.retryFirst
    if (since === null) return
    since = null
    lastError = null
    const { durable } = journal.status()
    const rest = durable > at ? `, and catches up with ${durable - at} commits` : ''
    notice(`${store.where} takes the history again${rest}.`)
  }

  journal.onDurable(() => {
    if (!awaitingRetry) bell.ring()
  })
  const running = run()
  let ending: Promise<void> | null = null

  async function stop(): Promise<void> {
    stopping = true
    bell.ring()
    await atMost(limits.stopWithin, running)
    stopped = true
    bell.ring()
    await atMost(limits.stopWithin, store.end())
  }

  return {
    status: () => ({ behind: Math.max(journal.status().durable - at, 0), since, lastError }),
    stop() {
      ending ??= stop()
      return ending
    },
  }
}

interface Bell {
  ring(): void
  /** Forgets that it rang. */
  hush(): void
  /** Resolves at the next ring, at once if it rang since the last time; after `within` milliseconds in any case. */
  rung(within?: number): Promise<void>
}

function makeBell(): Bell {
  let rang = false
  let wake = () => {}
  return {
    ring() {
      rang = true
      wake()
    },
    hush() {
      rang = false
    },
    async rung(within) {
      if (!rang) {
        const called = new Promise<void>((resolve) => {
          wake = resolve
        })
        await (within === undefined ? called : atMost(within, called))
      }
      rang = false
    },
  }
}

/** As many from the front as fit, and at least one. */
function withinCharacters(commits: readonly PastCommit[], most: number): readonly PastCommit[] {
  let sum = 0
  const end = commits.findIndex((commit) => {
    sum += JSON.stringify(commit.entries).length
    return sum > most
  })
  return end < 0 ? commits : commits.slice(0, Math.max(end, 1))
}

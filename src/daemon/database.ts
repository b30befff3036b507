/**
 * The history's way into PostgreSQL: the operator's own by URL, or the one that upalert keeps itself. It opens in the
 * background and is tried again for ever, because no check and no alert waits for a database.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { keptConfiguration } from '../edge/configurations/configurations.ts'
import type { Journal } from '../edge/journal/journal.ts'
import { type Embedded, startEmbedded } from '../edge/postgres/embedded.ts'
import { historyStore } from '../edge/postgres/history-store.ts'
import { openPostgres } from '../edge/postgres/postgres.ts'
import { retentionStore } from '../edge/postgres/retention-store.ts'
import { rollupStore } from '../edge/postgres/rollup-store.ts'
import type { DoorReport } from '../model/request.ts'
import type { HostResult } from '../model/result.ts'
import type { WallTime } from '../model/units.ts'
import { type History, startHistory } from '../runtime/history.ts'
import { type Retention, startRetention } from '../runtime/retention.ts'
import { createRollups, type Rollups } from '../runtime/rollups.ts'

export interface DatabaseSetup {
  /** `none`, `embedded` or a URL. */
  readonly database: string
  /** Where an embedded server keeps its data. */
  readonly dataDir: string
  readonly statedir: string
  readonly journal: Journal
  readonly hostname: string
  now(): WallTime
  /** How long it keeps what it has, as the configuration says now; 0: for ever. */
  keep(): Kept
  notice(text: string): void
}

type Kept = ReturnType<Parameters<typeof startRetention>[0]['keep']>

export interface Database {
  report(): DoorReport
  /** What one run of a check said of its hosts, for the rollups. */
  checked(service: string, hosts: readonly HostResult[]): void
  stop(): Promise<void>
}

/** The wait before an embedded server that did not start is tried again, in milliseconds; doubled up to the longest. */
const firstWait = 5_000
const longestWait = 300_000

export function startDatabase(setup: DatabaseSetup): Database {
  if (setup.database === 'none') {
    return {
      report: () => ({ door: 'history', well: true, text: 'kept in the journal only (database = none)' }),
      checked: () => {},
      stop: async () => {},
    }
  }
  const stopping = new AbortController()
  let history: History | null = null
  let rollups: Rollups | null = null
  let retention: Retention | null = null
  let embedded: Extract<Embedded, { kind: 'ready' }> | null = null
  let where = setup.database === 'embedded' ? 'embedded PostgreSQL' : 'PostgreSQL'
  let trouble: string | null = null

  function feed(connection: Parameters<typeof openPostgres>[0]): void {
    const postgres = openPostgres(connection)
    if ('kind' in postgres) {
      trouble = postgres.text
      setup.notice(postgres.text)
      return
    }
    where = setup.database === 'embedded' ? `embedded ${postgres.where}` : postgres.where
    const { journal, hostname: host, now, notice, keep, statedir } = setup
    const configuration = (hash: string): string | null => keptConfiguration(statedir, hash)
    history = startHistory({ journal, store: historyStore(postgres), host, now, notice, configuration })
    // Each has a connection of its own, so that none waits for another's work.
    const [forRollups, forRetention] = [openPostgres(connection), openPostgres(connection)]
    if (!('kind' in forRollups)) {
      rollups = createRollups({ store: rollupStore(forRollups, { journal: journal.id, host }), now, notice })
    }
    if (!('kind' in forRetention)) {
      retention = startRetention({ store: retentionStore(forRetention), host, now, keep, notice })
    }
  }

  async function startOwn(): Promise<void> {
    for (let wait = firstWait; !stopping.signal.aborted; wait = Math.min(wait * 2, longestWait)) {
      const started = await startEmbedded({ dataDir: setup.dataDir, log: setup.notice })
      if (started.kind === 'ready') {
        embedded = started
        trouble = null
        if (stopping.signal.aborted) return
        feed(started.connection)
        return
      }
      if (trouble === null) setup.notice(started.text)
      trouble = started.text
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }

  const opened = setup.database === 'embedded' ? startOwn() : Promise.resolve(feed(setup.database))
  return {
    report() {
      const status = history?.status()
      const why = status?.lastError ?? trouble
      const behind = status?.behind ?? setup.journal.status().durable - setup.journal.fedThrough()
      if (why !== null && why !== undefined)
        return {
          door: 'history',
          well: false,
          text: `${why} ${status === undefined ? 'Up to ' : ''}${behind} commits wait in the journal`,
        }
      if (status === undefined) return { door: 'history', well: true, text: `${where} is starting` }
      return {
        door: 'history',
        well: true,
        text: behind === 0 ? `${where} is up to date` : `${where}, ${behind} commits behind`,
      }
    },
    checked: (service, hosts) => rollups?.add(service, hosts, setup.now()),
    async stop() {
      stopping.abort()
      await opened
      await Promise.all([history?.stop(), rollups?.stop(), retention?.stop()])
      await embedded?.stop()
    },
  }
}

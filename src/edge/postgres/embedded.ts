/**
 * The PostgreSQL that comes with upalert, for whoever names no database: no TCP port, only a socket in a directory that
 * nobody else can enter; started when needed, started again when it crashes, and found again after kill -9 of the daemon.
 * Source: PostgreSQL 18, "postgres", "Shutting Down the Server".
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fchownSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Binaries, findBinaries, removeOtherCopies } from './embedded-binaries.ts'
import { isAlive, lastLine, prepareCluster, removeStalePid, runningServer, SUPERUSER } from './embedded-cluster.ts'
import { choosePlace, type Place } from './embedded-place.ts'

interface EmbeddedOptions {
  /** `<statedir>/postgres`; may not be shared with another daemon (the journal's lock sees to it). */
  readonly dataDir: string
  /** Told what the operator should know: where the data went, a crash, a restart. */
  log(text: string): void
}

export type Embedded =
  | {
      readonly kind: 'ready'
      readonly connection: EmbeddedConnection
      /** For people, and for psql: `psql URL`. */
      readonly url: string
      /** Lets the server end its work ("fast" shutdown), and waits for it. */
      stop(): Promise<void>
    }
  | { readonly kind: 'failed'; readonly text: string }

export interface EmbeddedConnection {
  /** The socket's directory. */
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
}

/** Names the socket; nothing listens on a port of this number. */
const PORT = 5432
/** After a crash the server replays its log before it accepts; longer than this and it is stuck. */
const START_DEADLINE_MS = 180_000
/** How often we look whether it accepts, or has ended. */
const LOOK_EVERY_MS = 20
const LOOK_AT_ORPHAN_EVERY_MS = 2_000
/** It has this long to end by itself; then it is told to drop everything, which the next start repairs. */
const STOP_DEADLINE_MS = 30_000
const RESTART_FIRST_MS = 500
const RESTART_MOST_MS = 60_000
/** A server that has run this long was well: its next crash is a first one. */
const WELL_AFTER_MS = 600_000

/** A small server: a few connections, little memory, a log of one week. */
const SETTINGS = [
  ...['listen_addresses=', `port=${PORT}`, 'unix_socket_permissions=0700', 'max_connections=20'],
  ...['shared_buffers=16MB', 'max_wal_size=128MB', 'min_wal_size=32MB', 'wal_level=minimal', 'max_wal_senders=0'],
  ...['logging_collector=on', 'log_filename=postgres-%a.log', 'log_truncate_on_rotation=on', 'log_rotation_size=0'],
  ...['log_checkpoints=off', 'cluster_name=upalert'],
]

const OWN_DATABASE = 'Set "database" in mon.cf to the postgres:// URL of a PostgreSQL of your own, or to "none".'

export async function startEmbedded({ dataDir, log }: EmbeddedOptions): Promise<Embedded> {
  const place = choosePlace(dataDir)
  if (typeof place === 'string') return failed(place)
  try {
    const found = await findBinaries(place.base, place.user)
    if (found.kind === 'missing') return failed(found.text)
    const data = join(place.base, 'cluster')
    const refusal = await prepareCluster(place.base, data, found, place.user)
    if (refusal !== null) return failed(refusal)
    const server = await startServer({ place, data, binaries: found })
    if (server.kind === 'failed') return failed(server.text)
    for (const remark of [place.remark, found.remark]) if (remark !== null) log(remark)
    // A server that was found running may have its socket elsewhere; whoever is connected there looks for it there.
    return supervise({ place: { ...place, sockets: server.sockets }, data, binaries: found }, server, log)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return failed(`The embedded PostgreSQL could not be started in ${place.base}: ${why}.`)
  }
}

function failed(text: string): Embedded {
  return { kind: 'failed', text: `${text} ${OWN_DATABASE}` }
}

interface Installation {
  readonly place: Place
  readonly data: string
  readonly binaries: Binaries
}

type Server =
  /** `ended` settles when the process is gone, with what it said last. */
  | { readonly kind: 'ready'; readonly pid: number; readonly sockets: string; readonly ended: Promise<string> }
  | { readonly kind: 'failed'; readonly text: string }

/** The server of this data directory: the one that a killed daemon left running, or a new one. */
async function startServer(installation: Installation): Promise<Server> {
  const { place, data, binaries } = installation
  const deadline = performance.now() + START_DEADLINE_MS
  for (let orphan = await runningServer(data); orphan !== null; orphan = await runningServer(data)) {
    if (orphan.status === 'ready')
      return { kind: 'ready', pid: orphan.pid, sockets: orphan.sockets, ended: gone(orphan.pid) }
    if (performance.now() > deadline) {
      const state = orphan.status || 'starting'
      return { kind: 'failed', text: `The PostgreSQL with process id ${orphan.pid} on ${data} is "${state}" for ever.` }
    }
    await pause(LOOK_EVERY_MS)
  }
  await removeStalePid(data)
  await removeOtherCopies(place.base, binaries)
  const { child, ended } = launchServer(installation)
  let last: string | null = null
  void ended.then((text) => {
    last = text
  })
  while (last === null && performance.now() < deadline) {
    const running = await runningServer(data)
    if (running?.pid === child.pid && running?.status === 'ready')
      return { kind: 'ready', pid: running.pid, sockets: place.sockets, ended }
    await pause(LOOK_EVERY_MS)
  }
  if (last === null) child.kill('SIGQUIT')
  return { kind: 'failed', text: `The embedded PostgreSQL did not start: ${last ?? 'it does not become ready'}.` }
}

/** A process group of its own, so that Ctrl-C at the terminal reaches the daemon first and the history is complete. */
function launchServer({ place, data, binaries }: Installation): { child: ChildProcess; ended: Promise<string> } {
  const startLog = join(place.base, 'start.log')
  const output = openSync(startLog, 'w', 0o600)
  if (place.user !== null) fchownSync(output, place.user.uid, place.user.gid)
  const settings = [...SETTINGS, `unix_socket_directories=${place.sockets}`, `log_directory=${join(place.base, 'log')}`]
  const child = spawn(binaries.postgres, ['-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    cwd: place.base,
    env: binaries.environment,
    stdio: ['ignore', output, output],
    detached: true,
    ...(place.user === null ? {} : { uid: place.user.uid, gid: place.user.gid }),
  })
  closeSync(output)
  child.unref()
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => {
      resolve(
        lastLine(readFileSync(startLog, 'utf8')) ?? (signal === null ? `exit status ${code}` : `ended by ${signal}`),
      )
    })
  })
  return { child, ended }
}

/** An orphan is not our child, so the kernel does not tell us of its end: we look. */
async function gone(pid: number): Promise<string> {
  while (isAlive(pid)) await pause(LOOK_AT_ORPHAN_EVERY_MS, undefined, { ref: false })
  return 'it ended'
}

/** Starts the server again whenever it ends without being asked to, more slowly each time. */
function supervise(
  installation: Installation,
  first: Extract<Server, { kind: 'ready' }>,
  log: (text: string) => void,
): Embedded {
  let server: Server = first
  const stopping = new AbortController()
  const stopped = new Promise<null>((resolve) => stopping.signal.addEventListener('abort', () => resolve(null)))

  async function keepRunning(): Promise<void> {
    let wait = RESTART_FIRST_MS
    while (!stopping.signal.aborted) {
      const since = performance.now()
      const why: string | null = server.kind === 'failed' ? server.text : await Promise.race([server.ended, stopped])
      if (why === null || stopping.signal.aborted) return
      if (server.kind === 'ready') log(`The embedded PostgreSQL ended unexpectedly (${why}); it is started again.`)
      else log(`${server.text} The next attempt comes in ${wait / 1000} seconds.`)
      if (performance.now() - since > WELL_AFTER_MS) wait = RESTART_FIRST_MS
      await pause(wait, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined)
      wait = Math.min(wait * 2, RESTART_MOST_MS)
      if (stopping.signal.aborted) return
      server = await startServer(installation)
      if (server.kind === 'ready') log('The embedded PostgreSQL runs again.')
    }
  }
  const keeping = keepRunning()

  const host = first.sockets
  return {
    kind: 'ready',
    connection: { host, port: PORT, user: SUPERUSER, database: 'postgres' },
    url: `postgres://${SUPERUSER}@/postgres?host=${host}`,
    async stop() {
      stopping.abort()
      await keeping
      if (server.kind === 'ready') await stopServer(server.pid)
    },
  }
}

async function stopServer(pid: number): Promise<void> {
  const deadline = performance.now() + STOP_DEADLINE_MS
  signal(pid, 'SIGINT')
  while (isAlive(pid) && performance.now() < deadline) await pause(LOOK_EVERY_MS)
  if (isAlive(pid)) signal(pid, 'SIGQUIT')
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // It is gone already, which is what was wanted.
    return
  }
}

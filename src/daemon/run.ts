/**
 * `upalert run`: opens the doors, starts the loop, and at the end closes them in the opposite order.
 * The kernel's table stays as it is when the daemon stops: traffic goes on.
 */
import { mkdirSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { coloured } from '../cli/columns.ts'
import { lastAlive, touchAlive, touchEvery } from '../edge/alive.ts'
import { clock } from '../edge/clock.ts'
import { openJournal } from '../edge/journal/journal.ts'
import { giveDirectoryToOwner } from '../edge/journal/owner.ts'
import { goneOf } from '../engine/gone.ts'
import { restoredState } from '../engine/restore.ts'
import { stateFor } from '../engine/start.ts'
import type { Gone } from '../model/state.ts'
import { type Milliseconds, minutes, seconds, type WallTime, wallTime } from '../model/units.ts'
import { formatProblems } from '../parse/problem.ts'
import { createRepeater } from '../runtime/repeat.ts'
import { listenOn } from '../server/socket.ts'
import { answersOf, usesTable } from './answers.ts'
import { type LoadOptions, loadConfiguration } from './configuration.ts'
import { keepText } from './configuration-text.ts'
import { type Database, startDatabase } from './database.ts'
import { drainMost, leaveTable, prepareTable } from './ends-of-table.ts'
import { openMon } from './mon/mon.ts'
import { pidfilePath, removePidfile, writePidfile } from './mon/pidfile.ts'
import { stateAtStart } from './mon/state-files.ts'
import { openPage } from './page.ts'
import { reload } from './reload.ts'
import { startReports } from './report/schedule.ts'
import { makeReport } from './report.ts'
import { after, assemble, type OpenJournal, type Running, type Usable } from './running.ts'
import { clockWatch, heedHangup, ignoreDebugger, outliveOutput, toldToStop } from './signals.ts'
import { surroundingsWatch } from './surroundings.ts'
import { openTable } from './table.ts'
import { count, isUsable } from './usable.ts'
import { filesWatchOf } from './watch-files.ts'

/** How often the kernel's table is compared with the wanted one although nothing has happened: drift shows within this. */
const reconcileEvery = seconds(5)
/** How often the two clocks are compared. */
const clockCheckEvery = seconds(5)
const fileCheckEvery = seconds(1)
/** How often the maintenance directory and this host's addresses are looked at. */
const lookAroundEvery = seconds(1)
/** How often the whole state is written, so that a crash does not forget when things were last well. */
const saveEvery = minutes(10)
/** What is told of the stop itself has this long. */
const stopTellings = seconds(5)
/** A stop that takes longer than this is ended; PostgreSQL alone may take 30 s to end. What was accepted is on disk. */
const stopDeadline = seconds(45)

export interface RunOptions {
  readonly file: string
  /** Start the demonstration's servers and mailbox that the configuration names. */
  readonly demo: boolean
  /** What the command line says besides the file. */
  readonly given?: LoadOptions
  /** As `upalert mon`. */
  readonly mon?: MonRun
}

/** What `upalert mon` does otherwise. */
export interface MonRun {
  /** Words of `-l`; `null`: mon's state files are not read. */
  readonly loadstate: readonly string[] | null
  readonly stopped: boolean
  readonly lookAgain: Milliseconds | undefined
  /** What happens is written to standard output. */
  readonly echo: boolean
  /** It has left the terminal. */
  readonly background: boolean
  /** Whoever waits for the start hears that it runs (`null`), or why it does not. */
  started(trouble: string | null): void
}

/** Runs until it is told to stop. Answers the exit status: 0 after a clean stop, 1 if it could not start, 2 for the configuration. */
export async function runDaemon(options: RunOptions): Promise<number> {
  ignoreDebugger()
  outliveOutput()
  const hangup = heedHangup()
  const { file, given = {}, mon } = options
  const configuration = await loadConfiguration(file, given)
  if (configuration.problems.length > 0) process.stderr.write(`${formatProblems(configuration.problems)}\n\n`)
  if (!isUsable(configuration)) return 2
  const opened = await open(configuration, options)
  if (opened.kind === 'failed') {
    mon?.started(opened.text)
    return refuse(opened.text)
  }
  const { running } = opened
  // As in mon, which takes SIGHUP for its command "reset keepstate".
  const reset = mon === undefined ? undefined : { keepstate: true, stopped: false }
  const timers = [
    setInterval(running.reconcile, reconcileEvery),
    setInterval(() => void running.paths.refresh(), reconcileEvery),
    setInterval(clockWatch(running), clockCheckEvery),
    setInterval(filesWatchOf(running, reset), fileCheckEvery),
    setInterval(opened.look, lookAroundEvery),
    setInterval(() => void running.loop.save(), saveEvery),
    setInterval(() => touchAlive(running.configuration.directories.statedir, clock.wall()), touchEvery),
  ]
  mon?.started(null)
  hangup.reloadBy(() => void reload(running, reset))
  await opened.told
  for (const timer of timers) clearInterval(timer)
  const drainsFor = drainMost(running)
  setTimeout(tooSlow, stopDeadline + drainsFor).unref()
  await opened.close()
  return 0
}

type Opened =
  | {
      readonly kind: 'open'
      readonly running: Running
      /** Looks at what decisions depend on besides checks. */
      look(): void
      /** Settles when the daemon is told to stop. */
      readonly told: Promise<void>
      close(): Promise<void>
    }
  | { readonly kind: 'failed'; readonly text: string }

/** Opens one door after the other; if one stays shut, those that are open already are closed again. */
async function open(configuration: Usable, { demo, mon: monRun }: RunOptions): Promise<Opened> {
  const closing: (() => Promise<unknown>)[] = []
  const failed = async (text: string): Promise<Opened> => {
    for (const close of closing.reverse()) await close()
    return { kind: 'failed', text }
  }
  const unmakable = makeStatedir(configuration)
  if (unmakable !== null) return failed(unmakable)

  // What doors say before there is a loop to say it to.
  const early: string[] = []
  let notice = (text: string): void => void early.push(text)
  const journal = await openJournal({
    statedir: configuration.directories.statedir,
    feeds: configuration.model.settings.database !== 'none',
    notice: (text) => notice(text),
  })
  if (journal.kind === 'failed') return failed(journal.text)
  closing.push(() => journal.journal.close())
  const shown = demo ? await startShow(configuration) : null
  if (shown?.kind === 'failed') return failed(shown.text)
  if (shown !== null) closing.push(shown.stop)

  const aliveUntil = await lastSeen(journal, configuration.directories.statedir)
  touchAlive(configuration.directories.statedir, clock.wall())
  const how = { echo: monRun?.echo ?? true, lookAgain: monRun?.lookAgain }
  const beginning = whatIsKnown(configuration, journal, monRun)
  const running = assemble(configuration, beginning.state, journal, openTable(), how)
  let database: Database | null = null
  const socket = await listenOn(
    configuration.directories.socket,
    answersOf(running, () => database),
  )
  if (socket.kind === 'failed') return failed(socket.text)
  closing.push(socket.close)
  const stop = toldToStop(running)
  const mon = await openMon(running, {
    standard: monRun !== undefined,
    background: monRun?.background === true,
    terminate: () => stop.tell('by a client'),
  })
  if (mon.kind === 'failed') return failed(mon.text)
  running.mon = mon.mon
  closing.push(mon.mon.close)

  const pidfile = pidfilePath(configuration.model.settings.logs, monRun !== undefined)
  const unwritten = pidfile === null ? null : writePidfile(pidfile, process.pid)
  if (unwritten !== null) early.push(unwritten)
  notice = (text) => void running.loop.post({ kind: 'notice', what: 'trouble', text })
  const page = await openPage(running, notice)
  running.linkKey = page.key
  closing.push(page.close)
  await running.fifos.use(configuration.model)
  await running.paths.refresh()
  const look = surroundingsWatch(running.loop.state, running.loop.post, notice)
  look()
  early.push(...keptText(running))
  // Last of all: what is cleared is made anew by the first pass, right after.
  early.push(...prepareTable(running))
  begin(running, { ...beginning, remarks: [...beginning.remarks, ...early], aliveUntil }, monRun)
  const repeater = repeaterOf(running, notice)
  const reports = reportsOf(running)
  reports.use(configuration.model.reports, aliveUntil)
  running.reports = reports
  const history = openDatabase(running, (text) => notice(text))
  database = history
  running.checked = history.checked
  return {
    kind: 'open',
    running,
    look,
    told: stop.told,
    async close() {
      reports.stop()
      await running.checks.stop()
      await toldOfStop(running)
      repeater.stop()
      await running.deliverer.stop()
      await running.fifos.close()
      await mon.mon.close()
      await page.close()
      await running.loop.settled()
      running.close()
      await running.paths.close()
      await leaveTable(running)
      await socket.close()
      await shown?.stop()
      await history.stop()
      const trouble = await journal.journal.close()
      if (trouble !== null) process.stderr.write(`${trouble}\n`)
      running.table.close()
      if (pidfile !== null) removePidfile(pidfile, process.pid)
    },
  }
}

const keptText = ({ configuration: { directories, written } }: Running): string[] => {
  const trouble = keepText(directories.statedir, written)
  return trouble === null ? [] : [trouble]
}

/** Up to when the run before this one watched; `null`: there was none. What it has written down it has seen. */
async function lastSeen({ journal, saved }: OpenJournal, statedir: string): Promise<WallTime | null> {
  const alive = lastAlive(statedir)
  if (saved === null || alive === null) return null
  const [newest] = await journal.entries({ limit: 1 })
  const seen = Math.max(alive, newest?.at ?? 0)
  const stopped = saved.controls?.stopped ?? null
  return wallTime(stopped === null ? seen : Math.min(stopped, seen))
}

/** Reports by mail, at their dates. */
function reportsOf({ loop, started }: Running) {
  const { database } = started.model.settings
  const { statedir } = started.directories
  return startReports({
    now: clock.wall,
    post: loop.post,
    make(span, services) {
      const configured = loop.state().model.services.map(({ key }) => key)
      const basis = { database, statedir, configured, now: clock.wall() }
      return makeReport({ span, services, director: null }, basis)
    },
  })
}

/** Says failures that last again to those who forget them. */
function repeaterOf(running: Running, notice: (text: string) => void) {
  return createRepeater({
    now: clock.now,
    state: running.loop.state,
    after,
    alert: (name) => running.configuration.alerts.get(name),
    context: running.alertContext,
    notice,
  })
}

/** What is told at a stop (omega) is told now or never: it must have left before nothing leaves any more. */
async function toldOfStop({ loop }: Running): Promise<void> {
  await loop.settled()
  const end = clock.uptime() + stopTellings
  while (loop.state().outbox.some(({ atStop }) => atStop === true) && clock.uptime() < end) await pause(50)
}

/** What the journal kept of the last run, and mon's state files where they are asked for. */
function whatIsKnown({ model, directories }: Usable, { saved, remarks }: OpenJournal, mon: MonRun | undefined) {
  const known = saved === null ? null : stateFor(model, saved)
  const files = stateAtStart(mon?.loadstate ?? null, directories.statedir, known)
  return {
    state: restoredState(model, saved, files.loaded, clock.now()),
    gone: saved === null ? null : goneOf(model, saved),
    /** Of what, as the end of a sentence. */
    remembered: `${saved === null ? '' : '; it remembers its last run'}${files.text}`,
    remarks: [...remarks, ...files.complaints],
  }
}

function tooSlow(): never {
  process.stderr.write(
    `upalert did not end within ${stopDeadline / 1000} s and is broken off; what was accepted is on disk\n`,
  )
  process.exit(1)
}

function refuse(text: string): number {
  process.stderr.write(`${coloured('upalert cannot start', 'alarm')}: ${text}\n`)
  return 1
}

/** Others may pass through it to what is theirs (an embedded PostgreSQL of another user); they see nothing of it. */
function makeStatedir({ directories: { statedir: directory }, format }: Usable): string | null {
  try {
    const first = makeWithParents(directory)
    if (first === directory) giveDirectoryToOwner(directory, dirname(directory))
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const mend =
      format === 'mon'
        ? 'set "statedir" to one that this user may write'
        : 'write a mon.cf with "statedir = " and one that this user may write, and with "director = " and this file'
    return `cannot make the state directory ${directory}: ${reason}; ${mend}`
  }
}

/**
 * Answers the first that had to be made; `null` if it is there. Node's own `recursive` never ends in a directory that says
 * ENOENT to everything, such as /proc, and says ENOENT of a file system that is read-only.
 */
function makeWithParents(directory: string): string | null {
  try {
    mkdirSync(directory, 0o711)
    return directory
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    if (code === 'EEXIST' && statSync(directory).isDirectory()) return null
    if (code !== 'ENOENT' || dirname(directory) === directory) throw error
    const first = makeWithParents(dirname(directory))
    if (first === null) throw error
    mkdirSync(directory, 0o711)
    return first
  }
}

/** Loaded only when asked for: a director has no use for a mail server of its own. */
async function startShow({ model, directories }: Usable) {
  const { startDemo } = await import('../demo/demo.ts')
  const { demoServers: servers, demoMailbox: mailbox } = model.settings
  return startDemo({ servers, mailbox, mailboxDir: join(directories.statedir, 'mailbox') })
}

function openDatabase(
  { configuration: { model, directories }, journal, loop }: Running,
  notice: (text: string) => void,
): Database {
  return startDatabase({
    database: model.settings.database,
    dataDir: join(directories.statedir, 'postgres'),
    statedir: directories.statedir,
    journal,
    hostname: hostname(),
    now: clock.wall,
    keep() {
      const { keepHistory, keepRollups } = loop.state().model.settings.notify
      return { history: keepHistory, rollups: keepRollups }
    },
    notice,
  })
}

interface Beginning {
  /** What was remembered and is configured no more; `null`: nothing was remembered. */
  readonly gone: Gone | null
  /** Of what, as the end of a sentence. */
  readonly remembered: string
  /** What doors said while they were opened. */
  readonly remarks: readonly string[]
  /** When the run before this one was last alive. */
  readonly aliveUntil: WallTime | null
}

function begin(
  { loop, checks, configuration, table }: Running,
  { gone, remembered, remarks, aliveUntil }: Beginning,
  mon: MonRun | undefined,
): void {
  const { file, model, directories } = configuration
  const say = (what: string, text: string): void => void loop.post({ kind: 'notice', what, text })
  const hosts = new Set(model.services.flatMap((service) => service.hosts)).size
  const counts = `${count(model.services.length, 'service')} on ${count(hosts, 'host')}, ${count(model.virtuals.length, 'virtual server')}`
  loop.post({
    kind: 'started',
    text: `upalert runs ${file}: ${counts}${remembered}`,
    aliveUntil,
    ...(gone === null ? {} : { gone }),
    configuration: configuration.written.hash,
    ...(mon?.stopped === true ? { stopped: true } : {}),
  })
  if (table.where === 'memory' && usesTable(loop.state(), configuration.alerts)) {
    say('memory-table', `NO TRAFFIC IS BALANCED: the IPVS table is in memory only. ${table.because}`)
  }
  for (const remark of remarks) say('trouble', remark)
  say('socket', `ask it with "upalert status", "why HOST" or "log" on ${directories.socket}`)
  checks.use(model)
}

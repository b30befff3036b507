/**
 * `upalert run`: opens the doors, fills the tables, starts the loop; and at the end closes them in the opposite order.
 * The kernel's table stays as it is when the daemon stops: traffic goes on.
 */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { startsProgram } from '../../monitors/index.ts'
import { coloured } from '../cli/columns.ts'
import { entryLine } from '../cli/terminal.ts'
import { clock } from '../edge/clock.ts'
import { type Journal, openJournal } from '../edge/journal/journal.ts'
import { smallestClockStep } from '../engine/limits.ts'
import { foreign } from '../engine/plan.ts'
import { wantedTable } from '../engine/pool.ts'
import { stateFor } from '../engine/start.ts'
import type { Model } from '../model/model.ts'
import type { DoorReport } from '../model/request.ts'
import type { State } from '../model/state.ts'
import type { TableDoor } from '../model/table.ts'
import { type Milliseconds, milliseconds, seconds, wallTime } from '../model/units.ts'
import { formatProblems } from '../parse/problem.ts'
import { type Checks, createChecks } from '../runtime/checks.ts'
import { createDeliverer, type Deliverer } from '../runtime/deliver.ts'
import { createLoop, type Loop } from '../runtime/loop.ts'
import { type Reconciler, reconciler } from '../runtime/reconcile.ts'
import { mostEntries } from '../server/commands.ts'
import { listenOn } from '../server/socket.ts'
import { calendar } from './calendar.ts'
import { type Configuration, loadConfiguration } from './configuration.ts'
import { type Database, startDatabase } from './database.ts'
import type { Directories } from './paths.ts'
import { openTable } from './table.ts'

/** How often the kernel's table is compared with the wanted one although nothing has happened: drift shows within this. */
const reconcileEvery = seconds(5)
/** How often the two clocks are compared. */
const clockCheckEvery = seconds(5)
/** A stop that takes longer than this is ended: what was accepted is on disk anyway. */
const stopDeadline = seconds(20)

export interface RunOptions {
  readonly file: string
  /** Start the demonstration's servers and mailbox that the configuration names. */
  readonly demo: boolean
}

/** Everything that is open while the daemon runs. */
interface Running {
  configuration: Configuration & { readonly model: Model; readonly directories: Directories }
  readonly journal: Journal
  readonly table: TableDoor
  readonly loop: Loop
  readonly checks: Checks
  readonly deliverer: Deliverer
  readonly database: Database
}

/** Runs until it is told to stop. Answers the exit status: 0 after a clean stop, 1 if it could not start, 2 for the configuration. */
export async function runDaemon({ file, demo }: RunOptions): Promise<number> {
  const configuration = await loadConfiguration(file)
  if (configuration.problems.length > 0) process.stderr.write(`${formatProblems(configuration.problems)}\n\n`)
  if (!isUsable(configuration)) return 2
  const { directories } = configuration
  try {
    mkdirSync(directories.statedir, { recursive: true, mode: 0o711 })
  } catch (error) {
    return refuse(
      `cannot make the state directory ${directories.statedir}: ${error instanceof Error ? error.message : error}; set "statedir" to one that this user may write`,
    )
  }
  const notices: string[] = []
  let notice = (text: string): void => void notices.push(text)
  const opened = await openJournal({
    statedir: directories.statedir,
    feeds: configuration.model.settings.database !== 'none',
    notice: (text) => notice(text),
  })
  if (opened.kind === 'failed') return refuse(opened.text)
  const shown = demo ? await startShow(configuration) : null
  if (shown?.kind === 'failed') {
    await opened.journal.close()
    return refuse(shown.text)
  }
  const running = assemble(configuration, opened)
  const socket = await listenOn(directories.socket, daemonDoor(running))
  if (socket.kind === 'failed') {
    await shown?.stop()
    await opened.journal.close()
    return refuse(socket.text)
  }
  notice = (text) => void running.loop.post({ kind: 'notice', what: 'trouble', text })
  begin(running, opened.saved === null, [...opened.remarks, ...notices], opened.saved)
  await toldToStop(running)
  await stop(running, async () => {
    await socket.close()
    await shown?.stop()
  })
  return 0
}

const isUsable = (configuration: Configuration): configuration is Running['configuration'] =>
  configuration.model !== null && configuration.directories !== null

function refuse(text: string): number {
  process.stderr.write(`${coloured('upalert cannot start', 'alarm')}: ${text}\n`)
  return 1
}

/** Loaded only when asked for: a director has no use for a mail server of its own. */
async function startShow({ model, directories }: Running['configuration']) {
  const { startDemo } = await import('../demo/demo.ts')
  const { demoServers: servers, demoMailbox: mailbox } = model.settings
  return startDemo({ servers, mailbox, mailboxDir: join(directories.statedir, 'mailbox') })
}

type OpenJournal = Extract<Awaited<ReturnType<typeof openJournal>>, { kind: 'open' }>

function assemble(configuration: Running['configuration'], { journal, nextSeq }: OpenJournal): Running {
  const table = openTable()
  const inLine = reconciler(table)
  let seq = nextSeq
  const loop = createLoop(stateFor(configuration.model, null), runName(), {
    now: clock.now,
    async remember(patch, entries, whole) {
      const commit = { seq, at: clock.wall(), patch, entries }
      seq += 1
      await (whole === null ? journal.append(commit) : journal.append(commit, whole))
    },
    reconcile: () => reconcileSoon(running, inLine),
    deliver: (delivery) => running.deliverer.take(delivery),
    show: (entry) => void process.stdout.write(`${entryLine(entry, process.stdout.isTTY === true)}\n`),
  })
  const running: Running = {
    configuration,
    journal,
    table,
    loop,
    checks: createChecks({
      now: clock.now,
      state: loop.state,
      post: loop.post,
      after,
      calendar,
      monitor: (name) => running.configuration.monitors.get(name),
      startsProgram,
      seed: Math.floor(Math.random() * 2 ** 32),
    }),
    deliverer: createDeliverer({
      now: clock.now,
      post: loop.post,
      after,
      alert: (name) => running.configuration.alerts.get(name),
      pending: (id) => loop.state().outbox.find((delivery) => delivery.id === id),
      context: () => ({ mail: mailSettings(loop.state().model), table }),
    }),
    database: startDatabase({
      database: configuration.model.settings.database,
      dataDir: join(configuration.directories.statedir, 'postgres'),
      journal,
      hostname: hostname(),
      now: clock.wall,
      notice: (text) => void loop.post({ kind: 'notice', what: 'trouble', text }),
    }),
  }
  setInterval(() => reconcileSoon(running, inLine), reconcileEvery)
  return running
}

/** Sorts by time, and differs between directors that share a database and were started in the same instant. */
const runName = (): string => `${clock.wall().toString(36)}${randomBytes(3).toString('hex')}`

const mailSettings = ({ settings }: Model) => ({
  server: settings.mailserver,
  from: settings.mailfrom,
  hostname: hostname(),
})

function after(delay: Milliseconds, callback: () => void): () => void {
  const timer = setTimeout(callback, delay)
  return () => clearTimeout(timer)
}

const underWay = new WeakSet<Running>()

/** Changes that come together are one pass. */
function reconcileSoon(running: Running, inLine: Reconciler): void {
  if (underWay.has(running)) return
  underWay.add(running)
  setImmediate(() => {
    underWay.delete(running)
    const state = running.loop.state()
    const report = inLine.pass(wantedTable(state.model, state.pools), state.owned, clock.uptime())
    const changed = report.changes.length > 0 || JSON.stringify(report.owned) !== JSON.stringify(state.owned)
    if (changed) running.loop.post({ kind: 'reconciled', report })
  })
}

function begin(running: Running, first: boolean, remarks: readonly string[], saved: OpenJournal['saved']): void {
  const { loop, checks, configuration, table } = running
  const { services, virtuals } = configuration.model
  const hosts = new Set(services.flatMap((service) => service.hosts)).size
  const counts = `${count(services.length, 'service')} on ${count(hosts, 'host')}, ${count(virtuals.length, 'virtual server')}`
  loop.post({
    kind: 'started',
    saved,
    text: `upalert runs ${configuration.file}: ${counts}${first ? '' : '; it remembers its last run'}`,
  })
  if (table.where === 'memory' && virtuals.length > 0) {
    loop.post({
      kind: 'notice',
      what: 'memory-table',
      text: `NO TRAFFIC IS BALANCED: the IPVS table is in memory only. ${table.because}`,
    })
  }
  for (const remark of remarks) loop.post({ kind: 'notice', what: 'trouble', text: remark })
  loop.post({
    kind: 'notice',
    what: 'socket',
    text: `ask it with "upalert status", "why HOST" or "log" on ${configuration.directories.socket}`,
  })
  checks.use(configuration.model)
  watchClock(loop)
}

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

/** A step of the wall clock becomes an event; sleep does not, since time really passed then. */
function watchClock(loop: Loop): void {
  let before = clock.ahead()
  setInterval(() => {
    const now = clock.ahead()
    const step = now - before
    before = now
    if (Math.abs(step) >= smallestClockStep) loop.post({ kind: 'clock-stepped', by: milliseconds(step) })
  }, clockCheckEvery)
}

async function reload(running: Running): Promise<{ done: boolean; text: string }> {
  const { loop, checks, configuration: old } = running
  const fresh = await loadConfiguration(old.file)
  if (!isUsable(fresh)) {
    const errors = fresh.problems.filter(({ severity }) => severity === 'error')
    process.stderr.write(`${formatProblems(fresh.problems)}\n`)
    const text = `${old.file} has ${count(errors.length, 'error')}, so the configuration before it stays in force; "upalert check ${old.file}" shows ${errors.length === 1 ? 'it' : 'them'}`
    loop.post({ kind: 'reload-refused', text })
    return { done: false, text }
  }
  const fixed = fixedSettings.filter((name) => String(fresh.model.settings[name]) !== String(old.model.settings[name]))
  const restart = fixed.length === 0 ? '' : `; ${fixed.join(', ')} will count after a restart`
  const { services, virtuals } = fresh.model
  const text = `${old.file} was read again: ${count(services.length, 'service')}, ${count(virtuals.length, 'virtual server')}${restart}`
  running.configuration = fresh
  loop.post({ kind: 'reloaded', model: fresh.model, text })
  checks.use(fresh.model)
  return { done: true, text }
}

/** Settings that are read once, at the start. */
const fixedSettings = ['statedir', 'database', 'socket', 'demoServers', 'demoMailbox'] as const

function daemonDoor(running: Running) {
  const { loop, journal, table, database, checks } = running
  return {
    now: clock.now,
    state: loop.state,
    post: loop.post,
    entries: ({ since, service, limit }: { since?: number; service?: string; limit: number }) =>
      journal.entries({
        limit: Math.min(limit, mostEntries),
        ...(since === undefined ? {} : { since: wallTime(since) }),
        ...(service === undefined ? {} : { service }),
      }),
    doors: () => [
      tableReport(table, loop.state()),
      database.report(),
      journalReport(journal),
      ...overdueReport(checks),
    ],
    reload: () => reload(running),
  }
}

/** Which table is driven, and what of it is somebody else's and left alone. */
function tableReport(table: TableDoor, { model, pools, owned }: State): DoorReport {
  const where =
    table.where === 'kernel' ? "the kernel's table" : `in memory only, NO TRAFFIC IS BALANCED. ${table.because}`
  const read = table.read()
  if (read.kind === 'error') return { door: 'IPVS', well: false, text: `the table cannot be read: ${read.text}` }
  const others = foreign(wantedTable(model, pools), read.services, owned).map(({ service, destination }) =>
    destination === null ? service : `${destination} in ${service}`,
  )
  const list =
    others.length === 0
      ? ''
      : `; not ours and left alone: ${others.slice(0, foreignShown).join(', ')}${others.length > foreignShown ? ', …' : ''}`
  return { door: 'IPVS', well: table.where === 'kernel', text: `${where}${list}` }
}

/** Foreign services and destinations that are named one by one. */
const foreignShown = 8

function journalReport(journal: Journal) {
  const { trouble, durable } = journal.status()
  return { door: 'journal', well: trouble === null, text: trouble ?? `everything is on disk (commit ${durable})` }
}

/** Said when checks come late because too many are under way at once. */
function overdueReport(checks: Checks) {
  const { count: waiting, oldest } = checks.overdue()
  if (oldest < seconds(5)) return []
  return [
    {
      door: 'checks',
      well: false,
      text: `${waiting} checks wait for a free place, the oldest for ${Math.round(oldest / 1000)} s; raise maxprocs or the intervals`,
    },
  ]
}

/** SIGHUP reloads; SIGTERM and SIGINT end it, a second one at once. */
function toldToStop(running: Running): Promise<void> {
  process.on('SIGHUP', () => void reload(running))
  return new Promise((resolve) => {
    let told = false
    const end = (signal: NodeJS.Signals): void => {
      if (told) process.exit(130)
      told = true
      running.loop.post({ kind: 'stopping', text: `upalert stops (${signal}); the IPVS table stays as it is` })
      resolve()
    }
    process.on('SIGTERM', end)
    process.on('SIGINT', end)
  })
}

async function stop(
  { checks, deliverer, loop, database, journal, table }: Running,
  closeRest: () => Promise<void>,
): Promise<void> {
  setTimeout(() => process.exit(0), stopDeadline).unref()
  await Promise.all([checks.stop(), deliverer.stop()])
  await loop.settled()
  await closeRest()
  await database.stop()
  const trouble = await journal.close()
  if (trouble !== null) process.stderr.write(`${trouble}\n`)
  table.close()
}

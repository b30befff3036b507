/** Everything that is open while the daemon runs, and how it hangs together: the one place where doors meet the engine. */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { entryLine } from '../cli/terminal.ts'
import { clock } from '../edge/clock.ts'
import type { Journal, Opened } from '../edge/journal/journal.ts'
import type { LinkKey } from '../edge/link-key.ts'
import { wantedTable } from '../engine/pool/wanted.ts'
import type { Note } from '../model/effect.ts'
import type { Entry } from '../model/entry.ts'
import type { Reset } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import type { Id, ServiceKey } from '../model/names.ts'
import { rangeOf } from '../model/path-marks.ts'
import type { HostResult } from '../model/result.ts'
import type { Delivery, State } from '../model/state.ts'
import type { TableDoor } from '../model/table.ts'
import type { ControlDoor } from '../model/table-control.ts'
import type { Milliseconds } from '../model/units.ts'
import { type Checks, createChecks } from '../runtime/checks.ts'
import { createDeliverer, type Deliverer } from '../runtime/deliver.ts'
import { createLoop, type Loop } from '../runtime/loop.ts'
import { type Reconciler, reconciler } from '../runtime/reconcile.ts'
import { createWake } from '../runtime/wake.ts'
import { calendar } from './calendar.ts'
import { type CheckPaths, createCheckPaths } from './check-paths.ts'
import type { Configuration } from './configuration.ts'
import { createFifos, type Fifos } from './fifos.ts'
import { linkOf } from './page.ts'
import type { Directories } from './paths.ts'
import type { ReportJobs } from './report/schedule.ts'

/** What the loop tells those who keep mon's logs and files. */
export interface MonDoors {
  show(entry: Entry): void
  note(note: Note): void
  /** A signal ends the daemon. */
  terminated(): void
  /** The configuration was read again; by mon's reset, if that is given. */
  reloaded(reset: Reset | undefined): void
}

/** A configuration without errors. */
export type Usable = Configuration & { readonly model: Model; readonly directories: Directories }

export interface Running {
  /** Replaced as a whole by a reload. */
  configuration: Usable
  /** What was read at the start: some settings count only then. */
  readonly started: Usable
  /** mon's clients, traps, logs and files; set once they are open. */
  mon: MonDoors | null
  /** Hears of each run of a check, for the rollups; set once the database is. */
  checked: ((service: ServiceKey, hosts: readonly HostResult[]) => void) | null
  /** Jobs that mail reports; set once they run. */
  reports: ReportJobs | null
  /** Signs the links in messages; set once the page is open. */
  linkKey: LinkKey | null
  readonly journal: Journal
  readonly table: TableDoor | ControlDoor
  readonly loop: Loop
  readonly checks: Checks
  readonly deliverer: Deliverer
  /** What ways of telling share, as the configuration has it now. */
  alertContext(): SharedContext
  readonly inLine: Reconciler
  /** That keepalived's configuration names. */
  readonly fifos: Fifos
  /** Of checks via vip. */
  readonly paths: CheckPaths
  /** Brings the table in line soon; wishes that come together are one pass. */
  reconcile(): void
  /** After this, nothing that still happens is taken up. */
  close(): void
}

export type OpenJournal = Extract<Opened, { readonly kind: 'open' }>

export interface How {
  /** What happens is also written to standard output. */
  readonly echo: boolean
  /** How often a check that is held back is looked at again. */
  readonly lookAgain: Milliseconds | undefined
}

/** `state`: what the daemon begins with. Whoever is answered before the start is over already sees and changes it. */
export function assemble(
  configuration: Usable,
  state: State,
  { journal, nextSeq }: OpenJournal,
  table: TableDoor | ControlDoor,
  { echo, lookAgain }: How,
): Running {
  let seq = nextSeq
  let closed = false
  /** The outbox by id, kept in step by what each event changes: a search at every delivery takes too long in a storm. */
  const outbox = new Map<Id, Delivery>(state.outbox.map((delivery) => [delivery.id, delivery]))
  const loop = createLoop(state, runName(), {
    now: clock.now,
    async remember(patch, entries, whole) {
      for (const delivery of patch.deliveries) outbox.set(delivery.id, delivery)
      for (const over of patch.delivered) outbox.delete(over)
      if (closed) return
      const commit = { seq, at: clock.wall(), patch, entries }
      seq += 1
      await (whole === null ? journal.append(commit) : journal.append(commit, whole))
    },
    reconcile: () => running.reconcile(),
    deliver: (delivery) => running.deliverer.take(delivery),
    show(entry) {
      if (echo) process.stdout.write(`${entryLine(entry, process.stdout.isTTY === true)}\n`)
      running.mon?.show(entry)
    },
    timer: (service, what) => running.checks.timer(service, what),
    note: (note) => running.mon?.note(note),
    wake: (at) => wake.ask(at),
    decided: () => wake.look(),
  })
  const doors = { now: clock.now, after, state: loop.state, post: loop.post }
  const wake = createWake(doors)
  const inLine = reconciler(table)
  const running: Running = {
    configuration,
    started: configuration,
    mon: null,
    linkKey: null,
    reports: null,
    checked: null,
    journal,
    table,
    loop,
    checks: createChecks({
      ...doors,
      post(event) {
        if (event.kind === 'checked') running.checked?.(event.service, event.result.hosts)
        return loop.post(event)
      },
      calendar,
      monitor(name) {
        const monitor = running.configuration.monitors.get(name)
        return monitor === undefined ? undefined : running.paths.along(monitor)
      },
      seed: randomBytes(4).readUInt32LE(),
      ...(lookAgain === undefined ? {} : { lookAgain }),
    }),
    deliverer: createDeliverer({
      ...doors,
      alert: (name) => running.configuration.alerts.get(name),
      pending: (id) => outbox.get(id),
      context: () => running.alertContext(),
    }),
    alertContext: () => ({
      ...sharedSettings(loop.state().model),
      table,
      ackLink(message) {
        const { model } = loop.state()
        // Of what is no service there is nothing to acknowledge.
        if (!model.serviceIndex.has(message.key)) return null
        return linkOf(message, model.settings.notify.pageUrl, running.linkKey)
      },
    }),
    inLine,
    paths: createCheckPaths({
      table,
      model: () => loop.state().model,
      say: (text) => void loop.post({ kind: 'notice', what: 'trouble', text }),
    }),
    fifos: createFifos((text) => void loop.post({ kind: 'notice', what: 'trouble', text })),
    reconcile: reconcileSoon(loop, inLine, () => closed),
    close() {
      closed = true
      wake.stop()
    },
  }
  return running
}

/** Sorts by time, and differs between directors that share a database and were started in the same instant. */
const runName = (): string => `${clock.wall().toString(36)}${randomBytes(3).toString('hex')}`

type SharedContext = ReturnType<Parameters<typeof createDeliverer>[0]['context']>

const sharedSettings = ({ settings: { mailserver, mailfrom, notify } }: Model): Omit<SharedContext, 'table'> => ({
  mail: { server: mailserver, from: mailfrom, hostname: hostname(), listId: notify.mailListId, dkim: notify.dkim },
  webhookAllow: notify.webhookAllow,
  ...(notify.templates === '' ? {} : { templates: notify.templates }),
})

/** Node's timers count in 32 bits of milliseconds, and fire at once beyond (setTimeout, "delay"); ours go on. */
const longestTimer = 2 ** 31 - 1

export function after(delay: Milliseconds, callback: () => void): () => void {
  let timer: NodeJS.Timeout
  const wait = (left: number): void => {
    timer = setTimeout(
      () => (left > longestTimer ? wait(left - longestTimer) : callback()),
      Math.min(left, longestTimer),
    )
  }
  wait(delay)
  return () => clearTimeout(timer)
}

function reconcileSoon(loop: Loop, inLine: Reconciler, closed: () => boolean): () => void {
  let awaited = false
  return () => {
    if (awaited) return
    awaited = true
    setImmediate(() => {
      awaited = false
      if (closed()) return
      const state = loop.state()
      const rule = { policy: state.model.settings.table.drift, marks: rangeOf(state.model.paths) }
      const report = inLine.pass(wantedTable(state.model, state.pools), state.owned, clock.uptime(), rule)
      if (report.traffic !== undefined) loop.post({ kind: 'traffic', counters: report.traffic })
      const told = report.changes.length + report.connections.length
      const changed = told > 0 || JSON.stringify(report.owned) !== JSON.stringify(state.owned)
      if (changed) loop.post({ kind: 'reconciled', report })
    })
  }
}

/** What the command line may ask of the running daemon, and how its doors fare. */
import { clock } from '../edge/clock.ts'
import type { Journal } from '../edge/journal/journal.ts'
import { treated } from '../engine/drift.ts'
import { foreign } from '../engine/plan.ts'
import { wantedTable } from '../engine/pool/wanted.ts'
import type { Alert } from '../model/alert.ts'
import { rangeOf } from '../model/path-marks.ts'
import type { DoorReport } from '../model/request.ts'
import type { State } from '../model/state.ts'
import type { TableDoor } from '../model/table.ts'
import { seconds, wallTime } from '../model/units.ts'
import type { Checks } from '../runtime/checks.ts'
import { type Daemon, mostEntries } from '../server/commands.ts'
import { outcomesOf, previewOf } from './alert-answers.ts'
import type { Database } from './database.ts'
import { drainRemarks } from './drain-remarks.ts'
import { planOf } from './plan.ts'
import { reload } from './reload.ts'
import type { Running } from './running.ts'
import { count } from './usable.ts'

export function answersOf(running: Running, database: () => Database | null): Daemon {
  const { loop, journal, table, checks } = running
  return {
    now: clock.now,
    state: loop.state,
    post: loop.post,
    async kept() {
      await loop.settled()
      return journal.status().trouble
    },
    entries: ({ since, service, limit, match }) =>
      journal.entries({
        limit: Math.min(limit, mostEntries),
        ...(since === undefined ? {} : { since: wallTime(since) }),
        ...(service === undefined ? {} : { service }),
        ...(match === undefined ? {} : { match }),
      }),
    doors: () => [
      ...tableReports(table, loop.state(), running.inLine.settled(), running.configuration.alerts),
      ...databaseReport(database()),
      journalReport(journal),
      ...overdueReport(checks),
    ],
    reload: () => reload(running),
    drainRemarks: (target, limited) => drainRemarks(loop.state(), target, limited),
    plan: (file) => planOf(running, file),
    render: (call, up) => previewOf(running, call, up),
    outcomes: (deliveries) => outcomesOf(running, deliveries),
  }
}

const databaseReport = (database: Database | null): DoorReport[] => (database === null ? [] : [database.report()])

/** Foreign services and destinations that are named one by one. */
const foreignShown = 8

/** A mon that neither has virtual servers nor calls an alert that changes them has no use for a table. */
function tableReports(
  table: TableDoor,
  state: State,
  settled: Settled,
  alerts: ReadonlyMap<string, Alert>,
): DoorReport[] {
  return table.where === 'memory' && !usesTable(state, alerts) ? [] : [tableReport(table, state, settled)]
}

export function usesTable(
  { model, owned }: Pick<State, 'model' | 'owned'>,
  alerts: ReadonlyMap<string, Alert>,
): boolean {
  if (model.virtuals.length > 0 || Object.keys(owned).length > 0) return true
  return model.services.some(({ periods, redistribute }) =>
    [
      ...periods.flatMap((period) => [...period.alerts, ...period.upalerts]),
      ...(redistribute === null ? [] : [redistribute]),
    ].some(({ module }) => alerts.get(module)?.usesTable === true),
  )
}

type Settled = ReturnType<Running['inLine']['settled']>

/** Which table is driven, what of it others have changed and is left so, and what is somebody else's and left alone. */
export function tableReport(table: TableDoor, { model, pools, owned }: State, settled: Settled): DoorReport {
  const inKernel = table.where === 'kernel'
  const where = inKernel ? "the kernel's table" : `in memory only, NO TRAFFIC IS BALANCED. ${table.because}`
  const read = table.read()
  if (read.kind === 'error') return { door: 'IPVS', well: false, text: `the table cannot be read: ${read.text}` }
  const wanted = wantedTable(model, pools)
  const rule = { policy: model.settings.table.drift, marks: rangeOf(model.paths) }
  const { left } = treated(wanted, read.services, owned, settled, rule)
  const differs =
    left.length === 0
      ? ''
      : `; OTHERS HAVE CHANGED IT in ${count(left.length, 'place')}, which is left so (drift = observe): "upalert plan" shows where`
  const others = foreign(wanted, read.services, owned).map(({ service, destination }) =>
    destination === null ? service : `${destination} in ${service}`,
  )
  const more = others.length > foreignShown ? ', …' : ''
  const list =
    others.length === 0 ? '' : `; not ours and left alone: ${others.slice(0, foreignShown).join(', ')}${more}`
  return { door: 'IPVS', well: inKernel && left.length === 0, text: `${where}${differs}${list}` }
}

function journalReport(journal: Journal): DoorReport {
  const { trouble, durable } = journal.status()
  return { door: 'journal', well: trouble === null, text: trouble ?? `everything is on disk (commit ${durable})` }
}

/** A check that waits this long for a free place is late. */
const lateAfter = seconds(5)

function overdueReport(checks: Checks): DoorReport[] {
  const { count, oldest } = checks.overdue()
  if (oldest < lateAfter) return []
  const text = `${count} checks wait for a free place, the oldest for ${Math.round(oldest / 1000)} s; raise maxprocs if they are programs, or make the intervals longer`
  return [{ door: 'checks', well: false, text }]
}

/**
 * Are mon's alerts and ours the same? Program, arguments, environment, standard input, and the order within a period; mon
 * takes periods, and services at a start, in no order. The rows of "Differences from mon" that show in alerts are excuses,
 * each a function here, and the only ones.
 */
import { isDeepStrictEqual } from 'node:util'
import type { OurAlert, OurResult } from './ours.ts'
import type { CaseResult, DiffCase, DiffEvent, Happened, RanAlert } from './reference.ts'

export interface Mismatch {
  /** Index of the event; -1 is the start. */
  readonly event: number
  readonly mon: readonly RanAlert[]
  readonly ours: readonly RanAlert[]
}

/** The first event at which the two differ without an excuse; `null`: none. */
export function mismatch({ events }: DiffCase, mon: CaseResult, ours: OurResult): Mismatch | null {
  const answers = [
    { event: null, mon: mon.startup.alerts, ours: ours.startup },
    ...events.map((event, i) => ({ event, mon: mon.events[i]?.alerts ?? [], ours: ours.events[i] ?? [] })),
  ]
  for (const [i, { event, ...both }] of answers.entries()) {
    const earlier = events.slice(0, i)
    const known = (i > 1 ? mon.events[i - 2] : mon.startup)?.counters ?? {}
    if (event !== null && partings.some((parts) => parts(event, both, known, earlier))) return null
    let excused: Both = both
    for (const excuse of excuses) excused = excuse(event, excused, earlier)
    if (!isDeepStrictEqual(grouped(excused.mon), grouped(excused.ours))) return { event: i - 1, ...excused }
  }
  return null
}

interface Both {
  readonly mon: readonly RanAlert[]
  readonly ours: readonly OurAlert[]
}

/** By service and period; in a period the order is kept. */
function grouped(alerts: readonly RanAlert[]): Record<string, unknown[]> {
  const groups: Record<string, unknown[]> = {}
  for (const { period, script, args, environment, input } of alerts) {
    const [, service, , group] = args
    const key = `${group}/${service} ${period === '' ? 'always' : period}`
    groups[key] = [...(groups[key] ?? []), { script, args, environment, input }]
  }
  return groups
}

/** Takes out of the answers to one event what a known difference adds to them. `earlier`: all events up to this one. */
type Excuse = (event: DiffEvent | null, both: Both, earlier: readonly DiffEvent[]) => Both
/**
 * Whether from this event on the two remember something else, for a known reason, so that nothing can be compared.
 * `known`: what mon remembered before it.
 */
type Parting = (event: DiffEvent, both: Both, known: Happened['counters'], earlier: readonly DiffEvent[]) => boolean

const isCommand = (event: DiffEvent | null, words: RegExp): boolean =>
  event?.kind === 'command' && words.test(event.line)

/** "test alert" runs the lines that have a range of exit statuses; mon looks for a script called `exit=…`. */
const testsLinesWithRanges: Excuse = (event, { mon, ours }) =>
  isCommand(event, /^test /) ? { mon, ours: ours.filter(({ ranged }) => !ranged) } : { mon, ours }

/** redistribute may have arguments; mon then looks for a script of that name, blanks and all. */
const redistributesWithArguments: Excuse = (_event, { mon, ours }) => {
  const found = mon.some(isRedistributed)
  return { mon, ours: ours.filter((alert) => found || !alert.redistributed || alert.words === 0) }
}
const isRedistributed = ({ period, environment }: RanAlert): boolean =>
  period === null && environment.MON_ALERTTYPE !== 'test'

/** What was never set comes back from mon's state file as empty, and is set from then on. */
const unsetComesBackEmpty: Excuse = (_event, { mon, ours }, earlier) => {
  if (!earlier.some((event) => isCommand(event, /^reset .*keepstate/))) return { mon, ours }
  return { mon: mon.map(withoutEmpty), ours: ours.map((alert) => ({ ...alert, ...withoutEmpty(alert) })) }
}
const withoutEmpty = (alert: RanAlert): RanAlert => {
  const entries = Object.entries(alert.environment).filter(([name, value]) => !MAYBE_UNSET.has(name) || value !== '')
  return { ...alert, environment: Object.fromEntries(entries) }
}
const MAYBE_UNSET = new Set(['MON_FIRST_FAILURE', 'MON_LAST_SUMMARY'])

/** disablealert runs when a service is disabled; mon sets the flag first, and tells nobody. Who was told is counted. */
const tellsOfDisabling: Parting = (event, { ours }) =>
  isCommand(event, /^disable service /) && ours.some(({ redistributed }) => !redistributed)

/** A host behind a star that somebody has enabled stays enabled through a reset; mon's file has the last word. */
const keepsStarredHostsEnabled: Parting = (event, _both, _known, earlier) =>
  isCommand(event, /^reset/) && earlier.some((one) => isCommand(one, /^enable host h8/))

/** A reset without keepstate leaves services disabled, as it does with watches and hosts; mon enables them. */
const keepsServicesDisabled: Parting = (event, _both, known) =>
  isCommand(event, /^reset(?!.*keepstate)/) && Object.values(known).some(({ service }) => service.disabled === '1')

const excuses: readonly Excuse[] = [testsLinesWithRanges, redistributesWithArguments, unsetComesBackEmpty]
const partings: readonly Parting[] = [tellsOfDisabling, keepsServicesDisabled, keepsStarredHostsEnabled]

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

/** How many alerts were compared and are the same; or the first event at which the two differ without an excuse. */
export function compare({ events }: DiffCase, mon: CaseResult, ours: OurResult): number | Mismatch {
  let same = 0
  const answers = [mon.startup, ...mon.events]
  for (const [i, { alerts, reply }] of answers.entries()) {
    const both: Both = { mon: alerts, ours: (i === 0 ? ours.startup : ours.events[i - 1]) ?? [] }
    const earlier = events.slice(0, i)
    const moment = { event: events[i - 1] ?? null, earlier, reply, known: answers[i - 1]?.counters ?? {} }
    if (partings.some((parts) => parts(moment, both))) return same
    let excused = both
    for (const excuse of excuses) excused = excuse(moment, excused)
    if (!isDeepStrictEqual(grouped(excused.mon), grouped(excused.ours))) return { event: i - 1, ...excused }
    same += excused.mon.length
  }
  return same
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

/** What is known of an event besides its alerts. */
interface Moment {
  /** `null`: the start. */
  readonly event: DiffEvent | null
  /** All events up to this one. */
  readonly earlier: readonly DiffEvent[]
  /** What mon answered. */
  readonly reply: string
  /** What mon remembered before the event. */
  readonly known: Happened['counters']
}

/** Takes out of the answers to one event what a known difference adds to them. */
type Excuse = (moment: Moment, both: Both) => Both
/** Whether from this event on the two remember something else, for a known reason, so that nothing can be compared. */
type Parting = (moment: Moment, both: Both) => boolean

const isCommand = (event: DiffEvent | null, words: RegExp): boolean =>
  event?.kind === 'command' && words.test(event.line)

/** "test alert" runs the lines that have a range of exit statuses; mon looks for a script called `exit=…`. */
const testsLinesWithRanges: Excuse = ({ event }, { mon, ours }) =>
  isCommand(event, /^test /) ? { mon, ours: ours.filter(({ ranged }) => !ranged) } : { mon, ours }

/** redistribute may have arguments; mon then looks for a script of that name, blanks and all. */
const redistributesWithArguments: Excuse = (_moment, { mon, ours }) => {
  const found = new Set(mon.filter(({ period }) => period === null).map(serviceOf))
  const kept = ours.filter((alert) => !alert.redistributed || alert.words === 0 || found.has(serviceOf(alert)))
  return { mon, ours: kept }
}
const serviceOf = ({ args: [, service, , group] }: RanAlert): string => `${group}/${service}`

/** What was never set comes back from mon's state file as empty, and is set from then on. */
const unsetComesBackEmpty: Excuse = ({ earlier }, { mon, ours }) => {
  if (!earlier.some((event) => isCommand(event, /^reset .*keepstate/))) return { mon, ours }
  return { mon: mon.map(withoutEmpty), ours: ours.map((alert) => ({ ...alert, ...withoutEmpty(alert) })) }
}
const withoutEmpty = (alert: RanAlert): RanAlert => {
  const entries = Object.entries(alert.environment).filter(([name, value]) => !MAYBE_UNSET.has(name) || value !== '')
  return { ...alert, environment: Object.fromEntries(entries) }
}
const MAYBE_UNSET = new Set(['MON_FIRST_FAILURE', 'MON_LAST_SUMMARY'])

/** disablealert runs when a service is disabled; mon sets the flag first, and tells nobody. Who was told is counted. */
const tellsOfDisabling: Parting = ({ event }, { ours }) =>
  isCommand(event, /^disable service /) && ours.some(({ redistributed }) => !redistributed)

/** A host that is disabled already may be disabled; mon refuses the whole command. */
const disablesHostsTwice: Parting = ({ event, reply }) => isCommand(event, /^disable host /) && reply.startsWith('520')

/** A reset without keepstate leaves services disabled, as it does with watches and hosts; mon enables them. */
const keepsServicesDisabled: Parting = ({ event, known }) =>
  isCommand(event, /^reset(?!.*keepstate)/) && Object.values(known).some(({ service }) => service.disabled === '1')

/** A host behind a star that somebody has enabled stays enabled through a reset; mon's file has the last word. */
const keepsStarredHostsEnabled: Parting = ({ event, earlier }) =>
  isCommand(event, /^reset/) && earlier.some((one) => isCommand(one, /^enable host .*h8/))

const excuses: readonly Excuse[] = [testsLinesWithRanges, redistributesWithArguments, unsetComesBackEmpty]
const partings: readonly Parting[] = [
  tellsOfDisabling,
  disablesHostsTwice,
  keepsServicesDisabled,
  keepsStarredHostsEnabled,
]

/** Outside: what became of the clients' requests, and how long dead servers stayed in the table. */
import type { Visit } from '../visits.ts'
import { statesSeen } from './changes.ts'
import type { Lived } from './compare.ts'
import { told } from './compare.ts'
import type { Letter, Placed } from './scenario.ts'
import { LETTERS, leftAt, MOMENTS } from './scenario.ts'

export interface Requests {
  readonly all: number
  readonly failed: number
  /**
   * Under way at a living server that was taken out of the row, as it is when a sorry server takes over or leaves: the
   * kernel then drops what comes for it.
   */
  readonly cut: number
  /** Failed although all servers in the row were well: there is no excuse for these. In words, with their moment. */
  readonly inexcusable: readonly string[]
}

/** From a server's death to its leaving the row; in milliseconds since 1970. */
interface Unnoticed {
  readonly from: number
  readonly to: number
}

/** Clocks are read some time before and after what they are read for. */
const INEXACT = 50

export function requestsOf(lived: Lived, scenario: Placed, visits: readonly Visit[]): Requests {
  const unnoticed = unnoticedIn(lived, scenario)
  const leavings = leavingsOf(lived, scenario)
  const excused = ({ at, answeredAt }: Visit) =>
    unnoticed.some(({ from, to }) => at <= to + INEXACT && answeredAt >= from - INEXACT)
  const cutOff = ({ at, answeredAt, answer }: Visit) =>
    !answer.includes('ECONNREFUSED') && leavings.some((left) => at <= left + INEXACT && answeredAt >= left - INEXACT)
  // A page is one letter. Whatever else comes is a failure to the client.
  const failed = visits.filter(({ answer }) => answer.length !== 1)
  const others = failed.filter((one) => !excused(one))
  return {
    all: visits.length,
    failed: failed.length,
    cut: others.filter(cutOff).length,
    inexcusable: others.filter((one) => !cutOff(one)).map((one) => when(lived, one)),
  }
}

/** `1203 ms into "3": failed: connect ECONNREFUSED`. */
function when(lived: Lived, { at, answeredAt, answer }: Visit): string {
  const moment = lived.story.moments.findLast((one) => one.at <= at)
  return `${at - (moment?.at ?? 0)} ms into "${moment?.moment}", for ${answeredAt - at} ms: ${answer}`
}

/** How long dead servers stayed in the rows of all scenarios, each time one died. */
export function unnoticedTimes(lived: Lived, scenarios: readonly Placed[]): readonly number[] {
  return scenarios.flatMap((scenario) => unnoticedIn(lived, scenario).map(({ from, to }) => to - from))
}

/** When a server left the row, dead or alive. */
function leavingsOf(lived: Lived, scenario: Placed): readonly number[] {
  return scenario.tables.flatMap((table) => {
    const seen = statesSeen(scenario, table, lived.changes)
    const leaves = (before: string, after: string) =>
      before.split(' ').some((word) => !after.includes(`${word.split('=')[0]}=`))
    return seen.filter(({ state }, index) => leaves(seen[index - 1]?.state ?? '', state)).map(({ at }) => at)
  })
}

/** Each time a server dies that was in use and should not be; one that never leaves counts to the end of the story. */
function unnoticedIn(lived: Lived, scenario: Placed): readonly Unnoticed[] {
  const seen = scenario.tables
    .flatMap((table) => statesSeen(scenario, table, lived.changes))
    .sort((a, b) => a.at - b.at)
  const over = told(lived, 'mistake').at
  return MOMENTS.slice(1).flatMap((moment) => {
    const from = told(lived, moment).at
    const before = seen.findLast(({ at }) => at < from)?.state ?? ''
    const after = leftAt(scenario, moment, lived.world) ?? ''
    const dead = LETTERS.filter(
      (letter) => dies(scenario, moment, letter) && uses(before, letter) && !uses(after, letter),
    )
    return dead.map((letter) => ({
      from,
      to: seen.find(({ at, state }) => at >= from && !uses(state, letter))?.at ?? over,
    }))
  })
}

function dies(scenario: Placed, moment: (typeof MOMENTS)[number], letter: Letter): boolean {
  const health = scenario.steps[moment]?.does?.servers?.[letter]
  return health !== undefined && health !== 'up'
}

/** `a=1`, not `a=0`. */
function uses(state: string, letter: Letter): boolean {
  return new RegExp(`\\b${letter}=[1-9]`).test(state)
}

export function sum(all: readonly Requests[]): Requests {
  return {
    all: all.reduce((total, one) => total + one.all, 0),
    failed: all.reduce((total, one) => total + one.failed, 0),
    cut: all.reduce((total, one) => total + one.cut, 0),
    inexcusable: all.flatMap((one) => one.inexcusable),
  }
}

export function words({ all, failed, cut, inexcusable }: Requests): string {
  const percent = ((100 * failed) / Math.max(1, all)).toFixed(1)
  const rest = `${cut} at a living server taken out, ${inexcusable.length} without an excuse`
  const text = `${failed} of ${all} failed (${percent} %): ${failed - cut - inexcusable.length} at a dead server, ${rest}`
  return [text, ...inexcusable].join('\n    ')
}

export function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / Math.max(1, numbers.length)
}

/** Outside: what one world lived through, by moment, and how it is shown where it is not what was written. */
import { strict as assert } from 'node:assert'
import type { GuestRun } from '../boot.ts'
import { expectReport } from '../boot.ts'
import type { Change } from './changes.ts'
import { readChanges, statesSeen } from './changes.ts'
import type { Moment, Placed, Scenario, State, World } from './scenario.ts'
import { MOMENTS, statesOf, toldAt } from './scenario.ts'
import type { Story, Told } from './story.ts'

/** One world's story, with every change of its table. */
export interface Lived {
  readonly world: World
  readonly story: Story
  readonly changes: readonly Change[]
  /** How many changes the record lacks. */
  readonly missed: number
}

export function lived(world: World, run: GuestRun): Lived {
  const story = expectReport(run, 'story').data as Story
  const lines = (run.file('changes') ?? '').split('\n')
  const missed = lines.map((line) => / missed (\d+)$/.exec(line)?.[1]).find((count) => count !== undefined)
  assert(missed !== undefined, 'the record of changes has no end')
  const changes = readChanges(lines.filter((line) => !line.includes(' missed ')).join('\n'))
  return { world, story, changes, missed: Number(missed) }
}

export function told({ story }: Lived, moment: string): Told {
  const found = story.moments.find((one) => one.moment === moment)
  assert(found !== undefined, `the story has no moment "${moment}"`)
  return found
}

/** The states that a row went through at each moment, whenever in it. */
export function statesLived(lived: Lived, scenario: Placed, table: string): ReadonlyMap<Moment, readonly State[]> {
  const seen = statesSeen(scenario, table, lived.changes)
  const begins = (index: number): number => told(lived, MOMENTS[index] ?? 'mistake').at
  return new Map(
    MOMENTS.map((moment, index) => {
      const within = seen.filter(({ at }) => at >= begins(index) && at < begins(index + 1))
      return [moment, within.map(({ state }) => state)]
    }),
  )
}

/** Throws with both worlds' states, moment by moment, if this world's are not what was written for it. */
export function expectStates(scenario: Placed, lived: Lived, other: Lived | undefined): void {
  for (const table of scenario.tables) {
    const states = statesLived(lived, scenario, table)
    const same = (moment: Moment) => asWritten(states.get(moment) ?? [], scenario, moment, lived.world)
    if (MOMENTS.every(same)) continue
    const others = other === undefined ? undefined : statesLived(other, scenario, table)
    const rows = MOMENTS.flatMap((moment) => {
      const written = text(statesOf(scenario, moment, lived.world))
      const seen = text(states.get(moment))
      const beside = other === undefined ? [] : [`    ${other.world}: ${text(others?.get(moment))}`]
      const mark = same(moment) ? ' ' : '!'
      return [
        `${mark} ${moment}`,
        `    written for ${lived.world}: ${written}`,
        `    ${lived.world}: ${seen}`,
        ...beside,
      ]
    })
    assert.fail(`${table} of "${scenario.name}":\n${rows.join('\n')}`)
  }
}

/** Throws if scripts were run with other words than written, or at other moments. */
export function expectTold(scenario: Placed, lived: Lived): void {
  const own = `${scenario.port} `
  const words = (moment: Moment) =>
    told(lived, moment)
      .told.filter((line) => line.startsWith(own))
      .map((line) => line.slice(own.length))
      .sort()
  const seen = MOMENTS.map((moment) => [moment, ...words(moment)])
  const written = MOMENTS.map((moment) => [moment, ...toldAt(scenario, moment, lived.world)])
  assert.deepEqual(seen, written, `scripts of "${scenario.name}"`)
}

const text = (states: readonly State[] | undefined): string => (states ?? []).join(' | ') || '(no change)'

/** The row of docs/keepalived.md that says why upalert's first states come in another order, and have no dead server. */
export const AT_THE_START = 'before the first check'

/**
 * At the start keepalived adds all servers in the order of the file, and takes the dead ones out later; upalert adds each
 * when it is known to work, and so comes to the same state through parts of it.
 */
function asWritten(seen: readonly State[], scenario: Scenario, moment: Moment, world: World): boolean {
  const written = statesOf(scenario, moment, world)
  if (scenario.steps[moment]?.together === true) return seen.at(-1) === written.at(-1)
  if (moment !== 'start' || world === 'keepalived') return text(seen) === text(written)
  if (world === 'ldirectord') return seen.at(-1) === written.at(-1)
  const letters = new Set(
    written
      .at(-1)
      ?.split(' ')
      .map((word) => word.split('=')[0]),
  )
  const partly = seen.every(
    (state) => state === 'empty' || state.split(' ').every((word) => letters.has(word.split('=')[0])),
  )
  return partly && seen.at(-1) === written.at(-1)
}

const OPTIONS: Readonly<Record<string, string>> = { fwmark: '-f', udp: '-u', sctp: '--sctp-service' }

/** ipvsadm's lines of one virtual server, in its own words: \`-A -t … -s rr\`, \`-a -t … -r … -m -w 1\`. */
export function listed({ table }: Told, service: string): readonly string[] {
  const [kind = '', name = ''] = service.split(' ')
  const option = OPTIONS[kind] ?? '-t'
  return table
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith(`-A ${option} ${name} `) || line.startsWith(`-a ${option} ${name} `))
    .sort()
}

/**
 * The door for checks down the client's path (`via vip`): makes sure that a marked connection to a virtual server reaches
 * exactly one real server, and takes away what is no longer needed. It changes the kernel's virtual server table within
 * its own range of marks, and nothing else: no rule, no route, no sysctl.
 */
import { networkInterfaces } from 'node:os'
import type { TableDoor, TableService } from '../../model/table.ts'
import { readSysctl } from '../facts/sysctls.ts'
import type { MarkRange } from './marks.ts'
import { isPathMark, PATH_MARKS } from './marks.ts'
import type { Surroundings, Way } from './needs.ts'
import { answersThroughDirector, needsOf } from './needs.ts'
import type { Path, PathStep } from './wanted.ts'
import { pathSteps, removals } from './wanted.ts'
import { openWays, type ReadWays } from './ways.ts'

/** What became of one path. */
export type PathAnswer =
  /** Connect to the virtual server with this mark, from this address; from `null` the kernel chooses it, as it must be. */
  { readonly kind: 'ready'; readonly mark: number; readonly source: string | null } | Refused

/** A check would learn nothing about the real server. */
export interface Refused {
  readonly kind: 'refused'
  readonly mark: number
  readonly code: string
  /** What is wrong and what to do, as a sentence's tail. */
  readonly text: string
  /** What mends it, where a command does. */
  readonly commands: readonly string[]
}

export interface Paths {
  /** Sets up what is missing; where nothing is, nothing is sent to the kernel. The answers stand where their paths stood. */
  ensure(paths: readonly Path[]): Promise<readonly PathAnswer[]>
  /** What became of the path with this mark when it was last set up; `null` for a mark that is none of a path. */
  answerFor(mark: number): PathAnswer | null
  /** Removes all that was made for paths but those with these marks; also what a run before this one left behind. */
  remove(keep?: ReadonlySet<number>): { readonly removed: number; readonly failures: readonly string[] }
}

interface PathOptions {
  readonly marks?: MarkRange
  /** For tests: where values of sysctl are read. */
  readonly surroundings?: Surroundings
}

/** The table stays the caller's to close. */
export function openPaths(table: TableDoor, options: PathOptions = {}): Paths {
  const range = options.marks ?? PATH_MARKS
  const readWays = openWays()
  const last = new Map<number, PathAnswer>()
  return {
    async ensure(paths) {
      const answers = await ensure(table, paths, range, options.surroundings ?? thisMachine(), readWays)
      // Virtual servers that share a mark share the worst of their answers: rather no verdict than a wrong one.
      for (const answer of answers) last.delete(answer.mark)
      for (const answer of answers) if (last.get(answer.mark)?.kind !== 'refused') last.set(answer.mark, answer)
      return answers
    },
    answerFor(mark) {
      if (!isPathMark(mark, range)) return null
      return last.get(mark) ?? refused(mark, 'no-path', 'the way to it is not set up yet')
    },
    remove(keep = new Set()) {
      for (const mark of last.keys()) if (!keep.has(mark)) last.delete(mark)
      return remove(table, keep, range)
    },
  }
}

async function ensure(
  table: TableDoor,
  paths: readonly Path[],
  range: MarkRange,
  here: Surroundings,
  readWays: ReadWays,
): Promise<readonly PathAnswer[]> {
  if (paths.length === 0) return []
  if (table.where === 'memory') {
    const text = `the virtual server table is only in memory, and no packet goes down its paths: ${table.because}`
    return paths.map(({ mark }) => refused(mark, 'memory', text))
  }
  const ways = await readWays(paths.filter((path) => !answersThroughDirector(path)).map(({ real }) => real.address))
  const needs = paths.map((path) => needsOf(path, wayTo(path, ways), here))
  const read = table.read()
  if (read.kind === 'error') return paths.map(({ mark }) => refused(mark, read.errno, read.text))

  // A path whose needs are not met is not made: its check would speak of the director, and blame the real server.
  const usable = paths.filter((_, i) => needs[i]?.kind === 'met')
  const made = make(table, usable, read.services, range)
  return paths.map((path, i) => {
    const need = needs[i]
    if (need?.kind === 'unmet') return refused(path.mark, need.code, need.text, need.commands)
    const step = made.get(path)
    if (step?.kind === 'refused') return refused(path.mark, step.code, step.text)
    return { kind: 'ready', mark: path.mark, source: need?.source ?? null }
  })
}

const wayTo = ({ real }: Path, ways: ReadonlyMap<string, Way>): Way | null => ways.get(real.address) ?? null

/** Carries all steps out together; a refused command makes a refused step. */
function make(
  table: TableDoor,
  paths: readonly Path[],
  found: readonly TableService[],
  range: MarkRange,
): ReadonlyMap<Path, PathStep> {
  const steps = pathSteps(paths, found, range)
  const answers = table.applyAll(steps.flatMap((step) => (step.kind === 'commands' ? step.commands : [])))
  let next = 0
  return new Map(
    paths.map((path, i) => {
      const step = steps[i] ?? { kind: 'commands' as const, commands: [] }
      if (step.kind === 'refused') return [path, step]
      const mine = answers.slice(next, next + step.commands.length)
      next += step.commands.length
      const error = mine.find((answer) => answer.kind === 'error')
      return [path, error?.kind === 'error' ? { kind: 'refused', code: error.errno, text: error.text } : step]
    }),
  )
}

function remove(table: TableDoor, keep: ReadonlySet<number>, range: MarkRange): ReturnType<Paths['remove']> {
  const read = table.read()
  if (read.kind === 'error') return { removed: 0, failures: [read.text] }
  const commands = removals(read.services, keep, range)
  const answers = commands.length === 0 ? [] : table.applyAll(commands)
  // Gone already is gone.
  const failures = answers.flatMap((one) => (one.kind === 'error' && one.errno !== 'ESRCH' ? [one.text] : []))
  return { removed: answers.length - failures.length, failures }
}

function refused(mark: number, code: string, text: string, commands: readonly string[] = []): Refused {
  return { kind: 'refused', mark, code, text, commands }
}

/** Read anew for each call: a director takes over a virtual address while it runs. */
function thisMachine(): Surroundings {
  const interfaces = Object.entries(networkInterfaces())
  // An address with a label of its own is listed under it: `eth0:shop`.
  const of = (device: string) => interfaces.filter(([name]) => name === device || name.startsWith(`${device}:`))
  return {
    sysctl: (path) => readSysctl(`/proc/sys/${path}`),
    hasAddress: (device, address) => of(device).some(([, all]) => all?.some((one) => one.address === address)),
  }
}

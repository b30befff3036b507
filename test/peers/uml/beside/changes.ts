/** What record.pl wrote down, read outside: the states that each virtual server's row went through. */
import assert from 'node:assert/strict'
import type { Placed, State } from './scenario.ts'
import { stateOf } from './states.ts'

/** One change that the kernel accepted. */
export interface Change {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly kind: string
  readonly service: string
  readonly destination: string
  readonly weight: number
}

/** A state and when it began. */
export interface Seen {
  readonly at: number
  readonly state: State
}

/** `1795279008933 new-destination tcp 192.168.1.110:80 -> 10.1.1.2:80 1`. */
const LINE = /^(?<at>\d+) (?<kind>[a-z-]+) ?(?<service>.*?)(?: -> (?<destination>\S+) (?<weight>-?\d+))?$/

export function readChanges(record: string): readonly Change[] {
  return record
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const words = LINE.exec(line)?.groups
      assert(words !== undefined, `record.pl wrote: ${line}`)
      const { at, kind = '', service = '', destination = '', weight = 0 } = words
      return { at: Number(at), kind, service, destination, weight: Number(weight) }
    })
}

/** The states of one row, each different from the one before it. */
export function statesSeen(scenario: Placed, service: string, changes: readonly Change[]): readonly Seen[] {
  let row: ReadonlyMap<string, number> | undefined
  let state: State = 'absent'
  const seen: Seen[] = []
  for (const change of changes) {
    if (change.service !== service && change.kind !== 'flush') continue
    row = changed(row, change)
    const next = stateOf(scenario, row)
    if (next !== state) seen.push({ at: change.at, state: next })
    state = next
  }
  return seen
}

type Row = ReadonlyMap<string, number> | undefined

function changed(row: Row, { kind, destination, weight }: Change): Row {
  if (kind === 'delete-service' || kind === 'flush') return undefined
  const next = new Map(row)
  if (kind === 'delete-destination') next.delete(destination)
  if (kind === 'new-destination' || kind === 'set-destination') next.set(destination, weight)
  return next
}

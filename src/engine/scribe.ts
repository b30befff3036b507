/** What the parts of the engine hand to each other: a next state with its effects, and the pen that writes entries. */
import type { Effect } from '../model/effect.ts'
import type { Entry } from '../model/entry.ts'
import type { Event } from '../model/event.ts'
import { type Id, id } from '../model/names.ts'
import type { State } from '../model/state.ts'
import type { Now } from '../model/units.ts'

export interface Decided {
  readonly state: State
  readonly effects: readonly Effect[]
}

/** An entry without its id and time; without a cause of its own it is caused by the event. */
export type EntryBody = Body<Entry>
type Body<E> = E extends Entry ? Omit<E, 'id' | 'at' | 'cause'> & { readonly cause?: Id | null } : never

/** Gives out the ids of one event's entries, in order. */
export interface Scribe {
  /** The event that all of it comes from. */
  readonly event: Id
  entry(body: EntryBody): Entry
  nextId(): Id
}

export function scribe(event: Event, now: Now): Scribe {
  let count = 0
  const nextId = (): Id => {
    count += 1
    return id(`${event.id}.${count}`)
  }
  return {
    event: event.id,
    nextId,
    entry: (body) => ({ cause: event.id, ...body, id: nextId(), at: now.wall }),
  }
}

/** The configuration that is in force from now on, where its hash is known. */
export const configured = (hash: string | undefined, write: Scribe): readonly Effect[] =>
  hash === undefined
    ? []
    : [record(write.entry({ kind: 'configuration', hash, text: `the configuration is ${hash.slice(0, 12)}` }))]

export const record = (entry: Entry): Effect => ({ kind: 'record', entry })

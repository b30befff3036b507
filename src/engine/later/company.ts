/**
 * What goes to the second channel together with what is due: whatever else waits for the same channel to tell of the same
 * services. It would not get through before them, and nobody is to be left with a failure whose end went another way, or to
 * hear of the end first. So what comes behind them goes even if the second one was told it before.
 */
import type { Id } from '../../model/names.ts'
import { channelOf } from '../../model/receiver.ts'
import type { Delivery } from '../../model/state.ts'
import { concerned } from '../noise/concerned.ts'

type Outbox = readonly Delivery[]

/** Those that are due first, with their company, until there are so many. One that is not in the outbox stood before all. */
export function withCompany(outbox: Outbox, due: readonly Delivery[], most: number): ReadonlySet<Id> {
  const taken = new Set<Id>()
  const [only, ...more] = due
  if (only === undefined || (more.length === 0 && isAlone(only, outbox))) return new Set(due.map(({ id }) => id))
  const places = placesOf(due, outbox)
  const waiting = byName(outbox, due)
  const about = new Map<string, number>()
  for (const first of due) {
    if (taken.size >= most) break
    if (taken.has(first.id)) continue
    taken.add(first.id)
    const looked: [Delivery, number][] = [[first, places.get(first) ?? -1]]
    for (let next = looked.pop(); next !== undefined; next = looked.pop()) {
      const [delivery, from] = next
      for (const name of namesOf(delivery)) {
        if ((about.get(name) ?? outbox.length) <= from) continue
        about.set(name, from)
        for (const at of waiting.get(name) ?? []) {
          const other = outbox[at]
          // What the second one was told before goes only where it comes behind.
          if (other === undefined || taken.has(other.id) || (other.handover?.done === true && at < from)) continue
          taken.add(other.id)
          looked.push([other, at])
        }
      }
    }
  }
  return taken
}

/** Most are: nothing else that waits tells of its services. */
function isAlone({ id, message }: Delivery, outbox: Outbox): boolean {
  const keys = new Set(concerned(message).map(({ key }) => key))
  return outbox.every((other) => other.id === id || !concerned(other.message).some(({ key }) => keys.has(key)))
}

function placesOf(due: readonly Delivery[], outbox: Outbox): ReadonlyMap<Delivery, number> {
  const wanted = new Set(due)
  return new Map(outbox.flatMap((delivery, at) => (wanted.has(delivery) ? [[delivery, at] as const] : [])))
}

/** Where those stand that may go along, by what they tell of. */
function byName(outbox: Outbox, due: readonly Delivery[]): ReadonlyMap<string, readonly number[]> {
  const channels = new Set(due.map(({ call }) => channelOf(call)))
  const found = new Map<string, number[]>()
  for (const [at, delivery] of outbox.entries()) {
    if (delivery.handover === undefined || !channels.has(channelOf(delivery.call))) continue
    for (const name of namesOf(delivery)) {
      const there = found.get(name)
      if (there === undefined) found.set(name, [at])
      else there.push(at)
    }
  }
  return found
}

/** Its services, as one channel tells of them. */
const namesOf = ({ call, message }: Delivery): readonly string[] => {
  const channel = channelOf(call)
  return concerned(message).map(({ key }) => `${channel}\n${key}`)
}

/**
 * Takes our part out of the IPVS table: at a start or stop that is to clear it, or after its connections have ended. What
 * is somebody else's stays, and so does a service of ours that somebody else has put a destination into.
 */
import { plan } from '../engine/plan.ts'
import type { Owned } from '../model/state.ts'
import type { TableAnswer, TableCommand, TableDoor, TableService } from '../model/table.ts'
import { connectionsAtWork, endpointText, serviceText } from '../model/table.ts'
import { type Milliseconds, milliseconds, type Now, weight } from '../model/units.ts'

export interface Left {
  readonly removed: number
  /** Of those that were refused, the first reason; empty if none was. */
  readonly trouble: string
}

export function clearTable(door: TableDoor, owned: Owned): Left {
  const table = door.read()
  if (table.kind === 'error') return { removed: 0, trouble: table.text }
  return outcome(door.applyAll(plan([], table.services, owned, null).map(({ command }) => command)))
}

interface Doors {
  now(): Now
  sleep(time: Milliseconds): Promise<void>
}

export interface Drained extends Left {
  /** Connections that were cut because the time was over. */
  readonly cut: number
}

/** How often the connections are counted. */
const countEvery = milliseconds(500)

/** Weight 0 for all of ours; out when no connection is left, or when the time is over. */
export async function drainTable(door: TableDoor, owned: Owned, most: Milliseconds, doors: Doors): Promise<Drained> {
  const end = doors.now().uptime + most
  const table = door.read()
  if (table.kind === 'error') return { removed: 0, cut: 0, trouble: table.text }
  door.applyAll(weightless(table.services, owned))
  let cut = connectionsOf(door, owned)
  while (cut !== 0 && doors.now().uptime < end) {
    await doors.sleep(countEvery)
    cut = connectionsOf(door, owned)
  }
  return { ...clearTable(door, owned), cut: cut ?? 0 }
}

function weightless(services: readonly TableService[], owned: Owned): readonly TableCommand[] {
  return ours(services, owned).flatMap(({ service, destination }): TableCommand[] => {
    if (destination.weight === 0) return []
    const { id, forward, upperThreshold, lowerThreshold, tunnel } = destination
    const settings = { forward, weight: weight(0), upperThreshold, lowerThreshold }
    const whole = tunnel === undefined ? settings : { ...settings, tunnel }
    return [{ kind: 'set-destination', service, destination: id, settings: whole }]
  })
}

/** `null`: the table cannot be read just now, which says nothing of the connections. */
function connectionsOf(door: TableDoor, owned: Owned): number | null {
  const table = door.read()
  if (table.kind === 'error') return null
  return ours(table.services, owned).reduce(
    (sum, { service, destination }) => sum + connectionsAtWork(service, destination),
    0,
  )
}

const ours = (services: readonly TableService[], owned: Owned) =>
  services.flatMap(({ id: service, destinations }) => {
    const named = owned[serviceText(service)]
    if (named === undefined) return []
    return destinations.flatMap((destination) =>
      named.includes(endpointText(destination.id)) ? [{ service, destination }] : [],
    )
  })

function outcome(answers: readonly TableAnswer[]): Left {
  const refused = answers.filter((answer) => answer.kind === 'error')
  return { removed: answers.length - refused.length, trouble: refused[0]?.text ?? '' }
}

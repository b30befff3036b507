/** What the configuration wants of the IPVS table at the start and at the stop (on_start, on_stop, lvs_timeouts). */
import { clock } from '../edge/clock.ts'
import { wantedTable } from '../engine/pool/wanted.ts'
import type { Owned, State } from '../model/state.ts'
import { endpointText, serviceText } from '../model/table.ts'
import type { Milliseconds } from '../model/units.ts'
import { clearTable, drainTable } from '../runtime/leave.ts'
import type { Loop } from '../runtime/loop.ts'
import type { Running } from './running.ts'
import { count } from './usable.ts'

/** What the table and its wishes are reached by. */
type Ends = Pick<Running, 'table'> & { readonly loop: Pick<Loop, 'state'> }

/** Before the first pass; answers what the operator should know. */
export function prepareTable({ table, loop }: Ends): string[] {
  const { onStart } = loop.state().model.settings.table
  const said: string[] = []
  if (onStart === 'clear') {
    const { removed, trouble } = clearTable(table, ours(loop.state()))
    const commands = count(removed, 'command')
    if (removed > 0)
      said.push(`on_start = clear: our part of the IPVS table was removed, and is made anew (${commands})`)
    if (trouble !== '') said.push(`on_start = clear: ${trouble}`)
  }
  return [...said, ...setTimeouts({ table, loop })]
}

/** What is remembered as ours, and what the configuration names: a run that lost its memory clears the same. */
function ours({ model, pools, owned }: State): Owned {
  const named = wantedTable(model, pools).map(({ id, destinations }): [string, readonly string[]] => {
    const service = serviceText(id)
    return [service, [...destinations.map((one) => endpointText(one.id)), ...(owned[service] ?? [])]]
  })
  return { ...owned, ...Object.fromEntries(named) }
}

/** At the start and at a reload; answers what the operator should know. */
export function setTimeouts({ table, loop }: Ends): string[] {
  const { timeouts } = loop.state().model.settings.table
  if (timeouts === null || !('setTimeouts' in table)) return []
  const { tcp, tcpfin: tcpFin, udp } = timeouts
  const answer = table.setTimeouts({ tcp, tcpFin, udp })
  return answer.kind === 'ok' ? [] : [`the timeouts of connections could not be set: ${answer.text}`]
}

export const drainMost = ({ loop }: Ends): Milliseconds => loop.state().model.settings.table.drainMost

/** When nothing changes the table any more. `keep` leaves it as it is: traffic goes on without us. */
export async function leaveTable({ table, loop }: Ends): Promise<void> {
  const { model, owned } = loop.state()
  const { onStop, drainMost: most } = model.settings.table
  if (onStop === 'clear') say(clearTable(table, owned).trouble)
  if (onStop !== 'drain') return
  const { cut, trouble } = await drainTable(table, owned, most, { now: clock.now, sleep })
  say(trouble)
  if (cut > 0) process.stderr.write(`on_stop = drain: the time was over with ${cut} connections left\n`)
}

function say(trouble: string): void {
  if (trouble !== '') process.stderr.write(`the IPVS table could not be cleared: ${trouble}\n`)
}

const sleep = (time: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))

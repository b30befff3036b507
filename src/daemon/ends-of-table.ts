/** What the configuration wants of the IPVS table at the start and at the stop (on_start, on_stop, lvs_timeouts). */
import { clock } from '../edge/clock.ts'
import { drainsAtStop, leftAtStop } from '../engine/at-stop.ts'
import { growsInUse, weightsIn } from '../engine/pool/found.ts'
import { wantedTable } from '../engine/pool/wanted.ts'
import type { Owned, State } from '../model/state.ts'
import { endpointText, serviceText } from '../model/table.ts'
import { type Milliseconds, milliseconds } from '../model/units.ts'
import { clearTable, drainTable } from '../runtime/leave.ts'
import type { Loop } from '../runtime/loop.ts'
import type { Running } from './running.ts'
import { count } from './usable.ts'

/** What the table and its wishes are reached by. */
type Ends = Pick<Running, 'table'> & { readonly loop: Pick<Loop, 'state'> }
type Begins = Pick<Running, 'table'> & { readonly loop: Pick<Loop, 'state' | 'post'> }

/** Before the start is told and before the first pass; answers what the operator should know. */
export function prepareTable({ table, loop }: Begins): string[] {
  const { onStart } = loop.state().model.settings.table
  const said: string[] = []
  if (onStart === 'clear') {
    const { removed, trouble } = clearTable(table, ours(loop.state()))
    const commands = count(removed, 'command')
    if (removed > 0)
      said.push(`on_start = clear: our part of the IPVS table was removed, and is made anew (${commands})`)
    if (trouble !== '') said.push(`on_start = clear: ${trouble}`)
  }
  tellFound({ table, loop })
  return [...said, ...setTimeouts({ table, loop })]
}

/** Weights that grow while a real server is in use count from what there is. A table that cannot be read says nothing. */
function tellFound({ table, loop }: Begins): void {
  if (!loop.state().model.virtuals.some(growsInUse)) return
  const read = table.read()
  if (read.kind === 'table') loop.post({ kind: 'table-found', weights: weightsIn(read.services) })
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

/** How long a stop may wait for connections to end; 0 where nothing is drained. */
export function drainMost({ loop }: Pick<Ends, 'loop'>): Milliseconds {
  const { model } = loop.state()
  return drainsAtStop(model) ? model.settings.table.drainMost : milliseconds(0)
}

/** When nothing changes the table any more. `keep` leaves it as it is: traffic goes on without us. */
export async function leaveTable({ table, loop }: Ends): Promise<void> {
  const { model, owned } = loop.state()
  const { clear, drain } = leftAtStop(model, owned)
  if (clear !== null) say(clearTable(table, clear).trouble)
  if (drain === null) return
  const { cut, trouble } = await drainTable(table, drain, model.settings.table.drainMost, { now: clock.now, sleep })
  say(trouble)
  if (cut > 0) process.stderr.write(`on_stop = drain: the time was over with ${cut} connections left\n`)
}

function say(trouble: string): void {
  if (trouble !== '') process.stderr.write(`the IPVS table could not be cleared: ${trouble}\n`)
}

const sleep = (time: Milliseconds): Promise<void> => new Promise((resolve) => setTimeout(resolve, time))

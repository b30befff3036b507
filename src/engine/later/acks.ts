/** Acknowledgements that were given for a while come to their end, and alerts are sent again. */
import type { State } from '../../model/state.ts'
import type { Now, WallTime } from '../../model/units.ts'
import { afterUnack } from '../notify.ts'
import { earliest } from '../pool/judge.ts'
import { type Decided, record, type Scribe } from '../scribe.ts'

export function withoutExpiredAcks(state: State, write: Scribe, now: Now): Decided {
  const over = new Set(state.services.filter(({ ack }) => ack?.until !== undefined && ack.until <= now.wall))
  if (over.size === 0) return { state, effects: [] }
  const effects = [...over].map(({ key, ack }) => {
    const text = `its time is over, and alerts are sent again: ${ack?.who || 'somebody'} had acknowledged it (${ack?.comment || 'no comment'})`
    return record(write.entry({ kind: 'command', who: 'upalert', command: `unack ${key}`, outcome: 'done', text }))
  })
  // As if the failure began anew: who is told every hour is not left waiting for the rest of that hour.
  const services = state.services.map((service) =>
    over.has(service) ? { ...service, ack: null, periods: service.periods.map(afterUnack) } : service,
  )
  return { state: { ...state, services }, effects }
}

export const nextAckEnd = ({ services }: State): WallTime | null =>
  earliest(services.map(({ ack }) => ack?.until ?? null))

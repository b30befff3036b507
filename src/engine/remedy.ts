/** What would end a failure, in a sentence for whoever is told of it. */
import { durationText } from '../model/duration.ts'
import type { Service } from '../model/model.ts'
import type { ServiceState } from '../model/state.ts'
import { intervalInForce } from './readiness.ts'

/** Empty where nobody can say. */
export function remedyOf(service: Service, state: ServiceState): string {
  const { monitor, timing, rise, traptimeout, trapduration } = service
  if (monitor === null || timing === null) {
    if (traptimeout === null && trapduration === null && monitor !== null) return ''
    const over = trapduration === null ? '' : `, or ${durationText(trapduration)} without another one`
    return `a trap that says so${over}`
  }
  const passes = rise === 1 ? 'one passing check' : `${rise} passing checks in a row`
  if (timing.kind === 'cron') return `${passes}; it is checked at the dates of "${timing.expression}"`
  const every = intervalInForce(service, state)
  return every === null ? passes : `${passes}; it is checked every ${durationText(every)}`
}

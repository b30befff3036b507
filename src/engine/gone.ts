/**
 * Services and virtual servers that the configuration no longer names, after a reload or at a start: their history ends, and
 * who was told of a failure of theirs is told that nobody watches it any more.
 */
import type { Effect } from '../model/effect.ts'
import type { Model, Service } from '../model/model.ts'
import { OK } from '../model/opstatus.ts'
import type { Gone, Saved, ServiceState, State } from '../model/state.ts'
import { type Now, since } from '../model/units.ts'
import { withOwed } from './announce.ts'
import { unknownService } from './gone-service.ts'
import { withoutUnconfigured } from './maintenance-over.ts'
import { knownPool } from './pool/fresh.ts'
import { tellPoolGone } from './pool/gone.ts'
import { type Decided, record, type Scribe } from './scribe.ts'
import { knownService } from './start.ts'
import { notInFuture } from './step.ts'
import { tell } from './tell.ts'

/** What this model drops of what was saved. */
export function goneOf(
  { serviceIndex, virtuals }: Model,
  { services, pools }: Pick<Saved, 'services' | 'pools'>,
): Gone {
  const names = new Set(virtuals.map(({ name }) => name))
  return {
    services: services.filter(({ key }) => !serviceIndex.has(key)),
    pools: pools.filter(({ name }) => !names.has(name)),
  }
}

/** At a start nothing is left of them but what was saved. */
export function tellGoneAtStart(decided: Decided, saved: Gone, write: Scribe, now: Now): Decided {
  const { model } = decided.state
  // Whoever was answered before the start was over may have had the configuration read again.
  const still = goneOf(model, saved)
  const known = { services: still.services.map(knownService), pools: still.pools.map(knownPool) }
  const { services, pools } = notInFuture({ ...decided.state, ...known, outbox: [] }, now)
  const over = withoutUnconfigured({ services }, model, write)
  const found = services.map((one) => ({ service: unknownService(one), found: one }))
  const told = tellForgotten(decided.state, found, decided.state, write, now)
  let next: Decided = { state: told.state, effects: [...decided.effects, ...told.effects, ...over] }
  for (const pool of pools) next = tellPoolGone(next, pool, UNCONFIGURED, write, now)
  return next
}

interface Forgotten {
  readonly service: Service
  readonly found: ServiceState
}

/** `of`: the configuration that they were of, as far as it is known. Under mon's quirks only receivers hear of it. */
export function tellForgotten(next: State, gone: readonly Forgotten[], of: State, write: Scribe, now: Now): Decided {
  let state = next
  const effects: Effect[] = []
  for (const { service, found } of gone) {
    if (found.status.kind !== 'untested') {
      const lasted = since(found.status.since, now)
      const words = { reason: 'unconfigured', summary: UNCONFIGURED, lasted }
      const from = found.status.kind
      effects.push(record(write.entry({ kind: 'service', service: service.key, from, to: 'untested', ...words })))
    }
    if (found.announced.length === 0) continue
    const said = { summary: found.summary, detail: found.detail, output: found.lastFailingOutput ?? '' }
    const facts = { exit: 0, retval: '0', opstatus: OK, ...said, gone: true } as const
    const tellings = withOwed([], found)
    const after = { ...found, announced: [] }
    const former: State = { ...of, outbox: state.outbox, noise: state.noise }
    const told = tell(former, { service, told: found, after, tellings, ...facts, because: UNCONFIGURED }, write, now)
    state = { ...state, outbox: told.state.outbox, noise: told.state.noise }
    effects.push(...told.effects)
  }
  return { state, effects }
}

export const UNCONFIGURED = 'the configuration no longer names it'

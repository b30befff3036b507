/** Pools and real servers of which nothing is known yet: the table keeps what it has. */
import type { Real, Virtual } from '../../model/model.ts'
import type { PoolState, RealState } from '../../model/state.ts'
import { endpointText } from '../../model/table.ts'
import { weight } from '../../model/units.ts'
import { UNHEARD } from './audience.ts'

export function untestedPool({ name, reals }: Pick<Virtual, 'name' | 'reals'>): PoolState {
  return {
    name,
    standing: 'unknown',
    reals: reals.map(untestedReal),
    cause: null,
    upWeight: 0,
    announced: false,
    lostAt: null,
    driftTold: null,
    wakeAt: null,
    trafficBefore: null,
    ...UNHEARD,
  }
}

export const untestedReal = ({ id }: Pick<Real, 'id'>): RealState => freshReal(endpointText(id))

const freshReal = (real: string): RealState => ({
  real,
  standing: 'held',
  weight: weight(0),
  reason: 'untested',
  text: 'has not been checked yet',
  since: null,
  cause: null,
  entry: null,
  begun: null,
  risingSince: null,
  drain: null,
  told: null,
  toldAt: null,
  ...UNHEARD,
})

/** What an older upalert wrote lacks some of it. */
export const knownPool = (before: PoolState): PoolState => ({
  ...untestedPool({ name: before.name, reals: [] }),
  ...before,
  reals: before.reals.map((real) => ({ ...freshReal(real.real), ...real })),
})

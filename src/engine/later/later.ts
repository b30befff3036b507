/**
 * What comes about for people because time passes: acknowledgements end, flapping services have calmed down, escalations
 * are due, channels have not taken what they were handed.
 */
import type { State } from '../../model/state.ts'
import type { Now, WallTime } from '../../model/units.ts'
import { nextMaintenance } from '../maintenance.ts'
import { maintenanceLater } from '../maintenance-over.ts'
import { nextHold } from '../noise/held.ts'
import { releaseDue } from '../noise/release.ts'
import { earliest } from '../pool/judge.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { nextAckEnd, withoutExpiredAcks } from './acks.ts'
import { calmed, nextCalm } from './calm.ts'
import { escalated, nextEscalation } from './escalate.ts'
import { handedOver, nextHandover } from './handover.ts'
import { nextTrouble, troublesTold } from './trouble.ts'

type Step = (state: State, write: Scribe, now: Now) => Decided

/** In an order in which each sees what the one before has changed. */
const steps: readonly Step[] = [
  withoutExpiredAcks,
  maintenanceLater,
  calmed,
  escalated,
  releaseDue,
  handedOver,
  troublesTold,
]

export function peopleLater(state: State, write: Scribe, now: Now): Decided {
  return steps.reduce<Decided>(
    (decided, step) => {
      const next = step(decided.state, write, now)
      return { state: next.state, effects: [...decided.effects, ...next.effects] }
    },
    { state, effects: [] },
  )
}

/** `now`: what has come already has been looked at. */
export const nextForPeople = (state: State, now?: Now): WallTime | null =>
  earliest(ends.map((next) => next(state, now)))

const ends: readonly ((state: State, now?: Now) => WallTime | null)[] = [
  nextAckEnd,
  nextMaintenance,
  nextCalm,
  nextEscalation,
  nextHold,
  nextHandover,
  nextTrouble,
]

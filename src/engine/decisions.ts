/** Operators' decisions as people may see them: in `status`, `why` and `plan`. */
import type { Override, State } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, since } from '../model/units.ts'
import { targetText } from './command/override.ts'
import { decisionText } from './pool/override.ts'

/** What an operator decided about real or virtual servers, and until when. */
export interface DecisionView {
  /** `10.1.1.2:8080`, `10.1.1.2:8080 of web`, `virtual server web`. */
  readonly target: string
  readonly text: string
  readonly for: Milliseconds
  /** Until it ends by itself; `null`: until somebody ends it. */
  readonly left: Milliseconds | null
  /** Something of that name is configured. */
  readonly configured: boolean
}

export const decisionViews = (state: Pick<State, 'pools' | 'controls'>, now: Now): readonly DecisionView[] =>
  state.controls.overrides.map((one) => decisionView(one, state, now))

function decisionView(one: Override, { pools }: Pick<State, 'pools'>, now: Now): DecisionView {
  const named = pools.filter(({ name }) => one.virtual === null || name === one.virtual)
  const isThere = one.real === null || named.some(({ reals }) => reals.some(({ real }) => real === one.real))
  return {
    target: targetText(one),
    text: decisionText(one),
    for: since(one.at, now),
    left: leftOf(one, now),
    configured: named.length > 0 && isThere,
  }
}

/** `null`: until somebody ends it. */
export const leftOf = ({ until }: Pick<Override, 'until'>, now: Now): Milliseconds | null =>
  until === null ? null : milliseconds(Math.max(0, until - now.wall))

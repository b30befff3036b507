/**
 * The weight of a real server that is in use: what is configured, said by its checks or decided by an operator, then the
 * way up to it of one that has just come into use, and then what its load makes of it.
 */
import { durationText } from '../../model/duration.ts'
import type { Doubling, Virtual } from '../../model/model.ts'
import type { RealState } from '../../model/state.ts'
import { type Now, type WallTime, type Weight, weight } from '../../model/units.ts'
import { GREATEST_WEIGHT } from '../limits.ts'
import { cameIntoUse, doubledShare } from './doubling.ts'
import { followLoad } from './load.ts'
import type { Decision } from './override.ts'
import { decisionText } from './override.ts'
import { type Share, slowShare } from './slow-start.ts'
import type { RealVerdict } from './verdict.ts'

export interface InUse {
  readonly state: Pick<RealState, 'weight' | 'text' | 'risingSince' | 'loaded'>
  readonly wakeAt: WallTime | null
}

interface About {
  readonly before: RealState
  readonly verdict: RealVerdict
  readonly decision: Decision | null
  readonly configured: Weight
}

type Rules = Pick<Virtual, 'slowStart' | 'doubling' | 'loadFeedback'>

export function inUse({ before, verdict, decision, configured }: About, rules: Rules, now: Now): InUse {
  const byHand = decision?.what.kind === 'weight' ? decision.what.weight : null
  const whole = forKernel(byHand ?? verdict.weight)
  const since = cameBackAt(before, whole, rules, now)
  const share = since === null ? { weight: whole, nextAt: null } : shareOf(whole, since, rules, now)
  const isRising = share.nextAt !== null
  const risingSince = isRising ? since : null
  const because = decision !== null && byHand !== null ? decisionText(decision) : saidText(whole, configured, verdict)
  const words = (steps: string): string => [`${verdict.text}${steps}`, because].filter((part) => part !== '').join('; ')
  const follows = rules.loadFeedback !== null && !isRising && byHand === null && whole > 0
  if (!follows) {
    const text = words(isRising ? risingText(share.weight, whole, rules.doubling) : '')
    return { state: { weight: share.weight, text, risingSince }, wakeAt: share.nextAt }
  }
  const { every } = rules.loadFeedback
  const { loaded, nextAt } = followLoad(before.loaded, whole, foundWeight(before), verdict.load, every, now)
  const load =
    loaded.load === null ? '' : `; weight ${loaded.weight} of ${whole}, since its load is ${loaded.load.toFixed(2)}`
  return { state: { weight: loaded.weight, text: words(load), risingSince, loaded }, wakeAt: nextAt }
}

const shareOf = (whole: Weight, since: WallTime, { doubling, slowStart }: Rules, now: Now): Share =>
  doubling === null ? slowShare(whole, since, slowStart, now) : doubledShare(whole, since, doubling, now)

/** Since when it is on its way to its whole weight; `null`: it has that. */
function cameBackAt(before: RealState, whole: Weight, { doubling }: Rules, now: Now): WallTime | null {
  if (before.risingSince !== null) return before.risingSince
  // A slow start is for what comes back from a failure, not from a start, a wait or an operator's decision.
  if (doubling === null) return before.reason === 'down' && isAside(before) ? now.wall : null
  if (before.standing === 'in' && before.weight > 0) return null
  const found = foundWeight(before)
  return found > 0 ? cameIntoUse(whole, found, doubling, now) : now.wall
}

const isAside = ({ standing }: RealState): boolean => standing === 'drained' || standing === 'out'

/** The weight that the table has of what is left as it was found. */
const foundWeight = ({ standing, found }: RealState): Weight =>
  standing === 'held' && found !== undefined ? found : weight(0)

function risingText(reached: Weight, whole: Weight, doubling: Doubling | null): string {
  if (doubling === null) return `, on its way back to weight ${whole}`
  return `; weight ${reached} of ${whole}, which doubles every ${durationText(doubling.every)}`
}

const saidText = (whole: Weight, configured: Weight, { weightText }: RealVerdict): string =>
  weightText === '' || whole === configured ? '' : `weight ${whole} of ${configured}, since ${weightText}`

const forKernel = (share: number): Weight => weight(Math.min(GREATEST_WEIGHT, Math.max(0, Math.trunc(share))))

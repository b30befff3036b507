/**
 * What checks say of a real server's weight, in numbers and in words. keepalived.conf(5), "FILE_CHECK", "misc_dynamic";
 * HAProxy's agent-check for a percentage, where more than nothing is never rounded down to nothing.
 */
import type { Real, RealCheck } from '../../model/model.ts'
import type { WeightSaid } from '../../model/result.ts'
import type { HostState } from '../../model/state.ts'

/** A check of a real server, and what it last said of it. */
export interface Said {
  readonly check: RealCheck
  readonly host: HostState | null
}

export interface SaidOfWeight {
  /** The configured weight, with what each check adds or wants it to be instead. May be negative. */
  readonly weight: number
  /** Who says so, as the end of a sentence; empty if nobody does. */
  readonly weightText: string
  /** The load that its weight may follow; `null`: not known now. */
  readonly load: number | null
}

export function weighed({ weight }: Pick<Real, 'weight'>, seen: readonly Said[]): SaidOfWeight {
  let sum: number = weight
  let load: number | null = null
  const texts: string[] = []
  for (const { check, host } of seen) {
    const share = host?.share
    if (share === undefined || !Number.isFinite(share.value)) continue
    if (share.kind === 'load') {
      // A load that could not be asked for lately is no reason to go on as if it were still so.
      load = host?.last?.kind === 'up' ? share.value : null
      continue
    }
    sum += Math.max(-LARGEST_CHANGE, Math.min(LARGEST_CHANGE, changeOf(share, weight)))
    texts.push(`${check.service} ${words(share)}`)
  }
  return { weight: sum, weightText: texts.join(' and '), load }
}

/** What several checks say adds up to a number, whatever they say. */
const LARGEST_CHANGE = Number.MAX_SAFE_INTEGER

const changeOf = ({ kind, value }: WeightSaid, configured: number): number => {
  if (kind === 'percent') return Math.ceil((configured * Math.max(0, value)) / 100) - configured
  return kind === 'is' ? value - configured : value
}

function words({ kind, value }: WeightSaid): string {
  switch (kind) {
    case 'percent':
      return `says ${value} %`
    case 'is':
      return `says ${value}`
    default:
      return value < 0 ? `takes ${-value} from it` : `adds ${value}`
  }
}

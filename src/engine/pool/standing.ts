/**
 * What the real servers' weights make of their pool: whether it has its quorum, whether the backup servers take part, and
 * whether the sorry server serves. Quorum and hysteresis are keepalived's (keepalived.conf(5)): weight is counted, lost
 * below quorum - hysteresis, gained at quorum + hysteresis. ldirectord and Piranha ask only whether a server is up: where
 * servers are counted, each has 1 in place of its weight.
 */
import type { PoolStanding } from '../../model/entry.ts'
import type { Virtual } from '../../model/model.ts'

/** One real server, as far as its pool counts it. */
export interface Counted {
  readonly kind: 'up' | 'down' | 'untested'
  /** Its check has run and still knows nothing of it. */
  readonly unclear: boolean
  /** What it adds: its weight, or 1 where servers are counted. */
  readonly weight: number
  readonly role: 'primary' | 'backup'
}

export interface Before {
  readonly standing: PoolStanding
  /** Backup servers took part. */
  readonly backups: boolean
}

/** Backup servers join while the others weigh too little, and stay until those weigh enough again. */
export function backupsNeeded(before: boolean, virtual: Virtual, counted: readonly Counted[]): boolean {
  const primaries = counted.filter(({ role }) => role === 'primary')
  const up = total(primaries, 'up')
  if (before) return up < virtual.backupBelow + virtual.hysteresis
  // What is not known yet is hoped for, as long as it is not our checks that learn nothing.
  return up + hopedFor(primaries) < virtual.backupBelow
}

/** `counted`: those that would be in use: without backup servers that are not needed. */
export function poolStanding(before: PoolStanding, virtual: Virtual, counted: readonly Counted[]): PoolStanding {
  const { quorum, hysteresis } = virtual
  const up = total(counted, 'up')
  const had = before === 'serving'
  const least = had ? quorum - hysteresis : quorum + hysteresis
  if (up > 0 && up >= least) return 'serving'
  // While servers without a verdict could still make up the quorum, the pool stays what it was: a start must neither
  // call in the sorry server nor send it away before anything is known.
  const hoped = hopedFor(counted)
  if (hoped > 0 && up + hoped >= least) return before
  if (virtual.sorry !== null) return 'sorry'
  return up > 0 ? 'below-quorum' : 'empty'
}

/**
 * The weight of those without a verdict. One whose check has run and learned nothing is hoped for only as long as nothing
 * is known of any other either: then it is our checks that are broken, not the farm.
 */
function hopedFor(counted: readonly Counted[]): number {
  const nothingKnown = counted.every(({ kind }) => kind === 'untested')
  return counted.reduce((sum, { kind, unclear, weight }) => {
    return kind === 'untested' && (nothingKnown || !unclear) ? sum + weight : sum
  }, 0)
}

/** What the quorum is compared with (keepalived: the weight of all servers that are alive). */
export const upWeight = (counted: readonly Counted[]): number => total(counted, 'up')

const total = (counted: readonly Counted[], kind: Counted['kind']): number =>
  counted.reduce((sum, one) => (one.kind === kind ? sum + one.weight : sum), 0)

/** mon's scripts sort the hosts on their first line, whatever the order of their arguments. */
import type { CheckResult } from '../../model/result.ts'

export function sortedSummary(result: CheckResult): CheckResult {
  const failing = result.hosts.filter(({ kind }) => kind !== 'up').map(({ host }) => host)
  return { ...result, summary: failing.sort().join(' ') }
}

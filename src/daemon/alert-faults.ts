/**
 * What ways of telling say of their own options: a template with a mistake, a file that is not there. Asked once for each
 * set of options, since many lines may have the same.
 */
import type { Alert } from '../model/alert.ts'
import { visible } from '../parse/text/visible.ts'

/** Faults of one line that are told, and characters of each. */
const mostFaults = 10
const longestFault = 300

export function alertFaults(
  alerts: ReadonlyMap<string, Alert>,
): (module: string, options: unknown) => readonly string[] {
  const known = new Map<string, readonly string[]>()
  return (module, options) => {
    const alert = alerts.get(module)
    if (alert?.faults === undefined) return []
    const key = `${module} ${JSON.stringify(options)}`
    const faults = known.get(key) ?? faultsOf(alert, options)
    known.set(key, faults)
    return faults
  }
}

/** Files that options name may do anything; the file with the options is judged all the same. */
function faultsOf(alert: Alert, options: unknown): readonly string[] {
  try {
    return (alert.faults?.(options) ?? []).slice(0, mostFaults).map(faultText)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [faultText(`what is wrong with it could not be found out: ${reason}`)]
  }
}

/** As a problem has it: one line without a full stop, and nothing invisible in it. */
export function faultText(fault: string): string {
  const line = fault.replace(/\s+/g, ' ').trim().replace(/\.$/, '')
  return visible(line.length > longestFault ? `${line.slice(0, longestFault).replace(/[\ud800-\udbff]$/, '')}…` : line)
}

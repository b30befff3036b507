/** Whether `clientallow` lets a client connect. */
import { clientPattern } from '../../parse/text/client-pattern.ts'

/** Without any pattern, everybody may. One that is no regular expression allows nobody. */
export function mayConnect(patterns: readonly string[], address: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => clientPattern(pattern)?.test(address) === true)
}

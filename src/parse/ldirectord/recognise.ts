/** Whether a configuration is an ldirectord.cf: what stands in it says so, whatever its name is. */
import { GLOBAL } from './tables.ts'

/** Lines that are looked at: whoever has written so many comments has written one of these words as well. */
const MOST_LINES = 100_000

/** mon.cf has `autoreload = …` as well, and `callback`, `maintenancedir`. */
const SHARED = new Set(['autoreload', 'callback', 'maintenancedir', 'smtp', 'logfile'])

/** A block of mon.cf or of lvs.cf begins. */
const OF_OTHERS = /^[ \t]*(?:(?:hostgroup|watch|virtual|failover|view|alias|vrrp_instance|virtual_server)[ \t]+[^\s=])/

/** The first line that only one of them can have decides. */
export function isLdirectord(text: string): boolean {
  let lines = 0
  for (const [line] of text.matchAll(/^.+$/gm)) {
    lines += 1
    if (lines > MOST_LINES) return false
    if (/^(?:\ufeff)?virtual6?[ \t]*=/.test(line)) return true
    const [, word = ''] = /^(?:\ufeff)?([a-z0-9]+)[ \t]*=/.exec(line) ?? []
    if (Object.hasOwn(GLOBAL, word) && !SHARED.has(word)) return true
    if (OF_OTHERS.test(line)) return false
  }
  return false
}

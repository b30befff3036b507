/** Whether a configuration is a keepalived.conf or a mon.cf: what stands in it says so, whatever its name is. */
import { FILE } from './grammar.ts'

/** Lines that are looked at: whoever has written so many comments has written one of these words as well. */
const MOST_LINES = 100_000

/** A block of mon.cf begins, or one of its settings is set. */
const OF_MON = /^[ \t]*(?:(?:hostgroup|watch|virtual|view|alias)[ \t]+\S|[a-z_]+[ \t]*=)/

/** The first line that only one of both can have decides. */
export function isKeepalived(text: string): boolean {
  let lines = 0
  for (const [line] of text.matchAll(/^.+$/gm)) {
    lines += 1
    if (lines > MOST_LINES) return false
    const words = /^[ \t]*(?:@\^?\S+[ \t]+)?([A-Za-z_]+)(?=[\s{}!#]|$)/.exec(line)
    const [, word = ''] = words ?? []
    if (isOfKeepalived(word) || /^[ \t]*[$~]\w/.test(line)) return true
    if (OF_MON.test(line)) return false
  }
  return false
}

const isOfKeepalived = (word: string) =>
  Object.hasOwn(FILE.blocks, word) || (FILE.words?.has(word) ?? false) || /^include[rmwba]?$/.test(word)

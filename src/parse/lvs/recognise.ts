/** Whether a configuration is an lvs.cf: what stands in it says so, whatever its name is. */
import { isKeepalived } from '../keepalived/recognise.ts'
import { GLOBAL_WORDS } from '../mon/words.ts'
import { GLOBALS } from './tables.ts'

/** Lines that are looked at: whoever has written so many comments has written one of these words as well. */
const MOST_LINES = 100_000

const BLOCK = /^(?:virtual|failover|server)[ \t]+(?:\S+|"[^"]*"|'[^']*')[ \t]*\{[ \t]*(?:#.*)?$/i
/** The name of a block whose brace stands on the next line. */
const HEAD = /^(?:virtual|failover)[ \t]+(?:[^\s=]+|"[^"]*"|'[^']*')$/i
/** What begins a block of mon.cf, or sets something in an ldirectord.cf; and what a value of lvs.cf cannot be. */
const OF_OTHERS = /^(?:(?:hostgroup|watch|view|alias|receiver|maintenance|report)[ \t]+\S|virtual[ \t]*=|[$~]\w)/
/** A byte order mark, also where its bytes were taken for letters. */
const BOM = /^(?:\ufeff|\xef\xbb\xbf)/
/** A file may have it as a variable of its own. */
const AMBIGUOUS: ReadonlySet<string> = new Set(['service'])

/** The first line that only one of the formats can have decides. */
export function isLvs(text: string): boolean {
  let lines = 0
  let head = false
  for (const [whole] of text.replace(BOM, '').matchAll(/[^\r\n]+/g)) {
    lines += 1
    if (lines > MOST_LINES) return false
    const line = whole.trim()
    if (line === '' || line.startsWith('#')) continue
    if (head) return line.startsWith('{')
    if (BLOCK.test(line)) return true
    if (OF_OTHERS.test(line)) return false
    const setting = /^([A-Za-z_]+)[ \t]*=[ \t]*(.*)$/.exec(line)
    if (setting !== null) {
      const word = (setting[1] ?? '').toLowerCase()
      if (isOfLvs(word, setting[2] ?? '')) return true
      if (GLOBAL_WORDS.has(word)) return false
    } else if (isKeepalived(line)) return false
    head = HEAD.test(line)
  }
  return false
}

function isOfLvs(word: string, value: string): boolean {
  if (AMBIGUOUS.has(word)) return /^["']?(?:lvs|fos)["']?$/i.test(value)
  return Object.hasOwn(GLOBALS, word) && !GLOBAL_WORDS.has(word)
}

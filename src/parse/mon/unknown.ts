/** What to say about a word of mon.cf that is not known where it stands: most are known elsewhere, or nearly known. */

import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { type Slice, spanOf } from './lines.ts'
import { BLOCK_WORDS, GLOBAL_WORDS, OWN_BLOCKS, type OwnBlock, PERIOD_WORDS, SERVICE_WORDS } from './words.ts'

/** A setting, outside all blocks or in one of ours. */
export type Expected = 'global' | OwnBlock

export function reportUnknownSetting(word: Slice, expected: Expected, report: Report): void {
  const { text } = word
  const inBlock = expected !== 'global' && OWN_BLOCKS[expected].some((known) => known === text)
  const nearest = report.nearest(text, GLOBAL_WORDS)
  const hint = inBlock ? `inside ${expected} there is no "=": ${text} …` : globalRemedy(text, nearest)
  report.error('unknown-setting', spanOf(word), `${quoted(text)} is not a setting`, hint)
}

/** A line outside every block. mon ignores it, and with it whatever the operator wanted. */
export function reportWordlessLine(word: Slice, report: Report): void {
  const { text } = word
  const nearest = report.nearest(text, [...BLOCK_WORDS, 'service', ...GLOBAL_WORDS])
  const message = `${quoted(text)} begins no block and stands in none`
  report.error('unknown-line', spanOf(word), message, strayRemedy(text, nearest))
}

export function reportUnknownKeyword(word: Slice, expected: 'service' | 'period', report: Report): void {
  const { text } = word
  const [own, other] = expected === 'service' ? [SERVICE_WORDS, PERIOD_WORDS] : [PERIOD_WORDS, SERVICE_WORDS]
  if (other.has(text)) {
    const message =
      expected === 'service'
        ? `${quoted(text)} belongs in a period, and none has begun`
        : `${quoted(text)} belongs to the service, and a period has begun`
    const hint = expected === 'service' ? 'write period on a line before it' : 'move it up, before the first period'
    report.error('keyword-place', spanOf(word), message, hint)
    return
  }
  const nearest = report.nearest(text, [...own, 'service', 'period', 'watch', 'hostgroup'])
  const message = `${quoted(text)} is not a keyword of a ${expected}`
  report.error('unknown-keyword', spanOf(word), message, keywordRemedy(word, nearest, expected))
}

function keywordRemedy(word: Slice, nearest: string | null, expected: 'service' | 'period'): string {
  if (GLOBAL_WORDS.has(word.text.replace(/=.*/, ''))) {
    return 'settings stand outside watches: put an empty line before'
  }
  if (nearest !== null) return `did you mean ${nearest}?`
  if (/^\w+=/.test(word.text)) return 'a variable for programs is written in capitals: NAME=value'
  if (/^\w+[ \t]*=/.test(word.line.text)) return 'keywords of a watch have no "="; a variable is written NAME=value'
  return expected === 'service'
    ? 'known here: interval, monitor, timeout, period …'
    : 'known here: alert, upalert, alertevery, alertafter, numalerts, upalertafter'
}

const BLOCKS = Object.entries(OWN_BLOCKS)

function globalRemedy(text: string, nearest: string | null): string {
  if (text === 'maxkeep') return 'in the file it is called histlength'
  if (nearest !== null) return `did you mean ${nearest}?`
  if (SERVICE_WORDS.has(text)) return 'it belongs to a service, without "="'
  return 'docs/configuration.md lists the settings'
}

function strayRemedy(text: string, nearest: string | null): string {
  const keyword = text === 'service' || text === 'period'
  if (keyword || SERVICE_WORDS.has(text) || PERIOD_WORDS.has(text)) {
    return 'an empty line ended the watch above: remove it, or write watch NAME before'
  }
  const block = BLOCKS.find(([, words]) => words.some((known) => known === text))
  if (block !== undefined) return `it belongs in a block that begins with ${block[0]} NAME`
  if (GLOBAL_WORDS.has(text)) return `a setting needs "=": ${text} = …`
  if (nearest !== null) return `did you mean ${nearest}?`
  return `a line begins with ${BLOCK_WORDS.join(', ')}, NAME = value, or # for a comment`
}

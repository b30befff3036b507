/**
 * The lines of a virtual block that count the weight of its real servers, or with `quorum N servers` the servers
 * themselves: quorum, hysteresis, backup_below. Source: keepalived.conf(5), quorum and hysteresis; what it repairs in
 * silence is told here. ldirectord(8): the fallback serves while no real server is up, whatever it weighs.
 */
import type { Real } from '../../model/model.ts'
import { type Weight, weight } from '../../model/units.ts'
import { DEFAULT_HYSTERESIS, DEFAULT_QUORUM, GREATEST_WEIGHT } from '../defaults.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import type { Lines } from './virtual-settings.ts'

interface Quorum {
  readonly quorum: Weight
  readonly hysteresis: number
  readonly backupBelow: Weight
  readonly quorumCounts?: 'servers'
}

/** `name`: the word that names the block. */
export function readQuorum(lines: Lines, reals: readonly Real[], name: Slice, report: Report): Quorum {
  const value = (word: 'quorum' | 'hysteresis' | 'backup_below') => lines.get(word)?.[0]?.value
  const { number, tally } = wordsOf(value('quorum'))
  const total = tally.of(reals)
  const quorum = quorumOf(number, total, tally, report)
  const hysteresis = hysteresisOf(value('hysteresis'), quorum, total, tally, report)
  const below = value('backup_below')
  const hint = `a whole number from 1 on: the least ${tally.noun} of the other real servers`
  const backupBelow =
    below === undefined ? quorum : weight(readCount(below, { least: 1, code: 'backup-below', hint }, report) ?? quorum)
  const counted = { quorum, hysteresis, backupBelow, tally }
  reportBackups(reals, counted, { below, quorum: value('quorum'), name }, report)
  return { quorum, hysteresis, backupBelow, ...(tally === SERVERS ? { quorumCounts: 'servers' } : {}) }
}

/** What is added up, and how that is said. */
interface Tally {
  of(reals: readonly Real[]): number
  readonly noun: string
  /** `all real servers together weigh 3` */
  said(who: string, total: number): string
}

const WEIGHTS: Tally = {
  of: (reals) => reals.reduce((sum, { weight: share }) => sum + share, 0),
  noun: 'total weight',
  said: (who, total) => `${who} together weigh ${total}`,
}

const SERVERS: Tally = {
  of: ({ length }) => length,
  noun: 'number',
  said: (who, total) => `${who} number ${total}`,
}

/** `quorum 2 servers`; what is anything else is no number, and told as such. */
function wordsOf(value: Slice | undefined): { readonly number: Slice | undefined; readonly tally: Tally } {
  const [number, counted, extra] = value === undefined ? [] : plainWords(value)
  return counted?.text === 'servers' && extra === undefined
    ? { number, tally: SERVERS }
    : { number: value, tally: WEIGHTS }
}

function quorumOf(value: Slice | undefined, total: number, tally: Tally, report: Report): Weight {
  if (value === undefined) return DEFAULT_QUORUM
  // Where nothing weighs anything, this is the quorum that is always there.
  if (value.text === '0' && total === 0) return weight(0)
  const hint =
    'a whole number from 1 on: the least total weight of real servers, or of servers with the word servers behind it'
  const quorum = readCount(value, { least: 1, code: 'quorum', hint }, report)
  if (quorum === null) return DEFAULT_QUORUM
  if (total === 0 || quorum <= total) return weight(quorum)
  const message = `a quorum of ${quorum} is never reached: ${tally.said('all real servers', total)}`
  report.warning('quorum', spanOf(value), message, `it is taken as ${total}`)
  return weight(total)
}

/** Lost below quorum - hysteresis, which is at least 1; gained at quorum + hysteresis, which must be reached. */
function hysteresisOf(value: Slice | undefined, quorum: Weight, total: number, tally: Tally, report: Report): number {
  if (value === undefined) return DEFAULT_HYSTERESIS
  const hint = 'a whole number from 0 on, less than the quorum'
  const [number = value, always, extra] = plainWords(value)
  if (extra !== undefined || (always !== undefined && always.text !== 'always')) {
    report.error(
      'hysteresis',
      spanOf(extra ?? always ?? value),
      `${quoted((extra ?? always ?? value).text)} is not understood here`,
      hint,
    )
    return DEFAULT_HYSTERESIS
  }
  const hysteresis = readCount(number, { least: 0, code: 'hysteresis', hint }, report)
  if (hysteresis === null) return DEFAULT_HYSTERESIS
  const most = Math.min(quorum - 1, total === 0 ? quorum : total - quorum)
  if (hysteresis <= most) return hysteresis
  if (always !== undefined && hysteresis < quorum)
    return neverGained(always, { quorum, hysteresis, total, tally }, report)
  const message =
    hysteresis >= quorum
      ? `the hysteresis of ${hysteresis} is not less than the quorum of ${quorum}`
      : `a quorum of ${quorum} with a hysteresis of ${hysteresis} is gained at ${quorum + hysteresis}, and ${tally.said('all real servers', total)}`
  report.warning('hysteresis', spanOf(value), message, `it is taken as ${most}`)
  return most
}

/** `hysteresis 1 always`: as it is written, though what was lost then stays lost. */
function neverGained(
  always: Slice,
  {
    quorum,
    hysteresis,
    total,
    tally,
  }: { readonly quorum: number; readonly hysteresis: number; readonly total: number; readonly tally: Tally },
  report: Report,
): number {
  const message = `a quorum that is lost is never gained again: that needs ${quorum + hysteresis}, and ${tally.said('all real servers', total)}`
  report.warning(
    'hysteresis',
    spanOf(always),
    message,
    'leave "always" out, and the hysteresis is lowered to what can be',
  )
  return hysteresis
}

interface Count {
  readonly least: 0 | 1
  readonly code: 'quorum' | 'hysteresis' | 'backup-below'
  readonly hint: string
}

const NOUNS = { quorum: 'a quorum', hysteresis: 'a hysteresis', 'backup-below': 'a total weight' } as const

function readCount(value: Slice, { least, code, hint }: Count, report: Report): number | null {
  const count = /^\d{1,10}$/.test(value.text) ? Number(value.text) : -1
  if (count >= least && count <= GREATEST_WEIGHT) return count
  report.error(code, spanOf(value), `${quoted(value.text)} is not ${NOUNS[code]}`, hint)
  return null
}

interface Written {
  readonly below: Slice | undefined
  readonly quorum: Slice | undefined
  readonly name: Slice
}

/** Backup servers that never come, or never go. */
function reportBackups(
  reals: readonly Real[],
  { quorum, hysteresis, backupBelow, tally }: Quorum & { readonly tally: Tally },
  written: Written,
  report: Report,
): void {
  const primaries = reals.filter(({ role }) => role === 'primary')
  const total = tally.of(primaries)
  const at = spanOf(written.below ?? written.quorum ?? written.name)
  const warn = (message: string, hint: string) => report.warning('backup', at, message, hint)
  if (primaries.length === reals.length) {
    if (written.below === undefined || reals.length === 0) return
    warn('no real server is a backup, so nothing joins', 'write backup behind the real servers that shall')
  } else if (primaries.length === 0) {
    warn(
      'every real server is a backup, so all of them serve at once',
      'take backup away from those that shall serve first',
    )
  } else if (backupBelow > total) {
    const message = `${tally.said('the others', total)}, so the backup servers serve at all times`
    warn(message, `write backup_below with a number up to ${Math.max(1, total)}`)
  } else if (backupBelow + hysteresis > total) {
    const least = backupBelow + hysteresis
    const message = `backup servers that have joined go again at ${least}, and ${tally.said('the others', total)}`
    warn(message, 'write a smaller backup_below, or a smaller hysteresis')
  } else if (backupBelow < quorum) {
    const message = `the quorum of ${quorum} is lost before the backup servers join, below ${backupBelow}`
    warn(message, `write backup_below ${quorum}, or a smaller quorum`)
  }
}

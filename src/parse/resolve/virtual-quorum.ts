/**
 * The lines of a virtual block that count the weight of its real servers: quorum, hysteresis, backup_below.
 * Source: keepalived.conf(5), quorum and hysteresis; what it repairs in silence is told here.
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
}

/** `name`: the word that names the block. */
export function readQuorum(lines: Lines, reals: readonly Real[], name: Slice, report: Report): Quorum {
  const value = (word: 'quorum' | 'hysteresis' | 'backup_below') => lines.get(word)?.[0]?.value
  const total = sumOf(reals)
  const quorum = quorumOf(value('quorum'), total, report)
  const hysteresis = hysteresisOf(value('hysteresis'), quorum, total, report)
  const below = value('backup_below')
  const hint = 'a whole number from 1 on: the least total weight of the other real servers'
  const backupBelow =
    below === undefined ? quorum : weight(readCount(below, { least: 1, code: 'backup-below', hint }, report) ?? quorum)
  reportBackups(reals, { quorum, hysteresis, backupBelow }, { below, quorum: value('quorum'), name }, report)
  return { quorum, hysteresis, backupBelow }
}

const sumOf = (reals: readonly Real[]) => reals.reduce((sum, real) => sum + real.weight, 0)

function quorumOf(value: Slice | undefined, total: number, report: Report): Weight {
  if (value === undefined) return DEFAULT_QUORUM
  // Where nothing weighs anything, this is the quorum that is always there.
  if (value.text === '0' && total === 0) return weight(0)
  const hint = 'a whole number from 1 on: the least total weight of real servers'
  const quorum = readCount(value, { least: 1, code: 'quorum', hint }, report)
  if (quorum === null) return DEFAULT_QUORUM
  if (total === 0 || quorum <= total) return weight(quorum)
  const message = `a quorum of ${quorum} is never reached: all real servers together weigh ${total}`
  report.warning('quorum', spanOf(value), message, `it is taken as ${total}`)
  return weight(total)
}

/** Lost below quorum - hysteresis, which is at least 1; gained at quorum + hysteresis, which must be reached. */
function hysteresisOf(value: Slice | undefined, quorum: Weight, total: number, report: Report): number {
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
  if (always !== undefined && hysteresis < quorum) return neverGained(always, { quorum, hysteresis, total }, report)
  const message =
    hysteresis >= quorum
      ? `the hysteresis of ${hysteresis} is not less than the quorum of ${quorum}`
      : `a quorum of ${quorum} with a hysteresis of ${hysteresis} is gained at ${quorum + hysteresis}, and all real servers together weigh ${total}`
  report.warning('hysteresis', spanOf(value), message, `it is taken as ${most}`)
  return most
}

/** `hysteresis 1 always`: as it is written, though what was lost then stays lost. */
function neverGained(
  always: Slice,
  { quorum, hysteresis, total }: { readonly quorum: number; readonly hysteresis: number; readonly total: number },
  report: Report,
): number {
  const message = `a quorum that is lost is never gained again: that needs ${quorum + hysteresis}, and all real servers together weigh ${total}`
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
  { quorum, hysteresis, backupBelow }: Quorum,
  written: Written,
  report: Report,
): void {
  const primaries = reals.filter(({ role }) => role === 'primary')
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
  } else if (backupBelow > sumOf(primaries)) {
    const message = `the others together weigh ${sumOf(primaries)}, so the backup servers serve at all times`
    warn(message, `write backup_below with a number up to ${Math.max(1, sumOf(primaries))}`)
  } else if (backupBelow + hysteresis > sumOf(primaries)) {
    const least = backupBelow + hysteresis
    const message = `backup servers that have joined go again at ${least}, and the others together weigh ${sumOf(primaries)}`
    warn(message, 'write a smaller backup_below, or a smaller hysteresis')
  } else if (backupBelow < quorum) {
    const message = `the quorum of ${quorum} is lost before the backup servers join, below ${backupBelow}`
    warn(message, `write backup_below ${quorum}, or a smaller quorum`)
  }
}

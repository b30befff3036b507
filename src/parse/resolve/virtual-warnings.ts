/** What may be meant in a virtual block, but most likely is not: nothing is refused here. */
import type { Real, Virtual } from '../../model/model.ts'
import { endpointText } from '../../model/table.ts'
import type { OwnBlockLines } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Known, ResolvedReal } from './real.ts'
import { EXAMPLES } from './virtual-examples.ts'
import type { Lines } from './virtual-settings.ts'

export function reportPool(block: OwnBlockLines, found: readonly ResolvedReal[], lines: Lines, report: Report): void {
  const span = spanOf(block.name)
  if (lines.get('real') === undefined) {
    const message = `virtual ${quoted(block.name.text)} has no real servers`
    report.warning('virtual-empty', span, message, EXAMPLES.real)
  } else if (found.length > 0 && found.every(({ checked }) => !checked)) {
    const message = `no real server of ${quoted(block.name.text)} has a check: none is ever taken out`
    report.warning('virtual-unchecked', span, message, 'write check GROUP/SERVICE behind each real')
  }
}

/** The kernel stops address translation to a loopback address (net/netfilter/ipvs/ip_vs_xmit.c, "stopping DNAT"). */
export function reportLoopback(
  { id, forward }: Pick<Real, 'id' | 'forward'>,
  word: Slice | undefined,
  { demonstration }: Known,
  report: Report,
): void {
  const isLoopback = id.family === 4 ? id.address.startsWith('127.') : id.address === '::1'
  if (!isLoopback || forward !== 'masq' || word === undefined || demonstration.has(endpointText(id))) return
  const message = `the kernel does not translate packets of clients to the loopback address ${id.address}`
  report.warning('loopback-nat', spanOf(word), message, 'name an address of an interface, or write forward local')
}

/** Schedulers that ask of a weight only whether it is 0 (net/netfilter/ipvs/ip_vs_rr.c, _lc.c, _dh.c); what to take instead. */
const WEIGHTLESS: Readonly<Record<string, string>> = { rr: 'wrr', lc: 'wlc', dh: 'sh' }

export function reportWeights(
  { settings: { scheduler }, slowStart }: Virtual,
  found: readonly ResolvedReal[],
  lines: Lines,
  report: Report,
): void {
  const slow = slowStart > 0 ? lines.get('slow_start')?.[0] : undefined
  if (slow !== undefined && found.length > 0 && found.every(({ real }) => real.weight <= 1)) {
    const message = 'no real server weighs more than 1, so there is no smaller weight for a slow start to begin with'
    report.warning(
      'slow-start',
      spanOf(slow.value),
      message,
      'write weight 10 behind each real server, and ten times the quorum',
    )
    return
  }
  const better = Object.hasOwn(WEIGHTLESS, scheduler) ? WEIGHTLESS[scheduler] : undefined
  if (better === undefined) return
  const hint = `write scheduler ${better}`
  if (slow !== undefined) {
    const message = `the scheduler ${scheduler} asks of a weight only whether it is 0, so a slow start changes nothing`
    report.warning('weights-unused', spanOf(slow.value), message, hint)
  }
  // They may be meant for the quorum.
  if (lines.has('quorum') || lines.has('backup_below')) return
  const weighty = found.filter(({ real }) => real.weight > 0)
  const odd = weighty.find(({ real }) => real.weight !== weighty[0]?.real.weight)
  if (odd === undefined) return
  const message = `the scheduler ${scheduler} asks of a weight only whether it is 0, so these real servers get equal shares`
  report.warning('weights-unused', spanOf(odd.word), message, hint)
}

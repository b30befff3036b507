/**
 * `virtual` blocks -> Virtual: a virtual server, its pool, and the checks that speak for its real servers.
 * What the kernel would refuse, or accept and not do, is refused here. Sources: ipvsadm(8), linux/ip_vs.h,
 * LVS-HOWTO (no port remapping with direct routing and tunnels), keepalived.conf(5) for quorum and sorry server.
 */
import type { Virtual } from '../../model/model.ts'
import { endpointText } from '../../model/table.ts'
import { DEFAULT_FORWARD } from '../defaults.ts'
import type { OwnBlockLines } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { VirtualWord } from '../mon/words.ts'
import type { Report } from '../text/report.ts'
import { sortLines } from './block-lines.ts'
import type { Naming } from './call.ts'
import { readForward } from './forward.ts'
import { frontOf } from './front.ts'
import { readInitial } from './initial.ts'
import { readPoolAlerts } from './pool-alerts.ts'
import { type Known, type ResolvedReal, resolveReal } from './real.ts'
import { readRealNotices } from './real-notices.ts'
import { textIn } from './setting-reader.ts'
import { readSorry } from './sorry.ts'
import { type ResolvedAddress, readAddresses } from './virtual-address.ts'
import { EXAMPLES } from './virtual-examples.ts'
import { readQuorum } from './virtual-quorum.ts'
import { readSettings } from './virtual-scheduling.ts'
import { onFailIn, readDoubling, readLoadFeedback, readOnStop, readSlowStart, readYes } from './virtual-settings.ts'
import { reportLoopback, reportPool, reportWeights } from './virtual-warnings.ts'

export interface ResolvedVirtual {
  readonly virtual: Virtual
  readonly addresses: readonly ResolvedAddress[]
  /** The word behind ha_suspend. */
  readonly haSuspend: Slice | undefined
}

/** `null` after a mistake that leaves no virtual server. */
export function resolveVirtual(
  block: OwnBlockLines,
  known: Known,
  naming: Naming,
  report: Report,
): ResolvedVirtual | null {
  const lines = sortLines(block, { kind: 'virtual', examples: EXAMPLES, repeated: REPEATED }, report)
  const value = (word: VirtualWord) => lines.get(word)?.[0]?.value
  const forward = readForward(value('forward'), report) ?? DEFAULT_FORWARD
  const addresses = readAddresses(block, lines.get('address') ?? [], forward, report)
  const services = addresses.map(({ id }) => id)
  const front = frontOf(services, {
    forward,
    onFail: onFailIn(value('on_fail'), report),
    initial: readInitial(value('initial'), report),
  })
  const settings = readSettings(lines, addresses, report)
  const notices = readRealNotices(block, naming, report)
  const found = (lines.get('real') ?? []).flatMap((real) =>
    resolveReal(real.value, notices(real), front, known, report),
  )
  const reals = found.map(({ real }) => real)
  const virtual: Virtual = {
    name: block.name.text,
    keepalivedName: textIn(value('keepalived_name'), report),
    services,
    settings,
    ...readQuorum(lines, reals, block.name, report),
    sorry: front === null ? null : readSorry(value('sorry'), front, report),
    slowStart: readSlowStart(value('slow_start'), report),
    doubling: readDoubling(value('doubling'), report),
    loadFeedback: readLoadFeedback(value('load_feedback'), report),
    onStop: readOnStop(value('on_stop'), report),
    haSuspend: readHaSuspend(value('ha_suspend'), addresses, report),
    omega: readYes(value('omega'), report),
    ...readPoolAlerts(lines, naming, report),
    reals,
    place: placeOfSlice(block.name),
  }
  reportTwice(found, report)
  reportPool(block, found, lines, report)
  reportWeights(virtual, found, lines, report)
  for (const { real, word } of found) reportLoopback(real, word, known, report)
  if (virtual.sorry !== null) reportLoopback(virtual.sorry, value('sorry'), known, report)
  return front === null ? null : { virtual, addresses, haSuspend: value('ha_suspend') }
}

function readHaSuspend(value: Slice | undefined, addresses: readonly ResolvedAddress[], report: Report): boolean {
  if (!readYes(value, report) || value === undefined) return false
  if (addresses.length === 0 || addresses.some(({ id }) => id.kind === 'address')) return true
  const message = 'a firewall mark has no address that could be on this host or not'
  report.error('ha-suspend', spanOf(value), message, 'leave ha_suspend out')
  return false
}

const REPEATED: ReadonlySet<VirtualWord> = new Set([
  ...(['address', 'alert', 'upalert', 'driftalert', 'realalert', 'realupalert', 'real'] as const),
])

/** The kernel knows a real server by address and port: it can be in a pool once. */
function reportTwice(found: readonly ResolvedReal[], report: Report): void {
  const seen = new Map<string, Slice>()
  for (const { real, word } of found) {
    const text = endpointText(real.id)
    const before = seen.get(text)
    if (before === undefined) seen.set(text, word)
    else {
      const { file, line } = placeOfSlice(before)
      const message = `${text} is in this pool already, by ${file} line ${line}`
      report.error('real-twice', spanOf(word), message, 'keep one of the two; give it the sum of the weights')
    }
  }
}

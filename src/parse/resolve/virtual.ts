/**
 * `virtual` blocks -> Virtual: a virtual server, its pool, and the checks that speak for its real servers.
 * What the kernel would refuse, or accept and not do, is refused here. Sources: ipvsadm(8), linux/ip_vs.h,
 * LVS-HOWTO (no port remapping with direct routing and tunnels), keepalived.conf(5) for quorum and sorry server.
 */
import { noNotices, type Real, type Virtual } from '../../model/model.ts'
import { endpointText, serviceText } from '../../model/table.ts'
import { milliseconds } from '../../model/units.ts'
import { DEFAULT_FORWARD } from '../defaults.ts'
import type { Statement, VirtualBlock } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { VIRTUAL_WORDS, type VirtualWord } from '../mon/words.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { type Known, type ResolvedReal, readForward, resolveReal } from './real.ts'
import { readAddress } from './virtual-address.ts'
import { EXAMPLES, isVirtualWord } from './virtual-examples.ts'
import { type Lines, readOnFail, readQuorum, readSettings, readSorry } from './virtual-settings.ts'

interface ResolvedVirtual {
  readonly virtual: Virtual
  /** The word of its address. */
  readonly address: Slice
}

/** `null` after a mistake that leaves no virtual server. */
export function resolveVirtual(block: VirtualBlock, known: Known, report: Report): ResolvedVirtual | null {
  const lines = sortLines(block, report)
  const value = (word: VirtualWord) => lines.get(word)?.[0]?.value
  const id = readAddress(block, lines.get('address')?.[0], report)
  const forward = readForward(value('forward'), report) ?? DEFAULT_FORWARD
  const settings = readSettings(lines, id, report)
  const onFail = readOnFail(value('on_fail'), report)
  const front = id === null ? null : { id, forward, onFail }
  const found = (lines.get('real') ?? []).flatMap((real) => resolveReal(real.value, front, known, report))
  const reals = found.map(({ real }) => real)
  const total = reals.reduce((sum, real) => sum + real.weight, 0)
  const quorum = readQuorum(value('quorum'), total, report)
  const sorry = front === null ? null : readSorry(value('sorry'), front, report)
  reportTwice(found, report)
  reportPool(block, found, lines, report)
  for (const { real, word } of found) reportLoopback(real, word, known, report)
  if (sorry !== null) reportLoopback(sorry, value('sorry'), known, report)
  const address = value('address')
  if (id === null || address === undefined) return null
  const place = placeOfSlice(block.name)
  const virtual: Virtual = {
    name: block.name.text,
    services: [id],
    settings,
    quorum,
    hysteresis: 0,
    backupBelow: quorum,
    sorry,
    slowStart: milliseconds(0),
    haSuspend: false,
    omega: false,
    notices: noNotices,
    driftAlerts: [],
    reals,
    place,
  }
  return { virtual, address }
}

/** One name and one address belong to one virtual server; both places are named. */
export function reportSameVirtuals(
  found: readonly ResolvedVirtual[],
  blocks: readonly VirtualBlock[],
  report: Report,
): void {
  const names = new Map<string, Slice>()
  for (const { name } of blocks) {
    const before = names.get(name.text)
    if (before === undefined) names.set(name.text, name)
    else {
      const message = `there is a virtual ${quoted(name.text)} already, in ${where(before)}`
      report.error('virtual-again', spanOf(name), message, 'give this one another name')
    }
  }
  const addresses = new Map<string, ResolvedVirtual>()
  for (const one of found) {
    const [id] = one.virtual.services
    const text = id === undefined ? '' : serviceText(id)
    const before = addresses.get(text)
    if (before === undefined) addresses.set(text, one)
    else {
      const message = `${text} belongs to virtual ${quoted(before.virtual.name)} already, in ${where(before.address)}`
      report.error('virtual-again', spanOf(one.address), message, 'put all its real servers into one block')
    }
  }
}

/** Every word but `real` may stand once. */
function sortLines(block: VirtualBlock, report: Report): Lines {
  const lines = new Map<VirtualWord, Statement[]>()
  for (const statement of block.statements) {
    const { keyword, value } = statement
    const word = keyword.text
    if (!isVirtualWord(word)) {
      reportUnknownWord(keyword, report)
      continue
    }
    const before = lines.get(word)
    if (value.text === '') {
      report.error('virtual-value', spanOf(keyword), `${quoted(word)} says nothing`, EXAMPLES[word])
    } else if (before === undefined) lines.set(word, [statement])
    else if (word === 'real') before.push(statement)
    else reportSecond(keyword, before[0], report)
  }
  return lines
}

function reportUnknownWord(keyword: Slice, report: Report): void {
  const nearest = report.nearest(keyword.text, VIRTUAL_WORDS)
  const hint = nearest === null ? `one of ${VIRTUAL_WORDS.join(', ')}` : `did you mean ${nearest}?`
  report.error('unknown-keyword', spanOf(keyword), `${quoted(keyword.text)} is not a keyword of virtual`, hint)
}

function reportSecond(keyword: Slice, before: Statement | undefined, report: Report): void {
  const line = before === undefined ? 0 : placeOfSlice(before.keyword).line
  const message = `${quoted(keyword.text)} is given already, in line ${line}`
  report.error('virtual-twice', spanOf(keyword), message, 'keep one of the two lines')
}

/** The kernel knows a real server by address and port: it can be in a pool once. */
function reportTwice(found: readonly ResolvedReal[], report: Report): void {
  const seen = new Map<string, Slice>()
  for (const { real, word } of found) {
    const text = endpointText(real.id)
    const before = seen.get(text)
    if (before === undefined) seen.set(text, word)
    else {
      const message = `${text} is in this pool already, by ${where(before)}`
      report.error('real-twice', spanOf(word), message, 'keep one of the two; give it the sum of the weights')
    }
  }
}

function reportPool(block: VirtualBlock, found: readonly ResolvedReal[], lines: Lines, report: Report): void {
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
function reportLoopback(
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

function where(part: Slice): string {
  const { file, line } = placeOfSlice(part)
  return `${file} line ${line}`
}

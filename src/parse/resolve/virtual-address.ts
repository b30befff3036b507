/** The `address` lines of a virtual block -> the services of the kernel table. Source: ipvsadm(8), -t -u -s -f. */
import { endpointText, type Forward, type Protocol, serviceText, type TableServiceId } from '../../model/table.ts'
import { GREATEST_MARK, MOST_ADDRESSES } from '../defaults.ts'
import type { OwnBlockLines, Statement } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { type Endpoint, isFault, parseEndpoint } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { EXAMPLES } from './virtual-examples.ts'

export interface ResolvedAddress {
  readonly id: TableServiceId
  /** The line's words. */
  readonly word: Slice
}

/** Those that are right; the pool stands behind all of them. */
export function readAddresses(
  block: OwnBlockLines,
  statements: readonly Statement[],
  forward: Forward,
  report: Report,
): readonly ResolvedAddress[] {
  if (statements.length === 0) {
    const written = block.statements.some(({ keyword }) => keyword.text === 'address')
    const message = `virtual ${quoted(block.name.text)} has no address`
    if (!written) report.error('virtual-address', spanOf(block.name), message, EXAMPLES.address)
    return []
  }
  const found = new Map<string, ResolvedAddress>()
  for (const [i, { keyword, value }] of statements.entries()) {
    if (i >= MOST_ADDRESSES) {
      const hint = 'spread them over several virtual blocks, or give their packets one firewall mark'
      complain(keyword, `one virtual server has ${MOST_ADDRESSES} addresses at most`, hint, report)
      break
    }
    const id = readAddress(value, report)
    if (id === null) continue
    const first = found.values().next().value
    const before = found.get(serviceText(id))
    if (before !== undefined) reportAgain(value, before, report)
    else if (first !== undefined && first.id.family !== id.family && forward !== 'tunnel')
      reportFamily(value, first, report)
    else found.set(serviceText(id), { id, word: value })
  }
  return [...found.values()]
}

/** No client reaches it by another protocol. Marks have none, and do for any. */
export function servesOnly(protocol: Protocol, addresses: readonly ResolvedAddress[]): boolean {
  return addresses.every(({ id }) => id.kind === 'mark' || id.protocol === protocol)
}

/** `192.0.2.1:80/udp`, or `fwmark 80 inet6`. */
function readAddress(value: Slice, report: Report): TableServiceId | null {
  const [first, second, third, extra] = plainWords(value)
  if (first === undefined) return null
  if (first.text === 'fwmark') return readMark(first, second, third, extra, report)
  if (second !== undefined)
    return complain(second, `${quoted(second.text)} is one word too many`, EXAMPLES.address, report)
  const end = parseEndpoint(first.text, (word, words) => report.nearest(word, words))
  if (isFault(end)) return complain(first, end.message, end.hint, report)
  if (end.port === null) return complain(first, `${quoted(first.text)} has no port`, portRemedy(end), report)
  return { kind: 'address', family: end.family, protocol: end.protocol ?? 'tcp', address: end.address, port: end.port }
}

function readMark(
  first: Slice,
  mark: Slice | undefined,
  family: Slice | undefined,
  extra: Slice | undefined,
  report: Report,
): TableServiceId | null {
  const number = mark !== undefined && /^\d{1,10}$/.test(mark.text) ? Number(mark.text) : 0
  if (number < 1 || number > GREATEST_MARK) {
    const found = mark === undefined ? 'fwmark lacks its number' : `${quoted(mark.text)} is not a firewall mark`
    return complain(mark ?? first, found, `a number from 1 to ${GREATEST_MARK}: fwmark 80 inet`, report)
  }
  const text = family?.text ?? 'inet'
  if (family !== undefined && text !== 'inet' && text !== 'inet6') {
    return complain(family, `${quoted(text)} is not a family of addresses`, 'write inet or inet6', report)
  }
  if (extra !== undefined)
    return complain(extra, `${quoted(extra.text)} is one word too many`, EXAMPLES.address, report)
  return { kind: 'mark', family: text === 'inet6' ? 6 : 4, mark: number }
}

function reportAgain(value: Slice, before: ResolvedAddress, report: Report): void {
  const { line } = placeOfSlice(before.word)
  complain(value, `${serviceText(before.id)} is given already, in line ${line}`, 'keep one of the two lines', report)
}

/** One quorum for both would hide that the clients of one family have nobody left; tunnels carry either. */
function reportFamily(value: Slice, first: ResolvedAddress, report: Report): void {
  const { line } = placeOfSlice(first.word)
  const message = `this address is not of the family of the one in line ${line}, and one quorum cannot speak for both`
  complain(value, message, 'write a virtual block of its own for it', report)
}

function complain(word: Slice, message: string, hint: string, report: Report): null {
  report.error('virtual-address', spanOf(word), message, hint)
  return null
}

const portRemedy = ({ family, address }: Endpoint) =>
  `write it behind the address: ${endpointText({ family, address, port: 80 })}`

/** The `address` line of a virtual block -> the service's identity in the kernel table. Source: ipvsadm(8), -t -u -f. */
import { endpointText, type TableServiceId } from '../../model/table.ts'
import type { Statement, VirtualBlock } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { type Endpoint, isFault, parseEndpoint } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { EXAMPLES } from './virtual-examples.ts'

/** `192.0.2.1:80/udp`, or `fwmark 80 inet6`. */
export function readAddress(
  block: VirtualBlock,
  statement: Statement | undefined,
  report: Report,
): TableServiceId | null {
  if (statement === undefined) {
    const written = block.statements.some(({ keyword }) => keyword.text === 'address')
    const message = `virtual ${quoted(block.name.text)} has no address`
    if (!written) report.error('virtual-address', spanOf(block.name), message, EXAMPLES.address)
    return null
  }
  const [first, second, third, extra] = plainWords(statement.value)
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
  if (number < 1 || number > 0xffff_ffff) {
    const found = mark === undefined ? 'fwmark lacks its number' : `${quoted(mark.text)} is not a firewall mark`
    return complain(mark ?? first, found, 'a number from 1 to 4294967295: fwmark 80 inet', report)
  }
  const text = family?.text ?? 'inet'
  if (family !== undefined && text !== 'inet' && text !== 'inet6') {
    return complain(family, `${quoted(text)} is not a family of addresses`, 'write inet or inet6', report)
  }
  if (extra !== undefined)
    return complain(extra, `${quoted(extra.text)} is one word too many`, EXAMPLES.address, report)
  return { kind: 'mark', family: text === 'inet6' ? 6 : 4, mark: number }
}

function complain(word: Slice, message: string, hint: string, report: Report): null {
  report.error('virtual-address', spanOf(word), message, hint)
  return null
}

const portRemedy = ({ family, address }: Endpoint) =>
  `write it behind the address: ${endpointText({ family, address, port: 80 })}`

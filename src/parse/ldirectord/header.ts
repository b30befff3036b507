/**
 * `virtual = ADDRESS:PORT`, `virtual = MARK`, and virtual6. Source: ldirectord(8); 4.12 tried: it takes the digits before
 * anything it does not understand for a firewall mark.
 */
import type { Family } from '../../model/table.ts'
import { GREATEST_MARK } from '../defaults.ts'
import { parseAddress } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { type HostWord, readHostAndPort } from './hosts.ts'
import { firstWord } from './values.ts'
import { spanOf, type Value, type Word } from './words.ts'

export type Header =
  | { readonly kind: 'address'; readonly at: Word; readonly host: HostWord; readonly port: number }
  | { readonly kind: 'mark'; readonly at: Word; readonly family: Family; readonly mark: number }

export const familyOf = (header: Header): Family => (header.kind === 'mark' ? header.family : header.host.family)

export function readHeader(value: Value, keyword: Word, report: Report): Header | null {
  const family: Family = keyword.text === 'virtual6' ? 6 : 4
  if (value.text.trim() === '') {
    const hint = `write ${keyword.text} = ADDRESS:PORT, or a firewall mark`
    report.error('value-missing', spanOf(keyword), `${keyword.text} has no value`, hint)
    return null
  }
  const at = firstWord(value, keyword, report)
  if (/^\d+$/.test(at.text)) return readMark(at, family, report)
  const alone = /^\d+/.exec(at.text)
  if (alone !== null && !at.text.includes(':')) return reportHalf(at, alone[0], report)
  const read = readHostAndPort(at, family, report)
  if (read === null) return null
  if (read.port === null) {
    const hint = `write ${keyword.text} = ${at.text.slice(0, 60)}:80`
    report.error('port-missing', spanOf(at), `no port stands behind ${quoted(at.text)}`, hint)
    return null
  }
  return { kind: 'address', at, host: read.host, port: read.port }
}

function readMark(at: Word, family: Family, report: Report): Header | null {
  const mark = Number(at.text)
  if (mark >= 1 && mark <= GREATEST_MARK) return { kind: 'mark', at, family, mark }
  const message = `${quoted(at.text)} is not a firewall mark`
  report.error('mark', spanOf(at), message, `a mark is a number from 1 to ${GREATEST_MARK}`)
  return null
}

/** `virtual = 192.0.2.1` is mark 192 to ldirectord, and `12abc` is mark 12. */
function reportHalf(at: Word, digits: string, report: Report): null {
  const isAddress = parseAddress(at.text) !== null
  const message = `ldirectord takes ${quoted(at.text)} for the firewall mark ${Number(digits)}`
  const address = isAddress ? `write ${at.text}:80 for the address with its port, or ` : 'write '
  report.error('mark-or-address', spanOf(at), message, `${address}${Number(digits)} alone for the mark`)
  return null
}

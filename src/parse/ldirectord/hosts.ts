/**
 * `ADDRESS:PORT` as ldirectord.cf writes it: of IPv6 in brackets, and either may be a name. Names of ports come from a table,
 * not from this host; those of hosts are looked up by whoever reads the file. Source: ldirectord(8); 4.12 tried.
 */
import type { Family } from '../../model/table.ts'
import { parseAddress, parsePort } from '../text/endpoint.ts'
import { hostFault } from '../text/host.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { spanOf, type Word, wordAt } from './words.ts'

/** An address, or a name that has one of this family. */
export interface HostWord {
  readonly at: Word
  readonly family: Family
  /** `null`: it is a name. */
  readonly address: string | null
}

export interface HostAndPort {
  readonly host: HostWord
  /** `null`: none was written. */
  readonly port: number | null
}

const EXAMPLES: Readonly<Record<Family, string>> = { 4: '192.0.2.1:80', 6: '[2001:db8::1]:80' }

/** `null` after a mistake, which is then in the report. */
export function readHostAndPort(word: Word, family: Family, report: Report): HostAndPort | null {
  const parts = family === 6 ? /^(\[[^\]]*\])(?::(.*))?$/.exec(word.text) : /^([^:[\]]*)(?::([^:]*))?$/.exec(word.text)
  if (parts === null) return reportForm(word, family, report)
  const [, name = '', port] = parts
  const host = readHost(wordAt(word.source, word.from, word.from + name.length), family, report)
  if (host === null || port === undefined) return host === null ? null : { host, port: null }
  const number = readPort(wordAt(word.source, word.to - port.length, word.to), report)
  return number === null ? null : { host, port: number }
}

export function readHost(at: Word, family: Family, report: Report): HostWord | null {
  const text = family === 6 ? at.text.replace(/^\[(.*)\]$/, '$1') : at.text
  const address = parseAddress(text)
  if (address !== null && address.family === family) return { at, family, address: address.address }
  const fault = address !== null || text.includes(':') ? otherFamily(at, family) : hostFault(text)
  if (fault === null) return { at, family, address: null }
  report.error('address', spanOf(at), fault.message, fault.hint)
  return null
}

const otherFamily = ({ text }: Word, family: Family) => ({
  message: `${quoted(text)} is not an IPv${family} address`,
  hint:
    family === 4 ? 'IPv6 has words of its own: virtual6, real6, fallback6' : 'write virtual, real, fallback for IPv4',
})

export function readPort(at: Word, report: Report): number | null {
  const port = parsePort(at.text)
  if (port !== null) return port
  const named = /^[A-Za-z][\w-]*$/.test(at.text)
  const message = named
    ? `${quoted(at.text)} is no name of a port that upalert knows`
    : `${quoted(at.text)} is not a port`
  report.error('port', spanOf(at), message, named ? 'write its number' : 'a port is a number up to 65535')
  return null
}

function reportForm(word: Word, family: Family, report: Report): null {
  const message = `${quoted(word.text)} is not an address and a port`
  report.error('address', spanOf(word), message, `write ${formHint(word.text, family)}`)
  return null
}

/** What was most likely meant. */
function formHint(text: string, family: Family): string {
  const doubled = /^([\w.-]{1,80})::(\w{1,30})$/.exec(text)
  if (family === 4 && doubled !== null) return `${doubled[1]}:${doubled[2]}`
  if (family === 4 && text.startsWith('['))
    return `${EXAMPLES[4]}; IPv6 has words of its own: virtual6, real6, fallback6`
  if (family === 6 && parseAddress(text) !== null) return `[${text}]:80: an IPv6 address stands in brackets`
  return EXAMPLES[family]
}

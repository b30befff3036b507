/**
 * `tunnel gue tunnel_port 6080 checksum remote` behind a real or sorry server -> how a tunnel wraps its packets.
 * Sources: ipvsadm(8), --tun-type; linux/ip_vs.h, IP_VS_CONN_F_TUNNEL_TYPE_* and IP_VS_TUNNEL_ENCAP_FLAG_*.
 */
import type { Forward, TableTunnel } from '../../model/table.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

export const TUNNEL_TRAITS = ['tunnel', 'tunnel_port', 'checksum'] as const

/** The words as written; each may be missing. */
export interface TunnelWords {
  readonly type: Slice | undefined
  readonly port: Slice | undefined
  readonly checksum: Slice | undefined
}

const TYPES: readonly TableTunnel['type'][] = ['ipip', 'gue', 'gre']
const CHECKSUMS: readonly TableTunnel['checksum'][] = ['none', 'checksum', 'remote']

export const isTunnelType = (word: string) => TYPES.some((known) => known === word)

/** `null` after a mistake; without any of the words there is nothing to say, and the kernel takes plain ipip. */
export function readTunnel(words: TunnelWords, forward: Forward, report: Report): TableTunnel | undefined | null {
  const { type, port, checksum } = words
  const first = type ?? port ?? checksum
  if (first === undefined) return undefined
  if (forward !== 'tunnel') {
    const hint = 'write forward tun beside it'
    return complain(first, 'how a tunnel wraps its packets counts only with forward tun', hint, report)
  }
  const kind = type === undefined ? 'ipip' : oneOf(type, TYPES, 'a type of tunnel', report)
  const sum = checksum === undefined ? 'none' : oneOf(checksum, CHECKSUMS, 'a checksum of tunnels', report)
  const number = readPort(port, kind, first, report)
  if (kind === null || sum === null || number === null) return null
  if (checksum !== undefined && !sumFits(kind, sum)) {
    const hint = kind === 'gre' ? 'gre has none or checksum' : 'checksums are for tunnel gre and tunnel gue'
    return complain(
      checksum,
      `${kind} tunnels have no ${sum === 'remote' ? 'remote checksums' : 'checksums'}`,
      hint,
      report,
    )
  }
  return { type: kind, port: number, checksum: sum }
}

const sumFits = (type: TableTunnel['type'], sum: TableTunnel['checksum']) =>
  sum === 'none' || type === 'gue' || (type === 'gre' && sum === 'checksum')

function readPort(port: Slice | undefined, type: TableTunnel['type'] | null, at: Slice, report: Report): number | null {
  if (port === undefined) {
    if (type !== 'gue') return 0
    return complain(
      at,
      'a gue tunnel needs the port that the real server listens on',
      'write tunnel_port 6080 behind it',
      report,
    )
  }
  const number = /^\d{1,5}$/.test(port.text) ? Number(port.text) : 0
  if (number < 1 || number > 65535) {
    return complain(port, `${quoted(port.text)} is not a port`, 'a number from 1 to 65535', report)
  }
  if (type === 'gue' || type === null) return number
  return complain(port, `${type} tunnels have no port`, 'leave it out, or write tunnel gue', report)
}

function oneOf<Word extends string>(word: Slice, known: readonly Word[], what: string, report: Report): Word | null {
  const found = known.find((one) => one === word.text)
  if (found !== undefined) return found
  const nearest = report.nearest(word.text, known)
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${known.join(', ')}`
  return complain(word, `${quoted(word.text)} is not ${what}`, hint, report)
}

function complain(word: Slice, message: string, hint: string, report: Report): null {
  report.error('tunnel', spanOf(word), message, hint)
  return null
}

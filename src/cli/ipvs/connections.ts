/**
 * The kernel's connections as `ipvsadm -Lcn` prints them, from /proc/net/ip_vs_conn: the only place that has them.
 * Source: the file as observed with Linux 6.1: addresses and ports in hexadecimal, IPv6 as eight groups, seconds left.
 */
import type { Family } from '../../model/table.ts'
import { addressText } from '../../wire/ipvs/address.ts'
import { endText } from './words.ts'

/** `proc` is the file's text, its first line a heading. */
export function connectionLines(proc: string): string[] {
  return [
    'IPVS connection entries',
    'pro expire state       source             virtual            destination',
    ...proc.split('\n').slice(1).flatMap(connectionLine),
  ]
}

/** Nothing for a line that is cut off: the file is read while connections come and go. */
function connectionLine(line: string): string[] {
  const [protocol, from, fromPort, to, toPort, destination, destinationPort, state, expires] = line.trim().split(/\s+/)
  const seconds = Number(expires)
  if (protocol === undefined || state === undefined || expires === undefined || !Number.isInteger(seconds)) return []
  const ends = [
    [from, fromPort],
    [to, toPort],
    [destination, destinationPort],
  ].map(([address, port]) => hexEnd(address ?? '', port ?? ''))
  const [source, virtual, real] = ends
  if (source == null || virtual == null || real == null) return []
  const two = (number: number) => String(number).padStart(2, '0')
  const left = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`
  return [
    `${protocol.padEnd(3)} ${left.padEnd(6)} ${state.padEnd(11)} ${source.padEnd(18)} ${virtual.padEnd(18)} ${real}`,
  ]
}

function hexEnd(address: string, port: string): string | null {
  const family: Family = address.includes(':') ? 6 : 4
  const digits = address.replaceAll(/[:[\]]/g, '')
  if (!/^(?:[0-9a-f]{8}|[0-9a-f]{32})$/i.test(digits) || !/^[0-9a-f]{4}$/i.test(port)) return null
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const text = addressText(family, bytes)
  return text === null ? null : endText({ family, address: text, port: Number.parseInt(port, 16) })
}

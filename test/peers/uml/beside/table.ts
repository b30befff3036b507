/** Inside the guest: the kernel's table of another namespace, read as often as one likes without starting a program. */
import { readFileSync } from 'node:fs'

/** Destinations with their weights, by the service's name: `tcp 192.168.1.110:80` has `10.1.1.2:80` with weight 1. */
export type Rows = ReadonlyMap<string, ReadonlyMap<string, number>>

/** The table of the namespace in which the process lives: /proc/PID/net/ip_vs, whose addresses are hexadecimal. */
export function readRows(pid: number): Rows {
  const rows = new Map<string, Map<string, number>>()
  let row = new Map<string, number>()
  for (const line of readFileSync(`/proc/${pid}/net/ip_vs`, 'latin1').split('\n')) {
    const words = line.trim().split(/\s+/)
    const [first = '', second = '', , weight = ''] = words
    if (first === '->' && /^\d+$/.test(weight)) row.set(endpoint(second), Number(weight))
    if (!/^(TCP|UDP|SCTP|FWM)$/.test(first)) continue
    row = new Map()
    rows.set(
      first === 'FWM' ? `fwmark ${Number.parseInt(second, 16)}` : `${first.toLowerCase()} ${endpoint(second)}`,
      row,
    )
  }
  return rows
}

/** `C0A8016E:0050` or `[2001:0db8:0002:0000:0000:0000:0000:0011]:0050`. */
function endpoint(hex: string): string {
  const colon = hex.lastIndexOf(':')
  const port = Number.parseInt(hex.slice(colon + 1), 16)
  const address = hex.slice(0, colon)
  if (!address.startsWith('[')) {
    const bytes = address.match(/../g) ?? []
    return `${bytes.map((byte) => Number.parseInt(byte, 16)).join('.')}:${port}`
  }
  return `${new URL(`http://${address}/`).hostname}:${port}`
}

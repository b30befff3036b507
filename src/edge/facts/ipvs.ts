/** IPVS as everybody may see it below /proc and /sys; its table itself needs CAP_NET_ADMIN. */
import { readFileSync } from 'node:fs'
import { type IpvsFacts, type Seen, seen, unseen } from '../../model/facts.ts'

export function readIpvs(): IpvsFacts {
  const table = textOf('/proc/net/ip_vs')
  const bits = textOf('/sys/module/ip_vs/parameters/conn_tab_bits')
  return {
    present: table.kind === 'seen',
    connections: table.kind === 'seen' ? seen(connectionsIn(table.value)) : table,
    tableBits: bits.kind === 'seen' ? seen(Number(bits.value)) : bits,
  }
}

/** The last two columns of a destination are its active and inactive connections. */
export function connectionsIn(table: string): number {
  const rows = [...table.matchAll(/^\s*-> .*?(\d+)\s+(\d+)\s*$/gm)]
  return rows.reduce((sum, [, active, inactive]) => sum + Number(active) + Number(inactive), 0)
}

function textOf(path: string): Seen<string> {
  try {
    return seen(readFileSync(path, 'utf8'))
  } catch (error) {
    return unseen(`${path} cannot be read (${error instanceof Error && 'code' in error ? error.code : error})`)
  }
}

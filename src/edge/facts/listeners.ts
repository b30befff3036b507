/** Where services of this machine listen: /proc/net/tcp, udp and their IPv6 likes (proc_net_tcp of the kernel's documentation). */
import { readFileSync } from 'node:fs'
import ipaddr from 'ipaddr.js'
import { type Listener, type Seen, seen, unseen } from '../../model/facts.ts'

/** TCP_LISTEN; a UDP socket that is not connected is in state 7. */
const STATES: Readonly<Record<string, string>> = { tcp: '0A', tcp6: '0A', udp: '07', udp6: '07' }

export function readListeners(root = '/proc/net'): Seen<readonly Listener[]> {
  const found: Listener[] = []
  for (const [name, state] of Object.entries(STATES)) {
    const text = textOf(`${root}/${name}`)
    // Without IPv6 the kernel has no tcp6.
    if (text === null && !name.endsWith('6')) return unseen(`${root}/${name} cannot be read`)
    for (const [, hex = '', port = ''] of (text ?? '').matchAll(
      new RegExp(`^ *\\d+: ([0-9A-F]+):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} ${state} `, 'gm'),
    ))
      found.push({
        protocol: name.startsWith('tcp') ? 'tcp' : 'udp',
        address: addressOf(hex),
        port: Number.parseInt(port, 16),
      })
  }
  return seen(found)
}

/** Words of four bytes in host order, which is little endian wherever Node runs. */
function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).toReversed(),
  )
  const address = ipaddr.fromByteArray(bytes)
  if (!(address instanceof ipaddr.IPv6)) return address.toString()
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String()
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return null
  }
}

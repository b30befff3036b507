/** Values below /proc/sys. Nothing is written here, ever. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The text of one, without its line end; `null` where it is absent or may not be read. */
export function readSysctl(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return null
  }
}

const SINGLE = [
  'net/ipv4/ip_forward',
  'net/ipv4/tcp_mtu_probing',
  'net/ipv4/ping_group_range',
  'net/netfilter/nf_conntrack_count',
  'net/netfilter/nf_conntrack_max',
]
/** One value for each interface, for `all` and for `default`. */
const EACH_INTERFACE: Readonly<Record<string, readonly string[]>> = {
  'net/ipv4/conf': ['forwarding', 'rp_filter', 'send_redirects', 'arp_ignore', 'arp_announce'],
  'net/ipv6/conf': ['forwarding', 'accept_ra'],
}
/** All of them are of interest. */
const WHOLE = ['net/ipv4/vs']
/** Interfaces that are looked at; the rest of a machine with more is left out. */
const INTERFACES_LIMIT = 4096

/** Those that a director or a real server depends on, by their path below `root`; what cannot be read is left out. */
export function readSysctls(root = '/proc/sys'): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  const take = (name: string) => {
    const text = readSysctl(join(root, name))
    if (text !== null) values.set(name, text)
  }
  SINGLE.forEach(take)
  for (const folder of WHOLE) for (const name of namesIn(join(root, folder))) take(`${folder}/${name}`)
  for (const [folder, names] of Object.entries(EACH_INTERFACE))
    for (const device of namesIn(join(root, folder)).slice(0, INTERFACES_LIMIT))
      for (const name of names) take(`${folder}/${device}/${name}`)
  return values
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

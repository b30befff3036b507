/** Where a real server has the virtual address: on lo and alone by direct routing, nowhere by NAT. */
import type { Facts } from '../../model/facts.ts'
import { addressLasting, type Holder, holdersOf } from '../addresses.ts'
import { alone, type Finding, familyOf, finding, quotedWords, unseenFinding } from '../finding.ts'
import { hidden, type RealServer } from './subject.ts'
import { tunnelDevice } from './tunnel.ts'

export function realAddressFindings(real: RealServer, facts: Facts): readonly Finding[] {
  const { addresses, forward } = real
  if (addresses.length === 0) return []
  if (facts.links.kind === 'unseen') return [unseenFinding('Where the virtual address is', facts.links.why)]
  const links = facts.links.value
  return addresses.flatMap((address) => {
    const holders = holdersOf(address, links)
    if (forward === 'nat') return holders.map((holder) => unwanted(address, holder))
    if (holders.length === 0) return [absent(address, real)]
    return holders.flatMap((holder) => misplaced(address, holder, real))
  })
}

/** IPv6 chooses among all addresses for what the machine itself sends; a deprecated one is never chosen. */
const addCommand = (address: string, device: string): string =>
  quotedWords(
    'ip',
    'address',
    'add',
    alone(address),
    'dev',
    device,
    ...(isSix(address) ? ['preferred_lft', '0', 'nodad'] : []),
  )

const delCommand = (address: string, { link, at }: Holder): string =>
  quotedWords('ip', 'address', 'del', `${address}/${at.prefix}`, 'dev', link.name)

const lastingAt = (address: string, device: string): string =>
  addressLasting(address, device, isSix(address) ? ' preferred_lft 0 nodad' : '')

const isSix = (address: string): boolean => familyOf(address) === 6

const home = (address: string, real: RealServer): string =>
  real.forward === 'tun' ? tunnelDevice(address, real) : 'lo'

function absent(address: string, real: RealServer): Finding {
  const device = home(address, real)
  const text = `${address} is on no interface of this machine: every packet that the director hands over is dropped.`
  return finding('error', 'real-vip-absent', text, {
    mend: [addCommand(address, device)],
    lasting: lastingAt(address, device),
    hint: 'mend what is told of ARP first',
  })
}

function unwanted(address: string, holder: Holder): Finding {
  const text = `${address} is on ${holder.link.name}, and a real server by NAT must not have it: it answers clients itself, past the director.`
  return finding('error', 'real-vip-present', text, {
    mend: [delCommand(address, holder)],
    lasting: `take it out of the configuration of ${holder.link.name}`,
  })
}

function misplaced(address: string, holder: Holder, real: RealServer): readonly Finding[] {
  const { link, at } = holder
  const device = home(address, real)
  if (!hidden(link)) {
    const text = `${address} is on ${link.name} itself, so this machine answers for it on the wire, whatever arp_ignore says: clients reach it past the director.`
    return [
      finding('error', 'real-vip-on-wire', text, {
        mend: [delCommand(address, holder), addCommand(address, device)],
        lasting: lastingAt(address, device),
      }),
    ]
  }
  const found: Finding[] = []
  if (at.prefix !== (isSix(address) ? 128 : 32)) {
    const text = `${address} is on ${link.name} with a whole network (/${at.prefix}): ${link.loopback ? 'this machine takes every address of it for its own' : 'this machine looks for its neighbours there'}, and its answers get lost.`
    found.push(
      finding('error', 'real-vip-network', text, {
        mend: [delCommand(address, holder), addCommand(address, link.name)],
        lasting: lastingAt(address, link.name),
      }),
    )
  }
  if (!link.up) {
    const text = `${address} is on ${link.name}, which is down: every packet that the director hands over is dropped.`
    found.push(
      finding('error', 'real-vip-down', text, { mend: [quotedWords('ip', 'link', 'set', 'dev', link.name, 'up')] }),
    )
  }
  if (isSix(address) && !at.deprecated) {
    const text = `${address} on ${link.name} may be chosen as the source of what this machine itself sends, whose answers then go to the director.`
    found.push(
      finding('warning', 'real-vip-preferred', text, {
        mend: [
          quotedWords('ip', 'address', 'change', `${address}/${at.prefix}`, 'dev', link.name, 'preferred_lft', '0'),
        ],
        lasting: `"PreferredLifetime=0" below the [Address] of ${address} in the file for ${link.name} in /etc/systemd/network, or "up ${addCommand(address, link.name)}" in /etc/network/interfaces`,
      }),
    )
  }
  return found
}

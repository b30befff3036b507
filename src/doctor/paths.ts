/** Whether packets get from the director to each real server, by the way of forwarding that the configuration names. */
import type { Facts } from '../model/facts.ts'
import { type Finding, finding, listed, quotedWords, unseenFinding } from './finding.ts'
import { wayTo } from './nat.ts'
import { allServers, loopback, type Setup, type SetupServer, type SetupService } from './setup.ts'

type Server = SetupServer & { readonly service: SetupService }

export function pathFindings(setup: Setup, facts: Facts): readonly Finding[] {
  const servers = allServers(setup)
  return [...servers.flatMap(shape), ...unlooked(servers, facts), ...byAddress(servers, facts)]
}

/** What no network can make work, whatever it is like. */
function shape(server: Server): readonly Finding[] {
  const { text, id, forward, service, sorry } = server
  const what = sorry ? 'sorry server' : 'real server'
  const found: Finding[] = []
  if (forward === 'masq' && loopback(id.address)) {
    const own = service.id.kind === 'address' ? ` ${service.id.address}:${service.id.port}` : ''
    found.push(
      finding(
        'error',
        'nat-to-loopback',
        `The ${what} ${text} is reached by NAT, and the kernel hands no packet from outside to a loopback address: its clients get no answer.`,
        { hint: `write "forward local" for it, and let the server listen on the virtual address${own}` },
      ),
    )
  }
  if (service.id.family !== id.family && forward !== 'tunnel') {
    found.push(
      finding(
        'error',
        'mixed-family',
        `The ${what} ${text} has IPv${id.family} and its virtual server IPv${service.id.family}: the kernel forwards between them by tunnel only, and refuses this entry.`,
        { hint: 'write "forward tun" for it, or give it an address of the other kind' },
      ),
    )
  }
  const rewrites = forward === 'masq' || service.id.kind === 'mark' || service.id.port === 0
  if (!rewrites && id.port !== service.id.port) {
    found.push(
      finding(
        'error',
        'port-kept',
        `The ${what} ${text} has another port than its virtual server (${service.id.port}), which ${wordFor(forward)} does not change: packets arrive at port ${service.id.port}.`,
        { hint: `let it listen on ${service.id.port} as well and write that port, or forward by NAT` },
      ),
    )
  }
  return found
}

/** One finding for all whose way is not known: they share the reason. */
function unlooked(servers: readonly Server[], facts: Facts): readonly Finding[] {
  const why = new Map<string, string[]>()
  for (const { id, text, forward } of servers) {
    const way = facts.ways.get(id.address)
    if (forward === 'local' || way?.kind === 'seen') continue
    const reason = way?.why ?? 'nobody asked for it'
    why.set(reason, [...(why.get(reason) ?? []), text])
  }
  return [...why].map(([reason, texts]) => unseenFinding(`The way to ${listed(texts)}`, reason))
}

/** A server is one machine, however many services it is in. */
function byAddress(servers: readonly Server[], facts: Facts): readonly Finding[] {
  const groups = new Map<string, Server[]>()
  for (const server of servers) {
    if (server.forward === 'local' || loopback(server.id.address)) continue
    const key = `${server.forward} ${server.id.address}`
    groups.set(key, [...(groups.get(key) ?? []), server])
  }
  return [...groups.values()].flatMap((group) => reach(group, facts))
}

function reach(group: readonly Server[], facts: Facts): readonly Finding[] {
  const [server] = group
  const way = server === undefined ? null : wayTo(server.id.address, facts)
  if (server === undefined || way === null || way.kind === 'local') return []
  const whom = listed(group.map(({ text }) => text))
  const { address } = server.id
  const family = server.id.family === 6 ? '-6' : '-4'
  if (way.kind === 'none') {
    return [
      finding(
        'error',
        'no-route',
        `There is no route to ${address} (${whom}): nothing reaches it, and checks of it fail.`,
        {
          hint: `add an address of its network to an interface, or a route: ip ${family} route add ${address} via GATEWAY`,
        },
      ),
    ]
  }
  if (server.forward !== 'route' || way.gateway === null) return []
  const device = facing(server.service, facts) ?? way.device
  const command = quotedWords('ip', family, 'route', 'replace', address, 'dev', device, 'scope', 'link')
  return [
    finding(
      'error',
      'direct-route-via-gateway',
      `${address} (${whom}) is behind the router ${way.gateway}, and direct routing leaves the virtual address in the packet: the router sends it back here.`,
      {
        mend: [command],
        lasting: `"up ${command}" in /etc/network/interfaces, or "[Route] Destination=${address} Scope=link" in the file for ${device} in /etc/systemd/network`,
        hint: `that holds if it is on the wire of ${device} all the same; otherwise write "forward tun", or "forward nat" with this director as its gateway`,
      },
    ),
  ]
}

/** The interface with the virtual address, on whose wire a direct-routing server usually is. */
function facing({ id }: SetupService, facts: Facts): string | null {
  if (id.kind === 'mark' || facts.links.kind === 'unseen') return null
  const holder = facts.links.value.find(
    (link) => link.arp && link.addresses.some(({ address }) => address === id.address),
  )
  return holder?.name ?? null
}

const wordFor = (forward: string): string =>
  forward === 'route' ? 'direct routing' : forward === 'tunnel' ? 'a tunnel' : `"forward ${forward}"`

/** Which way a real server's answers take: by NAT back through the director, otherwise past it. */
import type { Facts, Route } from '../../model/facts.ts'
import { type Finding, familyOf, finding, greater, listed, quotedWords, toSet, unseenFinding } from '../finding.ts'
import { wayTo } from '../nat.ts'
import { defaultRoutes } from '../routes.ts'
import type { RealServer } from './subject.ts'

export function wayFindings(real: RealServer, facts: Facts): readonly Finding[] {
  if (facts.routes.kind === 'unseen') return [unseenFinding('The default gateway', facts.routes.why)]
  const { director } = real
  if (director === null) {
    if (real.forward !== 'nat') return []
    return [
      unseenFinding('Whether the default gateway is the director', 'nothing says which it is; say --director ADDRESS'),
    ]
  }
  const family = familyOf(director)
  const routes = defaultRoutes(facts, family)
  if (real.forward === 'nat') return throughDirector(director, gateways(routes), facts)
  return [...pastDirector(director, gateways(routes)), ...incoming(director, routes, facts)]
}

/** Of the preferred routes only; one without a gateway leads straight onto a link. */
function gateways(routes: readonly Route[]): readonly string[] {
  const best = routes.filter(({ metric }) => metric === routes[0]?.metric)
  return best.map(({ gateway, device }) => gateway ?? `the link ${device}`)
}

function throughDirector(director: string, gateways: readonly string[], facts: Facts): readonly Finding[] {
  if (gateways.length > 0 && gateways.every((gateway) => gateway === director)) return []
  const family = familyOf(director) === 6 ? '-6' : '-4'
  const command = quotedWords('ip', family, 'route', 'replace', 'default', 'via', director)
  const is = gateways.length === 0 ? 'There is no default gateway' : `The default gateway is ${listed(gateways)}`
  const text = `${is}, and by NAT it must be the director (${director}): answers that do not pass it reach clients from an address that they never asked.`
  const way = wayTo(director, facts)
  const near = way?.kind === 'out' && way.gateway === null
  return [
    finding('error', 'gateway', text, {
      mend: near ? [command] : [],
      lasting: `"gateway ${director}" in /etc/network/interfaces, or "Gateway=${director}" in /etc/systemd/network`,
      hint: near
        ? 'with two directors name the address that moves between them'
        : `${director} is in no network of this machine, so it can be no gateway: name the director’s address on this machine’s network`,
    }),
  ]
}

function pastDirector(director: string, gateways: readonly string[]): readonly Finding[] {
  if (!gateways.includes(director)) return []
  const text = `The default gateway is the director (${director}), which has the virtual address itself and drops packets that come from it: answers to clients get lost.`
  return [
    finding('error', 'gateway-director', text, {
      hint: 'name the router instead: ip route replace default via ROUTER; if the director is the only way out, it needs net.ipv4.conf.*.accept_local=1, rp_filter=0 and ip_forward=1',
    }),
  ]
}

/** The director hands packets of all clients in by its own wire. */
function incoming(director: string, routes: readonly Route[], facts: Facts): readonly Finding[] {
  const way = wayTo(director, facts)
  const out = routes.flatMap(({ device }) => device ?? [])
  if (way?.kind !== 'out' || out.length === 0 || out.includes(way.device) || familyOf(director) === 6) return []
  if (greater(facts, way.device, 'rp_filter') !== 1) return []
  const text = `rp_filter is 1 (strict) on ${way.device}, by which the director hands packets in, and answers to clients leave by ${listed(out)}: the packets are dropped without a word.`
  return [finding('error', 'rp-filter', text, toSet([`net/ipv4/conf/${way.device}/rp_filter`, 2]))]
}

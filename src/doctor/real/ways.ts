/** Which way a real server's answers take: by NAT back through the director, otherwise past it. */
import type { Facts } from '../../model/facts.ts'
import { type Finding, familyOf, finding, greater, quotedWords, toSet, unseenFinding } from '../finding.ts'
import { wayTo } from '../nat.ts'
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
  const route = facts.routes.value.find((one) => one.family === family && one.to === 'default' && one.table === 'main')
  if (real.forward === 'nat') return throughDirector(director, route?.gateway ?? null, facts)
  return [...pastDirector(director, route?.gateway ?? null), ...incoming(director, route?.device ?? null, facts)]
}

function throughDirector(director: string, gateway: string | null, facts: Facts): readonly Finding[] {
  if (gateway === director) return []
  const family = familyOf(director) === 6 ? '-6' : '-4'
  const command = quotedWords('ip', family, 'route', 'replace', 'default', 'via', director)
  const is = gateway === null ? 'There is no default gateway' : `The default gateway is ${gateway}`
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

function pastDirector(director: string, gateway: string | null): readonly Finding[] {
  if (gateway !== director) return []
  const text = `The default gateway is the director (${director}), which has the virtual address itself and drops packets that come from it: answers to clients get lost.`
  return [
    finding('error', 'gateway-director', text, {
      hint: 'name the router instead: ip route replace default via ROUTER; if the director is the only way out, it needs net.ipv4.conf.*.accept_local=1, rp_filter=0 and ip_forward=1',
    }),
  ]
}

/** The director hands packets of all clients in by its own wire. */
function incoming(director: string, out: string | null, facts: Facts): readonly Finding[] {
  const way = wayTo(director, facts)
  if (way?.kind !== 'out' || out === null || way.device === out || familyOf(director) === 6) return []
  if (greater(facts, way.device, 'rp_filter') !== 1) return []
  const text = `rp_filter is 1 (strict) on ${way.device}, by which the director hands packets in, and answers to clients leave by ${out}: the packets are dropped without a word.`
  return [finding('error', 'rp-filter', text, toSet([`net/ipv4/conf/${way.device}/rp_filter`, 2]))]
}

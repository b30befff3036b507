/**
 * The doctor of a director: what IPVS needs of this machine for a configuration, against what the machine is.
 * Source: LVS-HOWTO (forwarding, ARP, one-network NAT), Linux Documentation/networking/ipvs-sysctl and ip-sysctl.
 */
import type { Facts } from '../model/facts.ts'
import { addressFindings, reversePath } from './addresses.ts'
import { type Finding, finding, listed, unseenFinding } from './finding.ts'
import { kernelFindings, neededModules, tableSize, tracking } from './kernel.ts'
import { natFindings } from './nat.ts'
import { pathFindings } from './paths.ts'
import { allServers, type Setup, virtualAddresses } from './setup.ts'
import { switchFindings } from './switches.ts'
import { tunnelFindings } from './tunnels.ts'

/** What must be known of the machine before it can be judged. */
export function directorQuestions(setup: Setup) {
  const addresses = [
    ...virtualAddresses(setup).map(({ address }) => address),
    ...allServers(setup).map(({ id }) => id.address),
  ]
  return {
    modules: neededModules(setup),
    addresses: [...new Set(addresses)],
    marks: marksOf(setup).length > 0,
    arpFilter: false,
    fouPorts: false,
  }
}

export function directorFindings(setup: Setup, facts: Facts): readonly Finding[] {
  if (setup.services.length === 0) {
    return [
      finding('note', 'no-virtual-server', 'The configuration has no virtual server: nothing of LVS was looked at.', {
        hint: 'name another one with -c FILE; for a real server ask with --real',
      }),
    ]
  }
  return [
    ...kernelFindings(setup, facts),
    ...addressFindings(setup, facts),
    ...pathFindings(setup, facts),
    ...natFindings(setup, facts),
    ...tunnelFindings(setup, facts),
    ...markFindings(setup, facts),
    ...syncFindings(setup, facts),
    ...switchFindings(setup, facts),
    ...reversePath(setup, facts),
    ...tracking(facts),
    ...tableSize(facts),
  ]
}

const marksOf = (setup: Setup) => setup.services.flatMap(({ id, name }) => (id.kind === 'mark' ? [{ id, name }] : []))

/** A service by firewall mark gets nothing until a rule sets the mark. */
function markFindings(setup: Setup, { marks }: Facts): readonly Finding[] {
  const wanted = marksOf(setup)
  if (wanted.length === 0) return []
  if (marks.kind === 'unseen')
    return [unseenFinding(`Whether a rule sets the marks of ${listed(wanted.map(({ name }) => name))}`, marks.why)]
  return wanted.flatMap(({ id, name }) => {
    if (marks.value.has(id.mark)) return []
    const program = id.family === 6 ? 'ip6tables' : 'iptables'
    const text = `No firewall rule sets the mark ${id.mark}, by which ${name} gets its packets: it gets none.`
    const rule = `${program} -t mangle -A PREROUTING -d ADDRESS -p tcp --dport PORT -j MARK --set-mark ${id.mark}`
    return [
      finding('warning', 'mark-unset', text, {
        hint: `add a rule for the address and port of yours: ${rule}`,
        lasting: `${program}-save into the file that your firewall service loads at the start`,
      }),
    ]
  })
}

/** ip_vs_sync.c takes only an interface that is there, and that can multicast. */
function syncFindings({ syncInterfaces }: Setup, { links }: Facts): readonly Finding[] {
  if (syncInterfaces.length === 0) return []
  if (links.kind === 'unseen') return [unseenFinding('The interface of connection synchronisation', links.why)]
  return syncInterfaces.flatMap((name) => {
    const link = links.value.find((one) => one.name === name)
    const say = (text: string, mend: readonly string[], hint = '') => [
      finding('error', 'sync-interface', `${text}: connections are not synchronised to the other director.`, {
        mend,
        hint,
      }),
    ]
    const others = links.value.filter(({ loopback, up }) => !loopback && up).map((one) => one.name)
    if (link === undefined)
      return say(
        `There is no interface ${name} for the sync daemon`,
        [],
        `name one of those that are up: ${others.join(', ')}`,
      )
    if (link.loopback)
      return say(`The sync daemon’s interface ${name} has no multicast`, [], `name one of ${others.join(', ')}`)
    return link.up ? [] : say(`The sync daemon’s interface ${name} is down`, [`ip link set dev ${name} up`])
  })
}

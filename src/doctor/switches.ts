/** The switches of net.ipv4.vs. Source: Linux Documentation/networking/ipvs-sysctl. */
import type { Facts } from '../model/facts.ts'
import { type Finding, finding, listed, type Severity, sysctl, toSet, unseenFinding } from './finding.ts'
import { allServers, type Setup, type SetupService } from './setup.ts'

/** From this kernel on a reused client port costs no second of waiting with conntrack (ip_vs_core.c, Linux 5.9). */
const REUSE_IS_FREE = [5, 9] as const

export function switchFindings(setup: Setup, facts: Facts): readonly Finding[] {
  if (setup.services.length === 0) return []
  // Without the module there are no switches, and that is told elsewhere.
  if (!facts.ipvs.present) return []
  if (sysctl(facts, 'net/ipv4/vs/expire_nodest_conn') === null)
    return [
      unseenFinding('The switches of net.ipv4.vs', 'they are not in /proc/sys/net/ipv4/vs, as in some containers'),
    ]
  return [
    ...nodest(setup, facts),
    ...quiescent(setup, facts),
    ...reuse(facts),
    ...dropping(facts),
    ...sloppy(facts),
    ...rerouting(setup, facts),
  ]
}

function nodest({ services }: Setup, facts: Facts): readonly Finding[] {
  if (sysctl(facts, 'net/ipv4/vs/expire_nodest_conn') !== 0) return []
  const streams = services.filter(mayBeDatagrams)
  const bound = services.filter(({ settings }) => settings.persistenceSeconds > 0)
  const words = toSet(['net/ipv4/vs/expire_nodest_conn', 1])
  const say = (severity: Severity, text: string) => [
    finding(severity, 'expire-nodest-conn', `net.ipv4.vs.expire_nodest_conn is 0: ${text}`, words),
  ]
  if (streams.length > 0) {
    return say(
      'warning',
      `when a real server of ${names(streams)} is removed, the packets of its UDP clients are dropped for as long as they keep sending.`,
    )
  }
  if (bound.length > 0) {
    return say(
      'warning',
      `when a real server of ${names(bound)} is removed, its persistent clients’ open connections hang until they time out.`,
    )
  }
  return say(
    'note',
    'when a real server is removed, its open connections hang until they time out instead of being reset.',
  )
}

function quiescent({ services }: Setup, facts: Facts): readonly Finding[] {
  const bound = services.filter(({ settings }) => settings.persistenceSeconds > 0)
  if (bound.length === 0 || sysctl(facts, 'net/ipv4/vs/expire_quiescent_template') !== 0) return []
  const text = `net.ipv4.vs.expire_quiescent_template is 0: persistent clients of ${names(bound)} are still sent to a real server of weight 0, so it neither drains nor fails over.`
  return [finding('warning', 'expire-quiescent-template', text, toSet(['net/ipv4/vs/expire_quiescent_template', 1]))]
}

function reuse(facts: Facts): readonly Finding[] {
  const mode = sysctl(facts, 'net/ipv4/vs/conn_reuse_mode')
  if (mode === null) return []
  const slow = olderThan(facts.release, REUSE_IS_FREE) && sysctl(facts, 'net/ipv4/vs/conntrack') === 1
  if (mode !== 0 && slow) {
    const text = `net.ipv4.vs.conn_reuse_mode is ${mode} with conntrack on Linux ${facts.release}: before 5.9 a client that uses a port again waits a second for its connection.`
    return [finding('warning', 'conn-reuse-mode', text, toSet(['net/ipv4/vs/conn_reuse_mode', 0]))]
  }
  if (mode !== 0 || slow) return []
  const text =
    'net.ipv4.vs.conn_reuse_mode is 0: a client that uses a port again is sent to its former real server, even one of weight 0.'
  return [finding('warning', 'conn-reuse-mode', text, toSet(['net/ipv4/vs/conn_reuse_mode', 1]))]
}

/** 0 never, 1 when memory is short, 2 the same while it is, 3 always. */
function dropping(facts: Facts): readonly Finding[] {
  const does: Readonly<Record<string, string>> = {
    drop_entry: 'random connection entries are thrown away',
    drop_packet: 'a share of all packets is dropped',
    secure_tcp: 'connections get the short timeouts of a defence against floods',
  }
  return Object.entries(does).flatMap(([name, breaks]) => {
    if (sysctl(facts, `net/ipv4/vs/${name}`) !== 3) return []
    const text = `net.ipv4.vs.${name} is 3: ${breaks} all the time, not only when memory is short.`
    return [finding('warning', name.replace('_', '-'), text, toSet([`net/ipv4/vs/${name}`, 1]))]
  })
}

function sloppy(facts: Facts): readonly Finding[] {
  return ['tcp', 'sctp'].flatMap((protocol) => {
    if (sysctl(facts, `net/ipv4/vs/sloppy_${protocol}`) !== 1) return []
    const text = `net.ipv4.vs.sloppy_${protocol} is 1: packets in the middle of an unknown connection are balanced as if they began one, which only a director that takes over without connection synchronisation wants.`
    return [finding('note', `sloppy-${protocol}`, text, toSet([`net/ipv4/vs/sloppy_${protocol}`, 0]))]
  })
}

function rerouting(setup: Setup, facts: Facts): readonly Finding[] {
  if (sysctl(facts, 'net/ipv4/vs/snat_reroute') !== 0) return []
  if (facts.extraRules.kind === 'unseen' || facts.extraRules.value === 0) return []
  const nat = allServers(setup).filter(({ forward }) => forward === 'masq')
  if (nat.length === 0) return []
  const text = `net.ipv4.vs.snat_reroute is 0 and there is policy routing: replies of NAT real servers (${names(nat.map(({ service }) => service))}) are routed by the real server’s address, not by the virtual one.`
  return [finding('warning', 'snat-reroute', text, toSet(['net/ipv4/vs/snat_reroute', 1]))]
}

const mayBeDatagrams = ({ id, settings }: SetupService): boolean =>
  !settings.onePacket && (id.kind === 'mark' || id.protocol === 'udp')

const names = (services: readonly SetupService[]): string => listed(services.map(({ name }) => name))

function olderThan(release: string, [major, minor]: readonly [number, number]): boolean {
  const [, first = '0', second = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return Number(first) < major || (Number(first) === major && Number(second) < minor)
}

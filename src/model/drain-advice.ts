/**
 * What stands against a drain: switches of the kernel by which a real server of weight 0 still gets new work, or by which
 * its last clients are left hanging when it is removed at the limit.
 * Source: Linux Documentation/networking/ipvs-sysctl; the default of all three is the kernel's, 0, 0 and 1.
 */
import type { Protocol } from './table.ts'

/** The switches of net.ipv4.vs that matter to a drain; `null` where one cannot be read, as without the module ip_vs. */
export interface DrainSysctls {
  readonly expireNodestConn: number | null
  readonly expireQuiescentTemplate: number | null
  readonly connReuseMode: number | null
}

export interface DrainedService {
  /** A firewall mark may stand for any protocol. */
  readonly protocol: Protocol | 'mark'
  /** 0: no persistence. */
  readonly persistenceSeconds: number
  readonly onePacket: boolean
  /** Whether the server is removed at a limit although connections are left. */
  readonly removedAtLimit: boolean
}

/** One contradiction, in a sentence, and the command that ends it; empty where there is no such command. */
export interface DrainAdvice {
  readonly text: string
  readonly command: string
}

/** Empty if nothing contradicts the drain. */
export function drainAdvice(sysctls: DrainSysctls, service: DrainedService): readonly DrainAdvice[] {
  const { protocol, persistenceSeconds, onePacket, removedAtLimit } = service
  const handshakes = protocol !== 'udp'
  const datagrams = protocol === 'udp' || protocol === 'mark'
  const advice: DrainAdvice[] = []
  const judge = (value: number | null, relevant: boolean, name: string, text: string) => {
    if (!relevant || (value !== null && value !== 0)) return
    advice.push(value === null ? unread(name) : { text, command: `sysctl -w net.ipv4.vs.${name}=1` })
  }

  judge(
    sysctls.expireQuiescentTemplate,
    persistenceSeconds > 0,
    'expire_quiescent_template',
    `Clients that were on this server in the last ${persistenceSeconds} s are still sent to it with every new connection: ` +
      'the service is persistent, and net.ipv4.vs.expire_quiescent_template is 0.',
  )
  judge(
    sysctls.connReuseMode,
    handshakes,
    'conn_reuse_mode',
    'A client that opens a new connection from a port it used a moment ago is still sent to this server: ' +
      'net.ipv4.vs.conn_reuse_mode is 0.',
  )
  // With one-packet scheduling no datagram is bound to the one before it.
  if (datagrams && !onePacket) advice.push(stream(sysctls.expireNodestConn))
  judge(
    sysctls.expireNodestConn,
    removedAtLimit && handshakes,
    'expire_nodest_conn',
    'Connections that are left when the server is removed at the limit hang, since their packets are dropped until the ' +
      'entry times out: net.ipv4.vs.expire_nodest_conn is 0.',
  )
  return advice
}

/** No switch moves a stream of datagrams off a server of weight 0; only its removal does, and only with the switch. */
function stream(expireNodestConn: number | null): DrainAdvice {
  const stays =
    'A client that keeps sending UDP from one port stays on this server as long as it sends, since each packet renews its entry'
  if (expireNodestConn === 0) {
    return {
      text: `${stays}; once the server is removed its packets are dropped, since net.ipv4.vs.expire_nodest_conn is 0.`,
      command: 'sysctl -w net.ipv4.vs.expire_nodest_conn=1',
    }
  }
  const then =
    expireNodestConn === null
      ? 'net.ipv4.vs.expire_nodest_conn cannot be read, so it is not known what becomes of it after the removal'
      : 'it moves to another one when the server is removed'
  return { text: `${stays}; ${then}.`, command: '' }
}

function unread(name: string): DrainAdvice {
  return {
    text: `net.ipv4.vs.${name} cannot be read, so it is not known whether it stands against the drain.`,
    command: '',
  }
}

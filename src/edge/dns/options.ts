/** The options by which an operator steers how name servers are asked: those of mon's dns.monitor, and a port. */
import type { OptionProperty } from '../../model/module.ts'
import { milliseconds, seconds } from '../../model/units.ts'
import { type ReachOptions, reachProperties } from '../probe/reach.ts'
import type { Way } from './ask-server.ts'

export interface WayOptions extends ReachOptions {
  readonly port?: number
  readonly tcp?: boolean
  readonly retry?: number
  /** Seconds. */
  readonly retransmit?: number
}

const DNS_PORT = 53
/** What dns.monitor uses where an option is not given: the second question after five seconds, given up after fifteen. */
const ROUNDS = 2
const PATIENCE_SECONDS = 5
/** A connection either stands soon or not at all. */
const TCP_LIMIT_SECONDS = 10

export const portOfServers: OptionProperty = {
  type: 'integer',
  minimum: 1,
  maximum: 65535,
  default: DNS_PORT,
  description: 'port of the name servers, UDP and TCP',
}

export const wayProperties = {
  port: portOfServers,
  tcp: { type: 'boolean', description: 'ask over TCP alone' },
  retry: { type: 'integer', minimum: 0, maximum: 10, default: ROUNDS, description: 'how often to ask over UDP' },
  retransmit: {
    type: 'number',
    minimum: 0,
    maximum: 3600,
    default: PATIENCE_SECONDS,
    description: 'seconds to wait for the first reply over UDP, and twice as long for each further one',
  },
  source: reachProperties.source,
  connectIp: reachProperties.connectIp,
  ipv4: reachProperties.ipv4,
  ipv6: reachProperties.ipv6,
  timeout: {
    ...reachProperties.timeout,
    description: 'seconds that one question may take; over UDP otherwise what -retry and -retransmit make of it',
  },
} as const satisfies Record<string, OptionProperty>

export const wayFlags = { p: 'port', t: 'timeout', s: 'source', 4: 'ipv4', 6: 'ipv6' } as const

export function wayOf(options: WayOptions, { recurse }: { recurse: boolean }): Way {
  // As Net::DNS has it, nothing and once are the same.
  const rounds = Math.max(options.retry ?? ROUNDS, 1)
  const waits = seconds(options.retransmit === 0 ? 1 : (options.retransmit ?? PATIENCE_SECONDS))
  const limit = options.timeout === undefined ? null : seconds(options.timeout)
  return {
    port: options.port ?? DNS_PORT,
    source: options.source ?? null,
    tcp: options.tcp === true,
    recurse,
    rounds,
    patience: waits,
    udpLimit: milliseconds(limit ?? waits * (2 ** rounds - 1)),
    tcpLimit: limit ?? seconds(TCP_LIMIT_SECONDS),
  }
}

/**
 * The ping monitor as mon's ping.monitor is called: one echo request, or -c of them, a second apart, and ten seconds for
 * an answer, which is what ping(8) does.
 * Source: mon's ping.monitor (-c, -6; the hosts that failed in the order of the arguments); ping(8) of iputils.
 */
import { pingHosts } from '../src/edge/ping/ping-host.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'

export interface MonPingOptions {
  readonly count?: number
  readonly ipv6?: boolean
}

const INTERVAL = seconds(1)
const WAIT = seconds(10)
/** Bytes behind the ICMP header, as ping(8) has it. */
const SIZE = 56

export const monPing: Monitor<MonPingOptions> = {
  name: 'mon-ping',
  question: 'does it echo? (the options of ping.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      count: { type: 'integer', minimum: 1, maximum: 100, default: 1, description: 'pings sent at most' },
      ipv6: { type: 'boolean', description: 'use IPv6' },
    },
    additionalProperties: false,
  },
  flags: { c: 'count', 6: 'ipv6' },
  rest: null,
  check(hosts, { count = 1, ipv6 = false }, context) {
    const family = ipv6 ? 6 : null
    return pingHosts(
      hosts,
      { count, interval: INTERVAL, wait: WAIT, size: SIZE, outlet: { source: null }, family, maxLoss: null },
      context,
    )
  },
}

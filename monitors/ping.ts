/**
 * Sends ICMP echo requests to each host and waits for an answer, over IPv4 or IPv6, all hosts at once.
 * Up: every host answered. Down: names the hosts that did not.
 * Source: RFC 792, RFC 4443; mon's ping.monitor and fping.monitor; keepalived.conf(5), PING_CHECK.
 */
import { TOKEN_BYTES } from '../src/edge/ping/icmp.ts'
import { pingHosts } from '../src/edge/ping/ping-host.ts'
import {
  familyOf,
  outletOf,
  outletProperties,
  type ReachOptions,
  reachFlags,
  reachProperties,
} from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'

export interface PingOptions extends ReachOptions {
  readonly count?: number
  /** Seconds. */
  readonly interval?: number
  /** Bytes. */
  readonly size?: number
  /** Percent. */
  readonly maxLoss?: number
}

/** Three pings, half a second apart, a second for each answer: a silent host is known after two seconds. */
const COUNT = 3
const INTERVAL_SECONDS = 0.5
const TIMEOUT_SECONDS = 1
/** As ping(8) has it. */
const SIZE = 56

export const ping: Monitor<PingOptions> = {
  name: 'ping',
  question: 'does it echo?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      count: { type: 'integer', minimum: 1, maximum: 100, default: COUNT, description: 'pings sent at most' },
      interval: {
        type: 'number',
        minimum: 0.01,
        maximum: 3600,
        default: INTERVAL_SECONDS,
        description: 'seconds between one ping and the next, decimals allowed',
      },
      size: {
        type: 'integer',
        minimum: TOKEN_BYTES,
        maximum: 8000,
        default: SIZE,
        description: 'bytes behind the ICMP header',
      },
      maxLoss: {
        type: 'number',
        minimum: 0,
        maximum: 99,
        description: 'percentage of pings that may be lost; without it one answer is enough',
      },
      source: reachProperties.source,
      ipv4: reachProperties.ipv4,
      ipv6: reachProperties.ipv6,
      ...outletProperties,
      timeout: {
        ...reachProperties.timeout,
        default: TIMEOUT_SECONDS,
        description: 'seconds to wait for the answer to one ping, decimals allowed',
      },
    },
    additionalProperties: false,
  },
  flags: { c: 'count', i: 'interval', b: 'size', ...reachFlags },
  rest: null,
  check(hosts, options, context) {
    const plan = {
      count: options.count ?? COUNT,
      interval: seconds(options.interval ?? INTERVAL_SECONDS),
      wait: seconds(options.timeout ?? TIMEOUT_SECONDS),
      size: options.size ?? SIZE,
      outlet: outletOf(options),
      connectIp: options.connectIp,
      family: familyOf(options),
      maxLoss: options.maxLoss ?? null,
    }
    return pingHosts(hosts, plan, context)
  },
}

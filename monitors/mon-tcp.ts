/**
 * The tcp monitor as mon's tcp.monitor is called, and with its summary: the hosts that did not accept, sorted.
 * Source: mon's tcp.monitor (-p, -t).
 */
import { eachHost } from '../src/edge/probe/each-host.ts'
import { hostLimit, portProperty, reach, reachProperties } from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'
import { sortedSummary } from '../src/wire/program/sorted-summary.ts'

export interface MonTcpOptions {
  readonly port?: number
  /** Seconds. */
  readonly timeout?: number
}

/** What tcp.monitor uses where an option is not given. */
const TELNET = 23
const STANDARD_LIMIT = seconds(10)

export const monTcp: Monitor<MonTcpOptions> = {
  name: 'mon-tcp',
  question: 'does the port accept? (the options of tcp.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: { port: portProperty(TELNET), timeout: reachProperties.timeout },
    additionalProperties: false,
  },
  flags: { p: 'port', t: 'timeout' },
  rest: null,
  async check(hosts, options, context) {
    const port = options.port ?? TELNET
    const result = await eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      const reached = await reach(host, port, {}, attempt)
      if (reached.kind === 'failed') return reached.outcome

      reached.socket.destroy()
      const { address, connect } = reached
      return { kind: 'up', text: `accepted a connection on port ${port}`, address, connect }
    })
    return sortedSummary(result)
  },
}

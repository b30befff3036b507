/**
 * Opens a TCP connection to each host and closes it at once; nothing is sent.
 * Up: every host accepted within its time. Down: names the hosts that did not.
 * Source: mon's tcp.monitor (its flags and its standard port); keepalived.conf(5), TCP_CHECK.
 */
import { eachHost } from '../src/edge/probe/each-host.ts'
import type { ReachOptions } from '../src/edge/probe/reach.ts'
import { hostLimit, portProperty, reach, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'

interface TcpOptions extends ReachOptions {
  readonly port?: number
}

/** tcp.monitor asks telnet where no port is given, and waits ten seconds. */
const TELNET = 23
const STANDARD_LIMIT = seconds(10)

export const tcp: Monitor<TcpOptions> = {
  name: 'tcp',
  question: 'does the port accept?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: { port: portProperty(TELNET), ...reachProperties },
    additionalProperties: false,
  },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  check(hosts, options, context) {
    const port = options.port ?? TELNET
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      const reached = await reach(host, port, options, attempt)
      if (reached.kind === 'failed') return reached.outcome

      reached.socket.destroy()
      const { address, connect } = reached
      return { kind: 'up', text: `accepted a connection on port ${port}`, address, connect }
    })
  },
}

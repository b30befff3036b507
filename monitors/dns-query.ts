/**
 * Looks up one name on each name server, the way a program of this machine would: short names in the search list.
 * Up: there is an address. Down: names the servers that had none, in the order of their names.
 * Source: mon's dns-query.monitor (-n, -t; its summary line and exit status); resolv.conf(5).
 */
import { askAll } from '../src/edge/dns/ask-all.ts'
import { searchList } from '../src/edge/dns/ask-for.ts'
import type { Way } from '../src/edge/dns/ask-server.ts'
import { portOfServers, type WayOptions, wayOf } from '../src/edge/dns/options.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { milliseconds, seconds } from '../src/model/units.ts'
import { answerFault, type Fault, NAME_PATTERN } from '../src/wire/dns/answer.ts'
import { namesToTry } from '../src/wire/dns/search-list.ts'

export interface DnsQueryOptions extends WayOptions {
  readonly name?: string
}

/** What dns-query.monitor uses where an option is not given. */
const NAME = 'mailhost'
const TIMEOUT_SECONDS = 5
/** The question is sent three times within that time, after 0, 1/7 and 3/7 of it. */
const ROUNDS = 3

export const dnsQuery: Monitor<DnsQueryOptions> = {
  name: 'dns-query',
  question: 'does it find the address of a name? (the options of dns-query.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      name: {
        type: 'string',
        pattern: `^${NAME_PATTERN}$`,
        form: 'the name of a host',
        default: NAME,
        description: 'name whose address to look up',
      },
      port: portOfServers,
      ...reachProperties,
      timeout: {
        ...reachProperties.timeout,
        default: TIMEOUT_SECONDS,
        description: 'seconds that one question may take, decimals allowed',
      },
    },
    additionalProperties: false,
  },
  flags: { n: 'name', p: 'port', ...reachFlags },
  rest: null,
  async check(hosts, options, context) {
    const names = namesToTry(options.name ?? NAME, await searchList())
    const limit = seconds(options.timeout ?? TIMEOUT_SECONDS)
    const way: Way = {
      ...wayOf(options, { recurse: true }),
      rounds: ROUNDS,
      patience: milliseconds(limit / (2 ** ROUNDS - 1)),
      udpLimit: limit,
      tcpLimit: limit,
    }
    const result = await eachHost(hosts, context.timeout, context, (host, attempt) =>
      lookUp(host, names, { way, options, attempt }),
    )
    return { ...result, summary: result.summary.split(' ').sort().join(' ') }
  },
}

interface Asking {
  readonly way: Way
  readonly options: DnsQueryOptions
  readonly attempt: Attempt
}

/** One name after the other, as a resolver does it: the first that has an address counts. */
async function lookUp(host: Host, names: readonly string[], { way, options, attempt }: Asking): Promise<Outcome> {
  let fault: Fault = { code: 'empty-answer', text: 'was asked for nothing', blame: 'us' }
  let address: string | null = null
  for (const name of names) {
    const question = { name, type: 'A' }
    const asked = await askAll(host, [question], way, options, attempt)
    const [answer] = asked.answers
    address = asked.address
    if (answer === undefined) continue
    const found = answerFault(answer, question)
    if (found === null) return { kind: 'up', text: `has the address of ${name}`, address }
    fault = found
    // Silent for one name, silent for the next.
    if (answer.kind === 'none') break
  }
  const { code, text, blame } = fault
  return { kind: blame === 'host' ? 'down' : 'unknown', code, text, address }
}

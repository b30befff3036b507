/**
 * Asks each name server one question over UDP. Up: it answers without an error, whatever the answer says, also nothing.
 * Down: it answers with an error (NXDOMAIN, SERVFAIL, REFUSED, …), or not at all.
 * Source: keepalived.conf(5), DNS_CHECK; RFC 1035 §4.1.1.
 */
import { randomInt } from 'node:crypto'
import { encodeQuery, type QueryBytes } from '../src/edge/dns/message.ts'
import { portOfServers } from '../src/edge/dns/options.ts'
import { type Attempt, limitText } from '../src/edge/probe/attempt.ts'
import { sendAndWait } from '../src/edge/probe/datagram.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import type { ReachOptions } from '../src/edge/probe/reach.ts'
import { familyOf, hostLimit, outletOf, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { resolve } from '../src/edge/probe/resolve.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import { NAME_PATTERN, type Question } from '../src/wire/dns/answer.ts'
import { rcodeOfReply } from '../src/wire/dns/rcode.ts'

const TYPES = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY'] as const

export interface DnsCheckOptions extends ReachOptions {
  readonly port?: number
  readonly type?: (typeof TYPES)[number]
  readonly name?: string
}

const DNS_PORT = 53
const STANDARD_LIMIT = seconds(5)
const STANDARD: Question = { type: 'SOA', name: '.' }
const LARGEST_ID = 65_535

export const dnsCheck: Monitor<DnsCheckOptions> = {
  name: 'dns-check',
  question: 'does it answer without an error?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: { ...portOfServers, description: 'UDP port of the name servers' },
      type: { type: 'string', enum: TYPES, default: STANDARD.type, description: 'type of record to ask for' },
      name: {
        type: 'string',
        pattern: `^${NAME_PATTERN}$`,
        form: 'a name such as www.example.com, or a dot for the root',
        default: STANDARD.name,
        description: 'name to ask for',
      },
      ...reachProperties,
    },
    additionalProperties: false,
  },
  flags: { p: 'port', ...reachFlags, n: 'name' },
  rest: null,
  check(hosts, options, context) {
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, (host, attempt) => ask(host, options, attempt))
  },
}

async function ask(host: Host, options: DnsCheckOptions, attempt: Attempt): Promise<Outcome> {
  const { type = STANDARD.type, name = STANDARD.name, port = DNS_PORT } = options
  const query = queryOf({ type, name })
  if (query === null) {
    return { kind: 'unknown', code: 'bad-option', text: `could not be checked: ${name} cannot be asked for` }
  }
  const found = await resolve(options.connectIp ?? host, familyOf(options), attempt)
  if (found.kind === 'failed') return { kind: 'unknown', code: found.code, text: found.text }
  const { address, family } = found
  const target = { address, family, port, ...outletOf(options) }
  const isReply = (bytes: Buffer): boolean => rcodeOfReply(bytes, query.id) !== null
  const answered = await sendAndWait(target, query.bytes, attempt, isReply)
  if (answered.kind === 'failed') {
    const { code, text, blame } = answered
    return { kind: blame === 'host' ? 'down' : 'unknown', code, text, address }
  }
  if (answered.kind === 'silence') {
    const text = `did not answer on UDP port ${port} within ${limitText(attempt.limit)}`
    return { kind: 'down', code: 'timed-out', text, address }
  }
  const rcode = rcodeOfReply(answered.bytes, query.id)
  const text = `answered ${rcode?.name} for ${type} of ${name}`
  const times = { address, firstByte: answered.took }
  return rcode?.code === 0 ? { kind: 'up', text, ...times } : { kind: 'down', code: 'refused-answer', text, ...times }
}

/** A name that is too long for the wire says nothing about the server. */
function queryOf(question: Question): QueryBytes | null {
  try {
    return encodeQuery(randomInt(LARGEST_ID + 1), question, { recurse: true })
  } catch {
    return null
  }
}

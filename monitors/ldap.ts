/**
 * Searches each LDAP server and looks at what it finds: every entry must have a value of an attribute. With --entry it reads
 * that one entry instead, and looks at its name.
 * Up: there are entries, and all have it. Down: names server and port, once for each entry that has not.
 * Source: mon's ldap.monitor (its options, summary line and exit status); ldirectord(8), service=ldap and ldaps; RFC 4511.
 */
import { readEntry } from '../src/edge/ldap/entry.ts'
import { remark, searchOver } from '../src/edge/ldap/search.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { type PasswordOptions, passwordOf, passwordProperties } from '../src/edge/probe/password.ts'
import { hostLimit, type ReachOptions, reach, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { type Receive, readReceive, receiveFaults, receiveProperty } from '../src/edge/probe/receive.ts'
import { dress, type TlsOptions, type TlsPlan, tlsPlan, tlsProperties } from '../src/edge/probe/tls-options.ts'
import type { Monitor, Trace } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import { entryFault } from '../src/wire/ldap/entry-fault.ts'
import { encodeFilter } from '../src/wire/ldap/filter.ts'
import { type Credentials, SUCCESS } from '../src/wire/ldap/message.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export interface LdapOptions extends ReachOptions, PasswordOptions, TlsOptions {
  readonly port?: number
  readonly basedn?: string
  readonly filter?: string
  readonly attribute?: string
  readonly value?: string
  readonly entry?: string
  readonly receive?: string
  readonly binddn?: string
  readonly verbose?: boolean
}

/** What ldap.monitor uses where an option is not given: no server has it, so that each site says its own. */
const LDAP_PORT = 389
const LDAPS_PORT = 636
const BASE = 'o=Your Org, c=US'
const FILTER = 'cn=Directory Admin'
const ATTRIBUTE = 'objectClass'
const VALUE = 'YourValue'
/** The script waits two minutes for a connection and for ever for an answer. */
const STANDARD_LIMIT = seconds(30)
/** An exit status is a byte, and 256 entries that fail are no success. */
const MOST_EXIT = 255

export const ldap: Monitor<LdapOptions> = {
  name: 'ldap',
  question: 'does a search find what it should?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: {
        type: 'integer',
        minimum: 1,
        maximum: 65535,
        description: `TCP port to connect to; ${LDAP_PORT} otherwise, ${LDAPS_PORT} with TLS`,
      },
      basedn: { type: 'string', default: BASE, description: 'name of the entry below which to search' },
      filter: { type: 'string', minLength: 1, default: FILTER, description: 'which entries to look at (RFC 4515)' },
      attribute: {
        type: 'string',
        minLength: 1,
        default: ATTRIBUTE,
        description: 'attribute that each entry must have',
      },
      value: {
        type: 'string',
        default: VALUE,
        description: 'value that this attribute must have, perhaps among others',
      },
      entry: {
        type: 'string',
        description: 'name of the one entry to read, instead of a search; empty for the server itself',
      },
      receive: receiveProperty('in the name of that entry'),
      binddn: { type: 'string', description: 'name to log in with; otherwise nobody does' },
      ...passwordProperties,
      ...tlsProperties,
      ...reachProperties,
      verbose: { type: 'boolean', description: "taken for ldap.monitor's sake; nothing more is printed" },
    },
    additionalProperties: false,
  },
  flags: { p: 'port', b: 'basedn', f: 'filter', a: 'attribute', ...reachFlags },
  rest: null,
  optionFaults: receiveFaults,
  async check(hosts, options, context) {
    const { port = options.tls === true ? LDAPS_PORT : LDAP_PORT } = options
    const failures = new Map<Host, number>()
    const plan = await planOf(options, port, context.trace)
    const result = await eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      const { outcome, faults } =
        plan.kind === 'failed' ? { outcome: plan.outcome, faults: 1 } : await search(host, plan, attempt)
      failures.set(host, faults)
      return outcome
    })
    const failing = result.hosts.filter(({ kind }) => kind !== 'up').map(({ host }) => host)
    const words = failing.flatMap((host) => new Array<string>(failures.get(host) ?? 1).fill(`${host}:${port}`))
    return { ...result, exit: Math.min(words.length, MOST_EXIT), summary: words.sort().join(' ') }
  },
}

interface Plan {
  readonly kind: 'plan'
  readonly options: LdapOptions
  readonly port: number
  readonly credentials: Credentials
  readonly receive: Receive
  readonly tls: TlsPlan
}

async function planOf(
  options: LdapOptions,
  port: number,
  trace: Trace | undefined,
): Promise<Plan | { kind: 'failed'; outcome: Outcome }> {
  const password = passwordOf(options, trace)
  if (password.kind === 'failed') return password
  const receive = readReceive(options.receive)
  if (receive.kind === 'failed') return receive
  const tls = await tlsPlan(options)
  if (tls.kind === 'failed') return tls
  const { binddn = '' } = options
  // RFC 4513 §5.1.2: a name without a password would let anybody in, and so proves nothing.
  const credentials = { dn: binddn, password: binddn === '' ? '' : password.text }
  if (binddn === '' || password.text !== '') return { kind: 'plan', options, port, credentials, receive, tls }
  const text = 'could not be checked: to log in with --binddn takes a password'
  return { kind: 'failed', outcome: { kind: 'unknown', code: 'bad-option', text } }
}

interface Found {
  readonly outcome: Outcome
  /** How often the script would name the server. */
  readonly faults: number
}

const QUOTED = 100
/** What is told of a server, of as many entries as may be wrong. */
const TOLD = 3

async function search(host: Host, plan: Plan, attempt: Attempt): Promise<Found> {
  const { options, port, credentials, receive, tls } = plan
  const { basedn = BASE, attribute = ATTRIBUTE, value = VALUE } = options
  const filter = encodeFilter(options.filter ?? FILTER)
  if (filter === null) {
    const text = `could not be checked: ${JSON.stringify(options.filter)} is not a search filter`
    return { outcome: { kind: 'unknown', code: 'bad-option', text }, faults: 1 }
  }
  const reached = await reach(host, port, options, attempt)
  if (reached.kind === 'failed') return { outcome: reached.outcome, faults: 1 }

  const { address, connect } = reached
  const dressed = await dress(reached.socket, host, tls, attempt)
  if (dressed.kind === 'failed') return { outcome: { ...dressed.outcome, address, connect }, faults: 1 }
  if (options.entry !== undefined) {
    const outcome = await readEntry(dressed.socket, { credentials, entry: options.entry, receive }, attempt)
    return { outcome: { ...outcome, address, connect }, faults: 1 }
  }
  const told: string[] = []
  let faults = 0
  const searched = await searchOver(
    dressed.socket,
    {
      credentials,
      base: basedn,
      scope: 'subtree',
      filter,
      onEntry(entry) {
        const fault = entryFault(entry, attribute, value)
        if (fault === null) return
        faults += 1
        if (told.length < TOLD) told.push(fault)
      },
    },
    attempt,
  )
  if (searched.kind === 'failed') {
    const { code, text, blame } = searched
    return { outcome: { kind: blame === 'host' ? 'down' : 'unknown', code, text, address, connect }, faults: 1 }
  }
  if (credentials.dn !== '' && searched.bound !== SUCCESS) {
    const text = `did not let ${oneLine(credentials.dn, QUOTED)} in (bind: ${searched.bound})`
    return { outcome: { kind: 'down', code: 'login-refused', text, address, connect }, faults: 1 }
  }
  if (searched.entries === 0) {
    const text = `returned no entries${remark(searched)}`
    return { outcome: { kind: 'down', code: 'no-entries', text, address, connect }, faults: 1 }
  }
  if (faults === 0) {
    const text = `has ${searched.entries === 1 ? 'the entry' : `all ${searched.entries} entries`} as expected`
    return { outcome: { kind: 'up', text, address, connect }, faults }
  }
  const more = faults > told.length ? `, and ${faults - told.length} more` : ''
  const text = `${told.join(', ')}${more}`
  return { outcome: { kind: 'down', code: 'wrong-entry', text, address, connect }, faults: Math.min(faults, MOST_EXIT) }
}

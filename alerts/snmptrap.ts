/**
 * Sends an SNMP notification: a trap, which nobody confirms, or an inform, which its receiver does. By a community (SNMPv2c),
 * or as a user with keys (SNMPv3). What it carries is in docs/UPALERT-MIB.txt.
 * Source: RFC 3416; the npm package net-snmp, an optional part.
 */
import { startAttempt } from '../src/edge/probe/attempt.ts'
import {
  AUTH_PROTOCOLS,
  credentialFaults,
  PRIV_PROTOCOLS,
  type SnmpCredentialOptions,
  snmpCredentials,
} from '../src/edge/snmp/credentials.ts'
import { hasSnmp, loadSnmp, SNMP_MISSING } from '../src/edge/snmp/library.ts'
import { type SnmpSent, sendSnmp } from '../src/edge/snmp/send.ts'
import type { Alert, AlertOutcome } from '../src/model/alert.ts'
import type { OptionProperty } from '../src/model/module.ts'
import { hostsProperty } from '../src/wire/host-port.ts'
import { isOid, notification, OID_PATTERN, UPALERT_OID } from '../src/wire/snmp/notification.ts'

export interface SnmpTrapOptions extends SnmpCredentialOptions {
  readonly hosts: readonly string[]
  readonly port?: number
  readonly inform?: boolean
  readonly oid?: string
}

const TRAP_PORT = 162
/** RFC 3414 §5, usmUserName; a community has no limit, and needs none beyond this. */
const LONGEST_USER = 32
const LONGEST_COMMUNITY = 255

const path = (description: string): OptionProperty => ({ type: 'string', description, minLength: 1, maxLength: 4095 })

const properties: Readonly<Record<string, OptionProperty>> = {
  hosts: hostsProperty('who is told: names or addresses'),
  port: { type: 'integer', description: 'their UDP port', minimum: 1, maximum: 65_535, default: TRAP_PORT },
  inform: { type: 'boolean', description: 'send informs, which are confirmed, instead of traps' },
  oid: {
    type: 'string',
    description: "where the objects of our MIB hang: the site's own number in place of the one for examples",
    pattern: OID_PATTERN,
    form: 'an object identifier in numbers, such as 1.3.6.1.4.1.99999.1',
    maxLength: 500,
    default: UPALERT_OID,
  },
  community: {
    type: 'string',
    description: 'the community, which is shown wherever this line is: better --community-file; without both "public"',
    pattern: '^[!-~]+$',
    form: 'visible ASCII characters without a blank',
    maxLength: LONGEST_COMMUNITY,
  },
  communityFile: path('a file whose first line is the community'),
  user: { type: 'string', description: 'SNMPv3: the user', minLength: 1, maxLength: LONGEST_USER },
  auth: {
    type: 'string',
    description: 'SNMPv3: how the user is authenticated; without it sha256',
    enum: [...AUTH_PROTOCOLS],
  },
  authFile: path("SNMPv3: a file whose first line is the user's authentication password"),
  priv: { type: 'string', description: 'SNMPv3: how it is encrypted; without it aes', enum: [...PRIV_PROTOCOLS] },
  privFile: path("SNMPv3: a file whose first line is the user's encryption password"),
}

export const snmptrap: Alert<SnmpTrapOptions> = {
  name: 'snmptrap',
  deed: 'sends an SNMP trap or inform',
  schema: { type: 'object', properties, required: ['hosts'], additionalProperties: false },
  flags: { p: 'port', c: 'community', u: 'user' },
  rest: 'hosts',
  receiver: ({ hosts, port = TRAP_PORT }) => `${hosts.join(' ')} ${port}`,
  line: ({ hosts, port = TRAP_PORT }) => `${hosts.join(' ')} ${port}`,

  async send(message, options, context): Promise<AlertOutcome> {
    const { hosts, port = TRAP_PORT, inform = false, oid = UPALERT_OID } = options
    const [fault] = optionFaults(options)
    if (fault !== undefined) return { kind: 'failed', retry: false, text: fault }
    const library = await loadSnmp()
    if (library === null) return { kind: 'failed', retry: true, text: SNMP_MISSING }
    const credentials = snmpCredentials(options)
    if (credentials.kind === 'unreadable') return { kind: 'failed', retry: true, text: credentials.text }

    const before = context.reached ?? []
    const waiting = [...new Set(hosts)].filter((host) => !before.includes(host))
    const attempt = startAttempt(context.timeout, context.signal)
    const told = notification(message, oid, context.mail.hostname)
    const send = async (host: string): Promise<Told> => ({
      host,
      sent: await sendSnmp(library, { to: { host, port }, notification: told, inform, credentials }, attempt),
    })
    const all = await Promise.all(waiting.map(send))
    attempt.end()
    return outcomeOf(all, before, inform)
  },

  render(message, { oid = UPALERT_OID, hosts }, { mail }) {
    const { oid: which, objects } = notification(message, oid, mail.hostname)
    const shown = objects.map(({ oid: name, value }) => {
      if (value.kind !== 'octets') return `${name} = ${value.number}`
      const isTime = value.bytes.at(-3) === 0x2b && value.bytes.length === 11
      return `${name} = ${isTime ? `0x${Buffer.from(value.bytes).toString('hex')}` : new TextDecoder().decode(value.bytes)}`
    })
    return [`To: ${hosts.join(', ')}`, which, ...shown].join('\n')
  },

  faults: (options) => [...(hasSnmp() ? [] : [SNMP_MISSING]), ...optionFaults(options)],
}

const optionFaults = (options: SnmpTrapOptions): readonly string[] => [
  ...credentialFaults(options),
  ...(options.oid === undefined || isOid(options.oid) ? [] : [`--oid ${options.oid} has a number above 4294967295`]),
]

interface Told {
  readonly host: string
  readonly sent: SnmpSent
}

/** Receivers of which a text says what went wrong. */
const SHOWN = 5

function outcomeOf(told: readonly Told[], before: readonly string[], inform: boolean): AlertOutcome {
  const taken = told.filter(({ sent }) => sent.kind === 'taken')
  const refusals = told.flatMap(({ sent }) => (sent.kind === 'failed' ? [sent] : []))
  const names = taken.map(({ sent }) => sent.text).join(', ')
  const gone = inform ? `confirmed by ${names}` : `handed to the network for ${names}; nobody confirms a trap`
  if (refusals.length === 0) return { kind: 'sent', text: names === '' ? 'all hosts had been sent it already' : gone }
  const shown = refusals.slice(0, SHOWN).map(({ text }) => text)
  const more = refusals.length > SHOWN ? [`and ${refusals.length - SHOWN} more were not told`] : []
  return {
    kind: 'failed',
    retry: refusals.some(({ retry }) => retry),
    text: `${[...shown, ...more].join('; ')}${names === '' ? '' : `; ${gone}`}`,
    reached: [...before, ...taken.map(({ host }) => host)],
  }
}

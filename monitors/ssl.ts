/**
 * Does the TLS handshake with each host and judges the certificate it shows; nothing is sent after that.
 * Up: certificate valid, for the right name, from an authority that is trusted, and with days enough left.
 * Source: RFC 5280 §6 and RFC 9525 (what is verified); RFC 6066 §3 (server name). Days are whole days of 24 hours.
 */
import { isIP } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { clock } from '../src/edge/clock.ts'
import type { Outcome } from '../src/edge/probe/each-host.ts'
import { eachHost } from '../src/edge/probe/each-host.ts'
import type { ReachOptions } from '../src/edge/probe/reach.ts'
import { hostLimit, portProperty, reach, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { certificateFacts, secure, trust } from '../src/edge/probe/tls.ts'
import type { OptionProperty } from '../src/model/module.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import type { CertificateFacts } from '../src/wire/certificate.ts'
import { certificateFault, dateText, daysLeft, daysText } from '../src/wire/certificate.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export interface SslOptions extends ReachOptions {
  readonly port?: number
  readonly servername?: string
  readonly verifyName?: string
  readonly verify?: boolean
  readonly ca?: string
  readonly warnDays?: number
  readonly failDays?: number
  readonly minTls?: TlsVersion
}

const VERSIONS = ['1.0', '1.1', '1.2', '1.3'] as const
type TlsVersion = (typeof VERSIONS)[number]

const HTTPS = 443
const STANDARD_LIMIT = seconds(10)
const STANDARD_WARN_DAYS = 30
const STANDARD_MIN_TLS = '1.2'
/** RFC 1035 §2.3.4, and no blanks. */
const NAME = '^[\\x21-\\x7e]{1,253}$'
const QUOTED = 100

const properties = {
  port: portProperty(HTTPS),
  servername: {
    type: 'string',
    pattern: NAME,
    form: 'a name without blanks',
    description: 'name to ask for (SNI) and to verify, instead of the host',
  },
  verifyName: {
    type: 'string',
    pattern: NAME,
    form: 'a name without blanks',
    description: 'name to verify where it is not the one to ask for',
  },
  verify: {
    type: 'boolean',
    default: true,
    description: 'chain and name must be right; with --no-verify only the dates and the protocol count',
  },
  ca: { type: 'string', description: 'PEM file with the authorities to trust, instead of those that come with Node' },
  warnDays: {
    type: 'number',
    minimum: 0,
    default: STANDARD_WARN_DAYS,
    description: 'fewer days left than this: a warning',
  },
  failDays: { type: 'number', minimum: 0, default: 0, description: 'fewer days left than this: a failure' },
  minTls: {
    type: 'string',
    enum: VERSIONS,
    default: STANDARD_MIN_TLS,
    description: 'oldest version of TLS that is good',
  },
  ...reachProperties,
} as const satisfies Record<string, OptionProperty>

export const ssl: Monitor<SslOptions> = {
  name: 'ssl',
  question: 'is the certificate good, and for how long?',
  reachesHosts: true,
  schema: { type: 'object', properties, additionalProperties: false },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  async check(hosts, options, context) {
    const port = options.port ?? HTTPS
    const trusted = await trust(options.ca ?? null)
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      if (trusted.kind === 'failed') return { kind: 'unknown', code: 'ca-unreadable', text: trusted.text }
      const reached = await reach(host, port, options, attempt)
      if (reached.kind === 'failed') return reached.outcome

      const { address, connect } = reached
      const request = { port, servername: options.servername ?? host, context: trusted.context }
      const secured = await secure(reached.socket, request, attempt)
      if (secured.kind === 'secured')
        return { ...judged(host, secured.socket, secured.protocol, options), address, connect }
      const { code, text, blame } = secured
      return { kind: blame === 'host' ? 'down' : 'unknown', code, text, address, connect }
    })
  },
}

function judged(host: Host, socket: TLSSocket, protocol: string, options: SslOptions): Outcome {
  const { verify = true, servername, verifyName } = options
  const name = verify ? (verifyName ?? servername ?? host) : null
  const facts = certificateFacts(socket, name)
  socket.destroy()
  if (facts === null) return { kind: 'down', code: 'no-certificate', text: 'showed no certificate' }

  const fault = certificateFault(facts, { name, chain: verify }, clock.wall())
  if (fault !== null) {
    const hint =
      fault.code === 'wrong-name' && isIP(name ?? '') !== 0 ? '; say --servername NAME if clients use a name' : ''
    return { kind: 'down', code: fault.code, text: fault.text + hint }
  }
  return protocolFault(protocol, options) ?? lifetime(facts, protocol, options)
}

/** OpenSSL calls TLS 1.0 `TLSv1`. The two sides agree on the newest version both speak, so only that one is judged. */
function protocolFault(protocol: string, { minTls = STANDARD_MIN_TLS }: SslOptions): Outcome | null {
  const spoken = protocol === 'TLSv1' ? '1.0' : protocol.replace('TLSv', '')
  const versions: readonly string[] = VERSIONS
  if (versions.indexOf(spoken) >= versions.indexOf(minTls)) return null
  return {
    kind: 'down',
    code: 'protocol-too-old',
    text: `speaks TLS ${spoken}, and --min-tls asks for at least ${minTls}`,
  }
}

function lifetime(facts: CertificateFacts, protocol: string, options: SslOptions): Outcome {
  const { warnDays = STANDARD_WARN_DAYS, failDays = 0 } = options
  const now = clock.wall()
  const left = daysLeft(facts, now)
  const when = `in ${daysText(facts.validTo - now)} (${dateText(facts.validTo)})`
  if (left < failDays) {
    const text = `has a certificate that expires ${when}, and --fail-days asks for ${failDays}`
    return { kind: 'down', code: 'expires-soon', text }
  }
  const names = oneLine(facts.names, QUOTED)
  const text = `has a valid certificate for ${names} that expires ${when}, and speaks ${protocol}`
  return { kind: 'up', text, warnings: left < warnDays ? [`has a certificate that expires ${when}`] : [] }
}

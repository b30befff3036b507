/**
 * Looks at the certificate that each host shows, as mon's sslcert.monitor does: its dates and its name, and not who
 * vouches for it. Two weeks before it expires it fails.
 * Source: mon's sslcert.monitor (-p, -s, -4; its summary line, "www.example.com(expires soon) " or "Expiry 2027-01-31").
 */
import { clock } from '../src/edge/clock.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { portProperty, reach } from '../src/edge/probe/reach.ts'
import { certificateFacts, secure, trust } from '../src/edge/probe/tls.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { days, seconds, type WallTime } from '../src/model/units.ts'
import { type CertificateFacts, dateText, daysText } from '../src/wire/certificate.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export interface MonSslcertOptions {
  readonly port?: number
  readonly sni?: number
  readonly ipv4?: boolean
}

const HTTPS = 443
/** The script waits as long as it takes. */
const LIMIT = seconds(10)
const SOON = days(14)
const QUOTED = 100

/** What the summary says in brackets behind the host; a certificate may have several faults. */
interface Judged {
  readonly outcome: Outcome
  readonly phrases: readonly string[]
  readonly expires: WallTime | null
}

export const monSslcert: Monitor<MonSslcertOptions> = {
  name: 'mon-sslcert',
  question: 'is the certificate valid for two more weeks? (the options of sslcert.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: portProperty(HTTPS),
      sni: {
        type: 'integer',
        enum: [0, 1],
        description: `1: ask for the host's name (SNI), as on port ${HTTPS} anyway`,
      },
      ipv4: { type: 'boolean', description: 'use IPv4 only' },
    },
    additionalProperties: false,
  },
  flags: { p: 'port', s: 'sni', 4: 'ipv4' },
  rest: null,
  async check(hosts, options, context) {
    const judged = new Map<Host, Judged>()
    const result = await eachHost(hosts, LIMIT, context, async (host, attempt) => {
      const one = await judge(host, options, attempt)
      judged.set(host, one)
      return one.outcome
    })
    const phrases = result.hosts.flatMap(({ host, kind }) => {
      const said = judged.get(host)?.phrases ?? ['unavailable']
      return kind === 'up' ? [] : said.map((phrase) => `${host}(${phrase}) `)
    })
    const dates = [...judged.values()].flatMap(({ expires }) => (expires === null ? [] : [expires]))
    const first = dates.length === 0 ? '' : dateText(dates.reduce((one, other) => (one < other ? one : other)))
    return { ...result, summary: result.exit === 0 ? `Expiry ${first}` : phrases.join('') }
  },
}

async function judge(host: Host, options: MonSslcertOptions, attempt: Attempt): Promise<Judged> {
  const port = options.port ?? HTTPS
  const sni = options.sni ?? (port === HTTPS ? 1 : 0)
  const failed = (phrase: string, outcome: Outcome): Judged => ({ outcome, phrases: [phrase], expires: null })
  const reached = await reachEither(host, port, options, attempt)
  if (reached.kind === 'failed') {
    const { outcome } = reached
    return failed(outcome.address === undefined ? 'not found' : 'unavailable', outcome)
  }
  const { address, connect } = reached
  const trusted = await trust(null)
  if (trusted.kind === 'failed') {
    reached.socket.destroy()
    return failed('unavailable', { kind: 'unknown', code: 'ca-unreadable', text: trusted.text })
  }
  const request = { port, servername: sni === 1 ? host : null, context: trusted.context }
  const secured = await secure(reached.socket, request, attempt)
  if (secured.kind === 'failed') {
    const { code, text, blame } = secured
    const kind = blame === 'host' ? 'down' : 'unknown'
    // The script takes OpenSSL's -1 for success and then misses the certificate.
    return failed('no SSL cert', { kind, code, text, address, connect })
  }
  const facts = certificateFacts(secured.socket, host)
  secured.socket.destroy()
  if (facts === null) {
    const outcome: Outcome = { kind: 'down', code: 'no-certificate', text: 'showed no certificate', address, connect }
    return failed('no SSL cert', outcome)
  }
  const one = ofCertificate(facts, host)
  return { ...one, outcome: { ...one.outcome, address, connect } }
}

/** The script tries each address of a name: where an IPv6 address does not accept, an IPv4 one may. */
async function reachEither(host: Host, port: number, { ipv4 }: MonSslcertOptions, attempt: Attempt) {
  const first = await reach(host, port, { ipv4: ipv4 === true }, attempt)
  if (first.kind !== 'failed' || first.outcome.address?.includes(':') !== true || attempt.stopped() !== null)
    return first
  const second = await reach(host, port, { ipv4: true }, attempt)
  return second.kind === 'failed' ? first : second
}

function ofCertificate(facts: CertificateFacts, host: Host): Judged {
  const now = clock.wall()
  const when = `${daysText(Math.abs(facts.validTo - now))} (${dateText(facts.validTo)})`
  const faults: { readonly phrase: string; readonly code: string; readonly text: string }[] = []
  if (facts.validFrom > now) {
    const text = `has a certificate that is not valid before ${dateText(facts.validFrom)}`
    faults.push({ phrase: 'post dated', code: 'not-yet-valid', text })
  }
  if (facts.validTo < now) {
    faults.push({
      phrase: 'expired',
      code: 'expired',
      text: `has a certificate that expired ${when.replace(' (', ' ago (')}`,
    })
  } else if (facts.validTo < now + SOON) {
    faults.push({ phrase: 'expires soon', code: 'expires-soon', text: `has a certificate that expires in ${when}` })
  }
  if (!facts.nameMatches) {
    const text = `has a certificate for ${oneLine(facts.names, QUOTED)}, not for ${host}`
    faults.push({ phrase: 'no commonName in cert', code: 'wrong-name', text })
  }
  const [first] = faults
  const outcome: Outcome =
    first === undefined
      ? { kind: 'up', text: `has a certificate that expires in ${when}` }
      : { kind: 'down', code: first.code, text: faults.map(({ text }) => text).join(', and ') }
  return { outcome, phrases: faults.map(({ phrase }) => phrase), expires: first === undefined ? facts.validTo : null }
}

/**
 * What the monitors that speak to a text protocol have in common: mon's -p and -t, the options of `reach`, and the way
 * to a host. As with mon's scripts a port may be named as in /etc/services, 0 stands for the standard of either option,
 * and a name's IPv4 address comes first.
 */
import { readFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { OptionProperty } from '../../model/module.ts'
import type { CheckContext } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import type { CheckResult } from '../../model/result.ts'
import type { Milliseconds } from '../../model/units.ts'
import { seconds } from '../../model/units.ts'
import { sortedSummary } from '../../wire/program/sorted-summary.ts'
import { portOfService } from '../../wire/talk/services.ts'
import type { Attempt } from './attempt.ts'
import { eachHost, type Outcome } from './each-host.ts'
import { familyOf, outletProperties, type ReachOptions, reach, reachFlags, reachProperties } from './reach.ts'

export interface TalkOptions extends ReachOptions {
  /** A number, or a service of /etc/services. */
  readonly port?: string
}

/** What a monitor uses where the operator says nothing. */
export interface TalkStandard {
  readonly port: number
  readonly seconds: number
}

export const talkFlags = { p: 'port', ...reachFlags } as const

const PORT = '[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]'
const SERVICE = '(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_+./-]{0,63}'
const SERVICES = '/etc/services'
/** Bytes of that file which are looked at; Debian's has 13 KB. */
const MOST_OF_SERVICES = 4_194_304

const portForm = {
  type: 'string',
  pattern: `^(${PORT}|${SERVICE})$`,
  form: 'a number up to 65535, or the name of a service in /etc/services',
} as const

/** The port of a protocol that has another one for TLS: which of them is meant, the other options say. */
export const portOfTwo = (plain: TalkStandard, secure: TalkStandard): OptionProperty => ({
  ...portForm,
  description: `TCP port to connect to; ${plain.port} otherwise, ${secure.port} with TLS`,
})

export function talkProperties({ port, seconds: limit }: TalkStandard) {
  return {
    port: {
      ...portForm,
      default: String(port),
      description: `TCP port to connect to; 0 stands for ${port}`,
    },
    timeout: {
      type: 'number',
      minimum: 0,
      default: limit,
      description: `seconds that one host may take, decimals allowed; 0 stands for ${limit}. The timeout of the service bounds all hosts together`,
    },
    source: reachProperties.source,
    ipv4: reachProperties.ipv4,
    ipv6: { type: 'boolean', description: 'use IPv6 for a host given by name; otherwise IPv4 is preferred' },
    ...outletProperties,
    bindPort: reachProperties.bindPort,
  } as const satisfies Record<string, OptionProperty>
}

/** A connection; `connect` is the time from the start of the attempt. */
export interface Line {
  readonly socket: Socket
  readonly address: string
  readonly connect: Milliseconds
}

/** Connects to each host and has `talk` with it; the summary is the failing hosts, sorted. */
export async function talkWithEach(
  hosts: readonly Host[],
  options: TalkOptions,
  standard: TalkStandard,
  context: CheckContext,
  talk: (line: Line, attempt: Attempt, host: Host) => Promise<Outcome>,
): Promise<CheckResult> {
  const { timeout = 0 } = options
  const limit = seconds(timeout === 0 ? standard.seconds : timeout)
  const port = await portOf(options.port ?? '0', standard)
  const result = await eachHost(hosts, limit, context, async (host, attempt) => {
    if (typeof port === 'string') return { kind: 'unknown', code: 'bad-option', text: port }
    const reached = await reachPreferringIpv4(host, port, options, attempt)
    if (reached.kind === 'failed') return reached.outcome

    const { address, connect } = reached
    return { ...(await talk(reached, attempt, host)), address, connect }
  })
  return sortedSummary(result)
}

/** A number, or a sentence's tail on why there is none. */
async function portOf(given: string, standard: TalkStandard): Promise<number | string> {
  if (/^\d+$/.test(given)) return Number(given) === 0 ? standard.port : Number(given)
  try {
    const services = await readFile(SERVICES, 'latin1')
    const port = portOfService(services.slice(0, MOST_OF_SERVICES), given)
    return port ?? `could not be checked: ${SERVICES} has no TCP service ${given}`
  } catch {
    return `could not be checked: ${SERVICES} cannot be read, so the port of ${given} is not known; give its number`
  }
}

/** gethostbyname(3), by which mon's scripts look names up, knows nothing of IPv6. Whoever has IPv6 alone is asked there. */
async function reachPreferringIpv4(host: Host, port: number, options: TalkOptions, attempt: Attempt) {
  if (familyOf(options) !== null || isIP(options.connectIp ?? host) !== 0) return reach(host, port, options, attempt)
  const reached = await reach(host, port, { ...options, ipv4: true, ipv6: false }, attempt)
  const nowhere =
    reached.kind === 'failed' && reached.outcome.kind === 'unknown' && reached.outcome.code === 'name-not-found'
  return nowhere ? reach(host, port, { ...options, ipv4: false, ipv6: true }, attempt) : reached
}

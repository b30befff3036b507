/**
 * From a host as the operator wrote it to an open TCP connection: look up, then connect. The options by which an operator
 * steers this are the same for every monitor that opens connections, so they are declared here once.
 */

import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { OptionProperty } from '../../model/module.ts'
import type { Host } from '../../model/names.ts'
import type { Family } from '../../model/table.ts'
import type { Milliseconds } from '../../model/units.ts'
import { seconds } from '../../model/units.ts'
import type { Attempt } from './attempt.ts'
import { connect } from './connect.ts'
import type { Outcome } from './each-host.ts'
import type { Outlet } from './own-socket.ts'
import { resolve } from './resolve.ts'

export interface ReachOptions {
  /** Seconds. */
  readonly timeout?: number
  readonly source?: string
  readonly ipv4?: boolean
  readonly ipv6?: boolean
  /** The address asked instead of the host's own. */
  readonly connectIp?: string
  readonly bindPort?: number
  readonly bindIf?: string
  readonly mark?: number
}

const ADDRESS_FORM = 'an IPv4 or IPv6 address'
/** linux/if.h, IFNAMSIZ: 16 with the NUL. */
const INTERFACE = '^[^/\\s\\x00-\\x1f\\x7f]{1,15}$'

/** How packets leave, and whom they go to: for every monitor that sends any. */
export const outletProperties = {
  connectIp: {
    type: 'string',
    anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }],
    form: ADDRESS_FORM,
    description: "address to ask instead of the host's own; the verdict is the host's",
  },
  bindIf: {
    type: 'string',
    pattern: INTERFACE,
    form: 'the name of a network interface, at most 15 characters',
    description: 'network interface to send by, and whose link-local addresses are meant',
  },
  mark: {
    type: 'integer',
    minimum: 0,
    maximum: 4_294_967_295,
    description: 'firewall mark of the packets sent, for policy routing; needs CAP_NET_ADMIN',
  },
} as const satisfies Record<string, OptionProperty>

/** Short flags that go with `reachProperties`. */
export const reachFlags = { t: 'timeout', s: 'source', 4: 'ipv4', 6: 'ipv6' } as const

export const reachProperties = {
  timeout: {
    type: 'number',
    exclusiveMinimum: 0,
    description:
      'seconds that one host may take, decimals allowed; the timeout of the service bounds all hosts together',
  },
  source: {
    type: 'string',
    anyOf: [{ format: 'ipv4' }, { format: 'ipv6' }],
    form: ADDRESS_FORM,
    description: 'local address to connect from',
  },
  ipv4: { type: 'boolean', description: 'use IPv4 for a host given by name' },
  ipv6: { type: 'boolean', description: 'use IPv6 for a host given by name' },
  ...outletProperties,
  bindPort: { type: 'integer', minimum: 1, maximum: 65535, description: 'local port to connect from' },
} as const satisfies Record<string, OptionProperty>

export function portProperty(standard: number): OptionProperty {
  return { type: 'integer', minimum: 1, maximum: 65535, default: standard, description: 'TCP port to connect to' }
}

/** The limit for one host, or the module's own where the operator gave none. */
export function hostLimit(options: ReachOptions, standard: Milliseconds): Milliseconds {
  return options.timeout === undefined ? standard : seconds(options.timeout)
}

/** The family asked for; a source address asks for its own. */
export function familyOf({ ipv4 = false, ipv6 = false, source }: ReachOptions): Family | null {
  if (ipv4 !== ipv6) return ipv4 ? 4 : 6
  const ofSource = isIP(source ?? '')
  return ofSource === 4 || ofSource === 6 ? ofSource : null
}

export function outletOf({ source, bindPort, bindIf, mark }: ReachOptions): Outlet {
  return { source: source ?? null, bindPort, bindIf, mark }
}

type Reached =
  | {
      readonly kind: 'reached'
      readonly socket: Socket
      readonly address: string
      readonly family: Family
      readonly connect: Milliseconds
    }
  | { readonly kind: 'failed'; readonly outcome: Outcome }

export async function reach(host: Host, port: number, options: ReachOptions, attempt: Attempt): Promise<Reached> {
  const found = await resolve(options.connectIp ?? host, familyOf(options), attempt)
  if (found.kind === 'failed') {
    return { kind: 'failed', outcome: { kind: 'unknown', code: found.code, text: found.text } }
  }
  const { address, family } = found
  const connected = await connect({ address, family, port, ...outletOf(options) }, attempt)
  if (connected.kind === 'connected') {
    return { kind: 'reached', socket: connected.socket, address, family, connect: connected.took }
  }
  const { code, text, blame } = connected
  return { kind: 'failed', outcome: { kind: blame === 'host' ? 'down' : 'unknown', code, text, address } }
}

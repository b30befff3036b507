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
import { resolve } from './resolve.ts'

export interface ReachOptions {
  /** Seconds. */
  readonly timeout?: number
  readonly source?: string
  readonly ipv4?: boolean
  readonly ipv6?: boolean
}

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
    form: 'an IPv4 or IPv6 address',
    description: 'local address to connect from',
  },
  ipv4: { type: 'boolean', description: 'use IPv4 for a host given by name' },
  ipv6: { type: 'boolean', description: 'use IPv6 for a host given by name' },
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
  const found = await resolve(host, familyOf(options), attempt)
  if (found.kind === 'failed') {
    return { kind: 'failed', outcome: { kind: 'unknown', code: found.code, text: found.text } }
  }
  const { address, family } = found
  const connected = await connect({ address, family, port, source: options.source ?? null }, attempt)
  if (connected.kind === 'connected') {
    return { kind: 'reached', socket: connected.socket, address, family, connect: connected.took }
  }
  const { code, text, blame } = connected
  return { kind: 'failed', outcome: { kind: blame === 'host' ? 'down' : 'unknown', code, text, address } }
}

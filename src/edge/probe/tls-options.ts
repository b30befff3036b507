/**
 * TLS from the first byte on, for the monitors whose protocol has a port of its own for it (LDAPS, IMAPS, POP3S): the options,
 * and the way from an open connection to one that TLS is on. Any certificate will do unless `verify` asks for a good one.
 */
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { SecureContext } from 'node:tls'
import type { OptionProperty } from '../../model/module.ts'
import type { Host } from '../../model/names.ts'
import { certificateFault } from '../../wire/certificate.ts'
import { clock } from '../clock.ts'
import type { Attempt } from './attempt.ts'
import type { Outcome } from './each-host.ts'
import { certificateFacts, secure, trust } from './tls.ts'

export interface TlsOptions {
  readonly tls?: boolean
  readonly verify?: boolean
  readonly servername?: string
  readonly ca?: string
}

export const tlsProperties = {
  tls: { type: 'boolean', description: 'speak TLS' },
  verify: { type: 'boolean', description: 'with TLS: the certificate must be valid, and for the right name' },
  servername: {
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    form: 'a name without blanks',
    description: 'with TLS: the name to ask for and to verify, the host otherwise',
  },
  ca: { type: 'string', description: 'with verify: PEM file with the authorities to trust instead of the usual ones' },
} as const satisfies Record<string, OptionProperty>

/** Made once for all hosts of a check. */
export type TlsPlan =
  | { readonly kind: 'plain' }
  | {
      readonly kind: 'tls'
      readonly context: SecureContext
      readonly verify: boolean
      readonly servername: string | null
    }
  | { readonly kind: 'failed'; readonly outcome: Outcome }

export async function tlsPlan({ tls, verify = false, servername, ca }: TlsOptions): Promise<TlsPlan> {
  if (tls !== true) return { kind: 'plain' }
  const trusted = await trust(verify ? (ca ?? null) : null)
  if (trusted.kind === 'trust') return { kind: 'tls', context: trusted.context, verify, servername: servername ?? null }
  return { kind: 'failed', outcome: { kind: 'unknown', code: 'ca-unreadable', text: trusted.text } }
}

type Dressed =
  | { readonly kind: 'ready'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly outcome: Outcome }

/** The connection as the plan wants it; it is closed where that fails. */
export async function dress(socket: Socket, host: Host, plan: TlsPlan, attempt: Attempt): Promise<Dressed> {
  if (plan.kind === 'plain') return { kind: 'ready', socket }
  if (plan.kind === 'failed') {
    socket.destroy()
    return plan
  }
  const port = socket.remotePort ?? 0
  const name = plan.servername ?? host
  const secured = await secure(
    socket,
    { port, servername: isIP(name) === 0 ? name : null, context: plan.context },
    attempt,
  )
  if (secured.kind === 'failed') {
    const { code, text, blame } = secured
    return { kind: 'failed', outcome: { kind: blame === 'host' ? 'down' : 'unknown', code, text } }
  }
  const fault = plan.verify ? certificateFaultOf(secured, name) : null
  if (fault === null) return { kind: 'ready', socket: secured.socket }
  secured.socket.destroy()
  return { kind: 'failed', outcome: { kind: 'down', ...fault } }
}

function certificateFaultOf({ socket }: { readonly socket: Parameters<typeof certificateFacts>[0] }, name: string) {
  const facts = certificateFacts(socket, name)
  if (facts === null) return { code: 'no-certificate', text: 'showed no certificate' }
  return certificateFault(facts, { name, chain: true }, clock.wall())
}

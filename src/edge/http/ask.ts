/**
 * One request of one host from the first packet to the last byte: connect, put TLS on it where the step says so, ask,
 * read. What came of it is told; whether that is good is decided elsewhere.
 */
import type { SecureContext } from 'node:tls'
import type { Host } from '../../model/names.ts'
import type { Milliseconds } from '../../model/units.ts'
import { certificateFault } from '../../wire/certificate.ts'
import type { HttpReply, ReplyReader } from '../../wire/http/reply.ts'
import { replyReader } from '../../wire/http/reply.ts'
import type { HttpHead } from '../../wire/http/request.ts'
import type { Step } from '../../wire/http/steps.ts'
import { clock } from '../clock.ts'
import type { Attempt } from '../probe/attempt.ts'
import type { Outcome } from '../probe/each-host.ts'
import type { ReachOptions } from '../probe/reach.ts'
import { reach } from '../probe/reach.ts'
import type { Secured } from '../probe/tls.ts'
import { certificateFacts, secure } from '../probe/tls.ts'
import { exchange } from './exchange.ts'

interface TlsAsk {
  readonly context: SecureContext
  readonly verify: boolean
  /** The name for SNI, and the one to verify; `null` is the step's, and an empty one asks for none. */
  readonly servername: string | null
  /** The name to verify where it is not the one to ask for. */
  readonly verifyName?: string
  /** A connection that ends without TLS having said so is a failure. */
  readonly compliant?: boolean
}

export interface Ask {
  readonly step: Step
  /** Bytes, or what makes them of the address that is asked. */
  readonly request: Buffer | ((address: string) => Buffer)
  readonly maxBody: number
  readonly reach: ReachOptions
  readonly tls: TlsAsk
  /** Reads the reply; without it one that keeps `maxBody` bytes. */
  readonly reader?: ReplyReader
  /** Whether the head tells all there is to know. */
  readonly enough: (head: HttpHead) => boolean
}

export type Asked = {
  readonly address: string | null
  readonly connect: Milliseconds | null
  readonly firstByte: Milliseconds | null
} & (
  | { readonly kind: 'reply'; readonly reply: HttpReply }
  | { readonly kind: 'head'; readonly head: HttpHead }
  | { readonly kind: 'failed'; readonly outcome: Outcome }
)

export async function askOnce(host: Host, ask: Ask, attempt: Attempt): Promise<Asked> {
  const reached = await reach(host, ask.step.port, ask.reach, attempt)
  if (reached.kind === 'failed') {
    const { outcome } = reached
    return { kind: 'failed', outcome, address: outcome.address ?? null, connect: null, firstByte: null }
  }
  const { address, connect } = reached
  const failed = (code: string, text: string, blame: 'host' | 'us', firstByte: Milliseconds | null) => {
    const outcome: Outcome = { kind: blame === 'host' ? 'down' : 'unknown', code, text, address }
    return { kind: 'failed' as const, outcome, address, connect, firstByte }
  }
  let socket = reached.socket
  if (ask.step.tls) {
    const servername = ask.tls.servername ?? ask.step.name
    const { context, verify, verifyName, compliant = false } = ask.tls
    const secured = await secure(socket, { port: ask.step.port, servername, context, compliant }, attempt)
    if (secured.kind === 'failed') return failed(secured.code, secured.text, secured.blame, null)
    const fault = verify ? faultOf(secured, verifyName ?? servername) : null
    if (fault !== null) return failed(fault.code, fault.text, 'host', null)
    socket = secured.socket
  }
  const request = typeof ask.request === 'function' ? ask.request(address) : ask.request
  const reader = ask.reader ?? replyReader(ask.step.method, ask.maxBody)
  const got = await exchange(socket, request, reader, attempt, ask.enough)
  if (got.kind === 'failed') return failed(got.code, got.text, got.blame, got.firstByte)
  return { ...got, address, connect }
}

function faultOf(secured: Extract<Secured, { kind: 'secured' }>, name: string): { code: string; text: string } | null {
  const facts = certificateFacts(secured.socket, name)
  const fault =
    facts === null
      ? { code: 'no-certificate', text: 'showed no certificate' }
      : certificateFault(facts, { name, chain: true }, clock.wall())
  if (fault !== null) secured.socket.destroy()
  return fault
}

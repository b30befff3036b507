/** One datagram to a host that may be given by name, and its answer: what the monitors over UDP have in common. */
import type { Host } from '../../model/names.ts'
import type { Milliseconds } from '../../model/units.ts'
import { type Attempt, limitText } from './attempt.ts'
import { type LocalEnd, sendAndWait } from './datagram.ts'
import type { Outcome } from './each-host.ts'
import { familyOf, outletOf, type ReachOptions } from './reach.ts'
import { resolve } from './resolve.ts'

export interface Question {
  readonly port: number
  readonly payload: Uint8Array | ((local: LocalEnd) => Uint8Array)
  /** Whether these bytes are the answer; what is none is passed over. */
  readonly answers: (bytes: Buffer) => boolean
  /** How long to wait before the same is sent once more, and twice as long before each further time. */
  readonly again: Milliseconds
}

type Told =
  | {
      readonly kind: 'answer'
      readonly bytes: Buffer
      readonly address: string
      readonly firstByte: Milliseconds
    }
  | { readonly kind: 'silence'; readonly address: string; readonly text: string }
  | { readonly kind: 'failed'; readonly outcome: Outcome }

export async function askDatagram(
  host: Host,
  { port, payload, answers, again }: Question,
  options: ReachOptions,
  attempt: Attempt,
): Promise<Told> {
  const found = await resolve(options.connectIp ?? host, familyOf(options), attempt)
  if (found.kind === 'failed') {
    return { kind: 'failed', outcome: { kind: 'unknown', code: found.code, text: found.text } }
  }
  const { address, family } = found
  const told = await sendAndWait({ address, family, port, ...outletOf(options) }, payload, attempt, answers, again)
  if (told.kind === 'answer') return { kind: 'answer', bytes: told.bytes, address, firstByte: told.took }
  if (told.kind === 'silence') {
    return {
      kind: 'silence',
      address,
      text: `did not answer on UDP port ${port} within ${limitText(attempt.limit)}`,
    }
  }
  const { code, text, blame } = told
  return { kind: 'failed', outcome: { kind: blame === 'host' ? 'down' : 'unknown', code, text, address } }
}

/**
 * Says one thing to a host and listens until it closes, without a thought about what is said: for monitors that look for
 * a pattern in whatever comes back. Bytes are Latin-1 characters here, so that a pattern sees each of them.
 */
import type { Host } from '../../model/names.ts'
import type { Milliseconds } from '../../model/units.ts'
import { type Attempt, limitText } from './attempt.ts'
import { aborted } from './connect.ts'
import type { Outcome } from './each-host.ts'
import { type ReachOptions, reach } from './reach.ts'

export interface Heard {
  readonly kind: 'heard'
  readonly text: string
  /** Why no more was read: the host closed, `enough` was said, or the limit was reached; or what went wrong. */
  readonly end: 'closed' | 'enough' | 'full' | 'reset' | 'timed-out' | 'aborted'
  readonly address: string
  readonly connect: Milliseconds
  readonly firstByte: Milliseconds | null
}

interface Saying {
  readonly port: number
  readonly words: Buffer
  /** Whether what was heard so far is all that is wanted. */
  readonly enough: (text: string) => boolean
}

/** Bytes of an answer that are read. */
export const MOST_HEARD = 1_048_576

export async function sayAndListen(
  host: Host,
  { port, words, enough }: Saying,
  options: ReachOptions,
  attempt: Attempt,
): Promise<Heard | { readonly kind: 'failed'; readonly outcome: Outcome }> {
  const reached = await reach(host, port, options, attempt)
  if (reached.kind === 'failed') return reached
  const { socket, address, connect } = reached
  return new Promise((settle) => {
    const pieces: string[] = []
    let received = 0
    let firstByte: Milliseconds | null = null
    const done = (end: Heard['end']): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      socket.destroy()
      settle({ kind: 'heard', text: pieces.join(''), end, address, connect, firstByte })
    }
    const onAbort = (): void => done(attempt.stopped() === 'aborted' ? 'aborted' : 'timed-out')
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    socket.on('data', (bytes: Buffer) => {
      firstByte ??= attempt.elapsed()
      const piece = bytes.toString('latin1', 0, MOST_HEARD - received)
      received += piece.length
      pieces.push(piece)
      if (received >= MOST_HEARD) done('full')
      // What ends a wait stands at the front; all of a long answer is not put together for each of its packets.
      else if (received - piece.length < FRONT && enough(pieces.join(''))) done('enough')
    })
    socket.once('end', () => done('closed'))
    socket.once('close', () => done('reset'))
    if (attempt.signal.aborted) onAbort()
    else socket.write(words)
  })
}

/** A packet that begins behind so many bytes is not looked at for `enough`. */
const FRONT = 4096

/** What to say of a host whose answer came to no good end; `null` if it closed by itself, or enough was heard. */
export function unfinished({ end, text }: Heard, attempt: Attempt): Outcome | null {
  if (end === 'aborted') return { kind: 'unknown', code: 'aborted', text: aborted.text }
  const some = text === '' ? 'nothing' : `only ${text.length} bytes`
  if (end === 'timed-out') {
    return {
      kind: 'down',
      code: 'timed-out',
      text: `sent ${some} and did not close within ${limitText(attempt.limit)}`,
    }
  }
  if (end === 'reset') return { kind: 'down', code: 'reset', text: `sent ${some} and reset the connection` }
  return null
}

/** A pattern for text in which each byte is a character; as in Perl, one that is not ASCII is several. */
export const bytePattern = (source: string, flags: string): RegExp =>
  new RegExp(Buffer.from(source).toString('latin1'), flags)

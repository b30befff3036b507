/**
 * A conversation in lines that is waited for line by line, where other things happen in between: a file comes over a second
 * connection. What has no such thing is a generator, and had by `converse`.
 */
import type { Socket } from 'node:net'
import type { Milliseconds } from '../../model/units.ts'
import { type Heard, quote, type Turn } from '../../wire/talk/conversation.ts'
import { Lines, LONGEST_LINE, MOST_BYTES, type Overflow } from '../../wire/talk/lines.ts'
import { type Attempt, limitText } from './attempt.ts'
import { aborted } from './connect.ts'
import type { Outcome } from './each-host.ts'

export interface Dialogue {
  /** Says what the turn says and waits for the next line; `null`: the host closed. An outcome: there is none to wait for. */
  hear(turn: Turn): Promise<Heard | Outcome>
  /** When the first byte came. */
  firstByte(): Milliseconds | null
  /** Must be called at the end; a goodbye is said, and nothing is waited for. */
  end(goodbye: string | null): void
}

const OVERFLOWS: Readonly<Record<Overflow, string>> = {
  'line-too-long': `sent a line of more than ${LONGEST_LINE} bytes`,
  'too-much': `sent more than ${MOST_BYTES} bytes`,
}

export function dialogue(socket: Socket, attempt: Attempt): Dialogue {
  const lines = new Lines()
  const queue: (Heard | Outcome)[] = []
  let firstByte: Milliseconds | null = null
  let waiting: ((heard: Heard | Outcome) => void) | null = null
  let turn: Turn | null = null
  let ended = false

  const take = (heard: Heard | Outcome): void => {
    if (waiting === null) queue.push(heard)
    else {
      const settle = waiting
      waiting = null
      settle(heard)
    }
  }
  const onData = (bytes: Buffer): void => {
    firstByte ??= attempt.elapsed()
    const { lines: complete, overflow } = lines.feed(bytes)
    for (const line of complete) take(line)
    if (overflow !== null) onOverflow(overflow)
  }
  const onOverflow = (overflow: Overflow): void => {
    socket.destroy()
    take({ kind: 'down', code: overflow, text: OVERFLOWS[overflow] })
  }
  const onClosed = (): void => {
    if (ended) return
    ended = true
    const rest = lines.rest()
    if (rest !== null) take(rest)
    take(null)
  }
  const onAbort = (): void => take(stopped(attempt, turn))

  attempt.signal.addEventListener('abort', onAbort, { once: true })
  if (attempt.signal.aborted) onAbort()
  socket.on('data', onData).once('end', onClosed).once('close', onClosed)
  // A late error must find a listener.
  socket.on('error', () => undefined)

  return {
    hear(next) {
      turn = next
      if (next.say !== null && socket.writable) socket.write(`${next.say}\r\n`)
      const first = queue.shift()
      if (first !== undefined) return Promise.resolve(first)
      if (ended) return Promise.resolve(null)
      return new Promise((settle) => {
        waiting = settle
      })
    },
    firstByte: () => firstByte,
    end(goodbye) {
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      if (goodbye !== null && socket.writable) socket.write(`${goodbye}\r\n`)
      socket.destroySoon()
    },
  }
}

function stopped(attempt: Attempt, turn: Turn | null): Outcome {
  if (attempt.stopped() === 'aborted') return { kind: 'unknown', code: 'aborted', text: aborted.text }
  const late = turn === null ? 'said nothing' : turn.late
  return { kind: 'down', code: 'timed-out', text: `${late} within ${limitText(attempt.limit)}` }
}

/** A reply of several lines, as SMTP and FTP have them: a code, and a hyphen behind it in all but the last line. */
export interface Reply {
  readonly code: number
  /** Of its last line. */
  readonly text: string
}

/** RFC 959 §4.2: lines in the middle need no code. */
export async function hearReply(talk: Dialogue, turn: Turn): Promise<Reply | Outcome> {
  let code: string | null = null
  for (let next = turn; ; next = { ...turn, say: null }) {
    const heard = await talk.hear(next)
    if (heard === null) {
      const text = `closed the connection instead of sending ${turn.awaits}`
      return { kind: 'down', code: 'closed-early', text }
    }
    if (typeof heard !== 'string') return heard
    const [, given = '', behind] = /^(\d{3})(?:([ -])|$)/.exec(heard) ?? []
    if (code === null && given === '') {
      return { kind: 'down', code: 'wrong-answer', text: `sent ${quote(turn, heard)} as ${turn.awaits}` }
    }
    code ??= given
    if (given === code && behind !== '-') return { code: Number(code), text: heard }
  }
}

/**
 * Has a conversation in lines over an open connection: says what the conversation wants said, hands it the lines that come
 * back, and ends with its verdict, or at the attempt's end, or when a host says more than anybody needs.
 */
import type { Milliseconds } from '../../model/units.ts'
import { type Conversation, quote, type Turn } from '../../wire/talk/conversation.ts'
import { Lines, LONGEST_LINE, MOST_BYTES, type Overflow } from '../../wire/talk/lines.ts'
import { type Attempt, limitText } from './attempt.ts'
import { aborted } from './connect.ts'
import type { Outcome } from './each-host.ts'
import type { Line } from './talk-options.ts'

const OVERFLOWS: Readonly<Record<Overflow, string>> = {
  'line-too-long': `sent a line of more than ${LONGEST_LINE} bytes`,
  'too-much': `sent more than ${MOST_BYTES} bytes`,
}

export function converse({ socket }: Line, attempt: Attempt, conversation: Conversation): Promise<Outcome> {
  return new Promise((settle) => {
    const lines = new Lines()
    let firstByte: Milliseconds | null = null
    let turn: Turn | null = null
    /** The last line that came behind what was last said. */
    let last: string | null = null

    const done = (outcome: Outcome): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      socket.destroy()
      settle({ ...outcome, firstByte })
    }
    /** `true`: the conversation goes on. */
    const step = (next: IteratorResult<Turn, Outcome>): boolean => {
      if (next.done === true) {
        done(next.value)
        return false
      }
      turn = next.value
      if (turn.say !== null) {
        last = null
        // Whether the host still listens is seen by what comes back.
        if (turn.hides !== undefined) attempt.trace?.({ kind: 'secret', text: turn.hides })
        if (socket.writable) socket.write(`${turn.say}\r\n`)
      }
      return true
    }
    const hear = (line: string): boolean => {
      last = line
      return step(conversation.next(line))
    }
    const onData = (bytes: Buffer): void => {
      firstByte ??= attempt.elapsed()
      const { lines: complete, overflow } = lines.feed(bytes)
      for (const line of complete) if (!hear(line)) return
      if (overflow !== null) done({ kind: 'down', code: overflow, text: OVERFLOWS[overflow] })
    }
    const onClosed = (): void => {
      // Some servers forget the end of their last line.
      const rest = lines.rest()
      if (rest !== null && !hear(rest)) return
      while (step(conversation.next(null)));
    }
    const onAbort = (): void => done(stopped(attempt, turn, last))

    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) {
      onAbort()
      return
    }
    socket.once('end', onClosed)
    socket.once('close', onClosed)
    if (step(conversation.next())) socket.on('data', onData)
  })
}

function stopped(attempt: Attempt, turn: Turn | null, last: string | null): Outcome {
  if (attempt.stopped() === 'aborted') return { kind: 'unknown', code: 'aborted', text: aborted.text }
  if (turn?.otherwise !== undefined) return turn.otherwise
  const late = turn === null ? 'said nothing' : turn.late
  const words = turn === null || last === null ? '' : `; the last it said was ${quote(turn, last)}`
  return { kind: 'down', code: 'timed-out', text: `${late} within ${limitText(attempt.limit)}${words}` }
}

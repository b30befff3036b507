/**
 * Listens to a telnet server until it shows a prompt, and refuses all that it wants to negotiate meanwhile. The prompt is
 * looked for when something new has come, but not more often than a pattern may cost: a host that drips its banner byte by
 * byte, in front of a pattern that is slow, must not keep the daemon busy.
 */
import type { Milliseconds } from '../../model/units.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { TelnetReader } from '../../wire/talk/telnet.ts'
import { tryPattern } from '../http/regex.ts'
import { type Attempt, limitText } from './attempt.ts'
import { aborted } from './connect.ts'
import type { Outcome } from './each-host.ts'
import type { Line } from './talk-options.ts'

interface Prompt {
  readonly pattern: RegExp
  /** As the operator wrote it. */
  readonly shown: string
}

/** Characters of a banner that are looked at; who shows more before its prompt is no telnet server. */
const MOST_TEXT = 65_536
/** Bytes, negotiation included. */
const MOST_BYTES = 262_144
/** At least so long between one search and the next, and this many times as long as the last one took. */
const PAUSE_MS = 20
const REST = 9
const QUOTED = 80

export function awaitPrompt({ socket }: Line, attempt: Attempt, { pattern, shown }: Prompt): Promise<Outcome> {
  return new Promise((settle) => {
    const reader = new TelnetReader()
    const pieces: string[] = []
    let received = 0
    let length = 0
    let firstByte: Milliseconds | null = null
    let timer: NodeJS.Timeout | null = null
    let notBefore = 0

    const done = (outcome: Outcome): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      if (timer !== null) clearTimeout(timer)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      socket.destroy()
      settle({ ...outcome, firstByte })
    }
    /** The verdict, if what has come so far allows one. */
    const look = (): Outcome | null => {
      const began = attempt.elapsed()
      const found = tryPattern(pattern, pieces.join(''))
      const now = attempt.elapsed()
      notBefore = now + Math.max(PAUSE_MS, (now - began) * REST)
      if (found === 'found') return { kind: 'up', text: `showed the prompt ${shown}` }
      if (found === 'missing') return null
      return { kind: 'down', code: 'regex-too-slow', text: 'sent a text on which the pattern of -l takes too long' }
    }
    const lookNow = (): void => {
      timer = null
      const outcome = look()
      if (outcome !== null) done(outcome)
    }
    const said = (): string => {
      const line = pieces.join('').trimEnd().split('\n').at(-1) ?? ''
      return line.trim() === '' ? 'it sent no text' : `its last line was "${oneLine(line, QUOTED)}"`
    }
    const without = (code: string, text: string): Outcome =>
      look() ?? { kind: 'down', code, text: `${text}; ${said()}` }
    const onData = (bytes: Buffer): void => {
      firstByte ??= attempt.elapsed()
      received += bytes.length
      const { text, answer } = reader.feed(bytes)
      if (answer.length > 0 && socket.writable) socket.write(answer)
      if (text !== '') pieces.push(text.slice(0, MOST_TEXT - length))
      length = Math.min(length + text.length, MOST_TEXT)
      if (length >= MOST_TEXT || received >= MOST_BYTES) {
        done(without('too-much', `sent ${received} bytes without showing the prompt ${shown}`))
      } else if (text !== '') timer ??= setTimeout(lookNow, Math.max(0, notBefore - attempt.elapsed()))
    }
    const onClosed = (): void =>
      done(without('closed-early', `closed the connection before it showed the prompt ${shown}`))
    const onAbort = (): void => {
      if (attempt.stopped() === 'aborted') done({ kind: 'unknown', code: 'aborted', text: aborted.text })
      else done(without('timed-out', `did not show the prompt ${shown} within ${limitText(attempt.limit)}`))
    }

    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) {
      onAbort()
      return
    }
    socket.on('data', onData).once('end', onClosed).once('close', onClosed)
    // A pattern that nothing can fail is content with nothing.
    lookNow()
  })
}

/**
 * Carries out a conversation of steps over a connection or by datagrams. Each step may take its time, and all together no
 * longer than the attempt. A pattern is looked for when something new has come, but not more often than it may cost: a host
 * that drips byte by byte in front of a slow pattern must not keep the daemon busy.
 */
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import { type Act, dialogue } from '../../wire/expect/dialogue.ts'
import type { Step } from '../../wire/expect/step.ts'
import { type Attempt, limitText, startAttempt } from '../probe/attempt.ts'
import { aborted } from '../probe/connect.ts'
import type { Outcome } from '../probe/each-host.ts'
import { search } from './search.ts'

/** What a conversation goes over. */
export interface Wire {
  readonly datagrams: boolean
  /** `sent` is called when the bytes are on their way. */
  send(bytes: Buffer, sent: () => void): void
  listen(ears: Ears): void
  close(): void
}

export interface Ears {
  readonly bytes: (bytes: Buffer) => void
  /** Nothing more comes. `why` is a sentence without its host. */
  readonly closed: (code: string, why: string) => void
  readonly failed: (outcome: Outcome) => void
}

/** At least so long between one search and the next, and this many times as long as the last one took. */
const PAUSE_MS = 20
const REST = 9

/** An attempt for one step, within that for all of them. */
export function stepAttempt(limit: Milliseconds, whole: Attempt): Attempt {
  const left = Math.max(1, whole.limit - whole.elapsed())
  return startAttempt(milliseconds(Math.min(limit, left)), whole.signal, whole.trace)
}

export function converse(
  wire: Wire,
  steps: readonly Step[],
  { attempt, stepLimit }: { readonly attempt: Attempt; readonly stepLimit: Milliseconds },
): Promise<Outcome> {
  return new Promise((settle) => {
    const talk = dialogue(steps, { datagrams: wire.datagrams })
    let firstByte: Milliseconds | null = null
    let over: { readonly code: string; readonly why: string } | null = null
    let turn: Attempt | null = null
    let pause: NodeJS.Timeout | null = null
    let notBefore = 0
    let settled = false
    let sending = false
    /** Of the last datagram nobody says that it arrived: what ICMP may say of it is waited for. */
    let silenceIsGood = false

    const done = (outcome: Outcome): void => {
      if (settled) return
      settled = true
      turn?.end()
      if (pause !== null) clearTimeout(pause)
      wire.close()
      settle({ ...outcome, firstByte })
    }
    const begin = (): void => {
      turn?.end()
      const mine = stepAttempt(stepLimit, attempt)
      turn = mine
      const late = (): void => onLate(mine)
      mine.signal.addEventListener('abort', late, { once: true })
      if (mine.signal.aborted) late()
    }
    const onLate = (mine: Attempt): void => {
      if (mine !== turn) return
      if (mine.stopped() === 'aborted') done({ kind: 'unknown', code: 'aborted', text: aborted.text })
      else if (silenceIsGood)
        done({ kind: 'up', text: `took a datagram; nobody said otherwise within ${limitText(mine.limit)}` })
      else if (!lookNow()) done(talk.over('timed-out', `did not answer within ${limitText(mine.limit)}`))
    }
    const carry = (act: Act): void => {
      if (settled) return
      if (act.kind === 'end') done(act.verdict)
      else if (over !== null) done(talk.over(over.code, over.why))
      else {
        begin()
        if (act.kind === 'send') send(act)
      }
    }
    const send = ({ bytes, last }: Extract<Act, { kind: 'send' }>): void => {
      sending = true
      wire.send(bytes, () => {
        sending = false
        if (settled) return
        silenceIsGood = last && wire.datagrams
        if (silenceIsGood) return
        carry(talk.next())
        // What came meanwhile answers what was sent.
        if (!settled && !sending) lookNow()
      })
    }
    /** `true`: the conversation went on. */
    const lookNow = (): boolean => {
      if (pause !== null) clearTimeout(pause)
      pause = null
      const began = attempt.elapsed()
      const act = talk.look(search)
      const now = attempt.elapsed()
      notBefore = now + Math.max(PAUSE_MS, (now - began) * REST)
      if (act.kind === 'listen') return false
      carry(act)
      return true
    }
    wire.listen({
      bytes(bytes) {
        firstByte ??= attempt.elapsed()
        if (silenceIsGood) done({ kind: 'up', text: `answered with ${bytes.length} bytes` })
        else talk.hear(bytes)
        if (settled || sending) return
        if (!talk.searches()) lookNow()
        else pause ??= setTimeout(lookNow, Math.max(0, notBefore - attempt.elapsed()))
      },
      closed(code, why) {
        if (settled || over !== null) return
        over = { code, why }
        if (sending || !lookNow()) done(talk.over(code, why))
      },
      failed: done,
    })
    carry(talk.next())
  })
}

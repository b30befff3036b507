/**
 * Whether the passwords of traps are right. A comparison is slow on purpose, so they are made one at a time, few wait,
 * and what came of one is remembered for some seconds under a keyed hash; the password itself is not kept.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { seconds, type Uptime, uptime } from '../../model/units.ts'
import type { MonDaemon } from './daemon.ts'

/** Traps that wait for a comparison, of all senders and of one. */
export const MOST_WAITING = 64
export const MOST_WAITING_OF_ONE = 16
/** How long, and of how many, the outcome is remembered. */
export const REMEMBERED = seconds(20)
const MOST_REMEMBERED = 1024

interface Question {
  /** Address of the sender: its traps keep their order. */
  readonly from: string
  readonly password: string
  readonly hash: string
}

/** `unusable`: nothing could be compared; its `text` says why. */
export type Verdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'unusable'; readonly text: string }

export class TrapPasswords {
  private readonly daemon: Pick<MonDaemon, 'now' | 'comparePassword'>
  private readonly key = randomBytes(32)
  private readonly known = new Map<string, { readonly right: boolean; readonly until: Uptime }>()
  private readonly waitingOf = new Map<string, number>()
  private waiting = 0
  private last: Promise<void> = Promise.resolve()

  constructor(daemon: Pick<MonDaemon, 'now' | 'comparePassword'>) {
    this.daemon = daemon
  }

  /** Calls `done`, at once if the answer is known. False: too many wait, and it is never called. */
  ask(question: Question, done: (verdict: Verdict) => void): boolean {
    const before = this.waitingOf.get(question.from) ?? 0
    const name = this.nameOf(question)
    const known = before === 0 ? this.remembered(name) : null
    if (known !== null) {
      done({ kind: known ? 'right' : 'wrong' })
      return true
    }
    if (before >= MOST_WAITING_OF_ONE || this.waiting >= MOST_WAITING) return false
    this.waiting += 1
    this.waitingOf.set(question.from, before + 1)
    this.last = this.last.then(async () => {
      const verdict = await this.compare(question, name)
      this.leave(question.from)
      done(verdict)
    })
    return true
  }

  private async compare({ password, hash }: Question, name: string): Promise<Verdict> {
    const known = this.remembered(name)
    if (known !== null) return { kind: known ? 'right' : 'wrong' }
    const comparison = await this.daemon.comparePassword(password, hash)
    if (comparison.kind === 'unusable') return comparison
    const right = comparison.kind === 'same'
    this.known.delete(name)
    this.known.set(name, { right, until: uptime(this.daemon.now().uptime + REMEMBERED) })
    if (this.known.size > MOST_REMEMBERED) this.known.delete(this.known.keys().next().value ?? '')
    return { kind: right ? 'right' : 'wrong' }
  }

  private remembered(name: string): boolean | null {
    const found = this.known.get(name)
    if (found === undefined) return null
    if (found.until > this.daemon.now().uptime) return found.right
    this.known.delete(name)
    return null
  }

  private leave(from: string): void {
    this.waiting -= 1
    const left = (this.waitingOf.get(from) ?? 1) - 1
    if (left > 0) this.waitingOf.set(from, left)
    else this.waitingOf.delete(from)
  }

  /** Of the stored hash too: another one in auth.cf is another question. */
  private nameOf({ password, hash }: Question): string {
    return createHmac('sha256', this.key).update(`${hash.length}:${hash}${password}`).digest('base64')
  }
}

/**
 * Says failures that last again, to those who forget what is not repeated. Beside the outbox: what is lost here is said
 * again a minute later, and the first and last message of each outage come by the outbox.
 */
import { endOf, lasts, type Repeated, repeated } from '../engine/repeated.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../model/alert.ts'
import type { AlertCall } from '../model/model.ts'
import type { State } from '../model/state.ts'
import { type Milliseconds, milliseconds, minutes, type Now, seconds } from '../model/units.ts'

/** Alertmanager ends what it has not heard of for the five minutes that its alerts are given. */
export const repeatEvery = minutes(1)
/** Nobody knows how long the daemon was away: after a start they hear at once what lasts. */
export const firstRepeat = seconds(1)
/** One request may take this long. */
export const requestTimeout = seconds(20)
/** A way of telling that does not end this long after it was told to is left behind. */
const settleGrace = seconds(5)
/** Requests under way at once. */
const atOnce = 8

export interface RepeatDoors {
  now(): Now
  state(): State
  after(delay: Milliseconds, callback: () => void): () => void
  alert(name: string): Alert | undefined
  context(): Omit<AlertContext, 'signal' | 'timeout' | 'attempt' | 'reached'>
  /** Said when it begins not to work, and when it works again. */
  notice(text: string): void
}

export interface Repeater {
  stop(): void
}

export function createRepeater(doors: RepeatDoors): Repeater {
  const active = new Set<AbortController>()
  const troubled = new Set<string>()
  let cancel = (): void => {}
  let stopped = false

  function again(delay: Milliseconds): void {
    cancel = doors.after(delay, () => {
      void round().then(() => {
        if (!stopped) again(repeatEvery)
      })
    })
  }

  async function round(): Promise<void> {
    const waiting = [...repeated(doors.state(), doors.now())]
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !stopped; next = waiting.shift()) await say(next)
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, worker))
  }

  async function say(one: Repeated): Promise<void> {
    const { call, message } = one
    const alert = doors.alert(call.module)
    // A round takes its time where an Alertmanager is slow, and what is over meanwhile must not be told as if it lasted.
    if (alert === undefined || !lasts(doors.state(), one)) return
    const outcome = await attempt(alert, call, message)
    if (stopped) return
    heed(call, outcome)
    // Its end, told meanwhile by the outbox, may have come there first, and would be taken back by this.
    if (!lasts(doors.state(), one)) await attempt(alert, call, endOf(message, doors.now()))
  }

  /** Trouble is said once, and once that it is over. */
  function heed({ text }: AlertCall, outcome: AlertOutcome): void {
    if (outcome.kind === 'failed' && !troubled.has(text)) {
      troubled.add(text)
      doors.notice(`"${text}" cannot be told that failures last: ${outcome.text}`)
    } else if (outcome.kind === 'sent' && troubled.delete(text)) {
      doors.notice(`"${text}" is told again that failures last`)
    }
  }

  /** One controller and timers that are taken back: in Node 20 AbortSignal.any forgets signals that nobody else holds. */
  function attempt(alert: Alert, { options }: AlertCall, message: AlertMessage): Promise<AlertOutcome> {
    const controller = new AbortController()
    active.add(controller)
    const context = { ...doors.context(), signal: controller.signal, timeout: requestTimeout, attempt: 1 }
    return new Promise((resolve) => {
      const cancelDeadline = doors.after(requestTimeout, () => controller.abort())
      const settle = (outcome: AlertOutcome): void => {
        cancelDeadline()
        cancelLatest()
        active.delete(controller)
        resolve(outcome)
      }
      const cancelLatest = doors.after(milliseconds(requestTimeout + settleGrace), () =>
        settle({ kind: 'failed', retry: true, text: `it did not end within ${requestTimeout / 1000} s` }),
      )
      // Asynchronous, so that one that throws at once ends like one that rejects.
      const sent = async () => alert.send(message, options, context)
      sent().then(settle, (error: unknown) => settle({ kind: 'failed', retry: true, text: String(error) }))
    })
  }

  again(firstRepeat)
  return {
    stop() {
      stopped = true
      cancel()
      for (const controller of active) controller.abort()
    },
  }
}

/**
 * Says failures that last again, to those who forget what is not repeated. Beside the outbox: what is lost here is said
 * again a minute later, and the first and last message of each outage have come by the outbox.
 */
import { type Repeated, repeated } from '../engine/repeated.ts'
import type { Alert, AlertContext } from '../model/alert.ts'
import type { State } from '../model/state.ts'
import { type Milliseconds, minutes, type Now, seconds } from '../model/units.ts'

/** Alertmanager ends what it has not heard of for the five minutes that its alerts are given. */
export const repeatEvery = minutes(1)
/** One request may take this long. */
const requestTimeout = seconds(20)
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
  const controller = new AbortController()
  const troubled = new Set<string>()
  let cancel = (): void => {}

  function again(): void {
    cancel = doors.after(repeatEvery, () => {
      void round().then(() => {
        if (!controller.signal.aborted) again()
      })
    })
  }

  async function round(): Promise<void> {
    const waiting = [...repeated(doors.state(), doors.now())]
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !controller.signal.aborted; next = waiting.shift()) {
        await say(next)
      }
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, worker))
  }

  async function say({ call, message }: Repeated): Promise<void> {
    const alert = doors.alert(call.module)
    if (alert === undefined) return
    const signal = AbortSignal.any([controller.signal, AbortSignal.timeout(requestTimeout)])
    const context = { ...doors.context(), signal, timeout: requestTimeout, attempt: 1 }
    const outcome = await Promise.resolve()
      .then(() => alert.send(message, call.options, context))
      .catch((error: unknown) => ({ kind: 'failed', text: String(error) }) as const)
    if (controller.signal.aborted) return
    if (outcome.kind === 'failed' && !troubled.has(call.text)) {
      troubled.add(call.text)
      doors.notice(`"${call.text}" cannot be told that failures last: ${outcome.text}`)
    } else if (outcome.kind === 'sent' && troubled.delete(call.text)) {
      doors.notice(`"${call.text}" is told again that failures last`)
    }
  }

  again()
  return {
    stop() {
      controller.abort()
      cancel()
    },
  }
}

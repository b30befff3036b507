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
/** Failures that one is handed together, if it takes several (Alert.repeat): ten thousand of them are twenty requests. */
export const togetherMost = 500

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
    const waiting = batchesOf([...repeated(doors.state(), doors.now())])
    const heard: Heard = { told: new Set(), failed: new Set() }
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined && !stopped; next = waiting.shift()) await say(next, heard)
    }
    await Promise.all(Array.from({ length: Math.min(atOnce, waiting.length) }, worker))
    for (const text of stopped ? [] : heard.told)
      if (!heard.failed.has(text) && troubled.delete(text)) doors.notice(`"${text}" is told again that failures last`)
  }

  /** What goes to the same receivers goes together, where they take several at once. */
  function batchesOf(all: readonly Repeated[]): Batch[] {
    const open = new Map<string, [Repeated, ...Repeated[]]>()
    const batches: Batch[] = []
    for (const one of all) {
      const { module, options } = one.call
      const several = doors.alert(module)?.repeat !== undefined
      const name = several ? `${module} ${JSON.stringify(options)}` : ''
      const known = several ? open.get(name) : undefined
      if (known !== undefined && known.length < togetherMost) {
        known.push(one)
        continue
      }
      const batch: [Repeated, ...Repeated[]] = [one]
      batches.push(batch)
      if (several) open.set(name, batch)
    }
    return batches
  }

  async function say(batch: Batch, { told, failed }: Heard): Promise<void> {
    const { call } = batch[0]
    const alert = doors.alert(call.module)
    // A round takes its time where an Alertmanager is slow, and what is over meanwhile must not be told as if it lasted.
    const lasting = batch.filter((one) => lasts(doors.state(), one))
    if (alert === undefined || lasting.length === 0) return
    const outcome = await attempt(
      alert,
      call,
      lasting.map(({ message }) => message),
    )
    if (stopped) return
    for (const { text } of lasting.map((one) => one.call)) {
      told.add(text)
      if (outcome.kind !== 'failed') continue
      failed.add(text)
      inTrouble(text, outcome.text)
    }
    // Its end, told meanwhile by the outbox, may have come there first, and would be taken back by this.
    const over = lasting.filter((one) => !lasts(doors.state(), one))
    const ends = over.map(({ message }) => endOf(message, doors.now()))
    if (ends.length > 0) await attempt(alert, call, ends)
  }

  /** Said once, and once that it is over: when a whole round has gone well. */
  function inTrouble(text: string, why: string): void {
    if (troubled.has(text)) return
    troubled.add(text)
    doors.notice(`"${text}" cannot be told that failures last: ${why}`)
  }

  /** One controller and timers that are taken back: in Node 20 AbortSignal.any forgets signals that nobody else holds. */
  function attempt(alert: Alert, call: AlertCall, messages: readonly AlertMessage[]): Promise<AlertOutcome> {
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
      tell(alert, call, messages, context).then(settle, (error: unknown) =>
        settle({ kind: 'failed', retry: true, text: String(error) }),
      )
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

type Batch = readonly [Repeated, ...Repeated[]]

/** How a round goes, by the lines of the configuration. */
interface Heard {
  readonly told: Set<string>
  readonly failed: Set<string>
}

/** Asynchronous, so that one that throws at once ends like one that rejects. */
async function tell(
  alert: Alert,
  { options }: AlertCall,
  messages: readonly AlertMessage[],
  context: AlertContext,
): Promise<AlertOutcome> {
  if (alert.repeat !== undefined) return alert.repeat(messages, options, context)
  const [only] = messages
  return only === undefined ? { kind: 'sent', text: '' } : alert.send(only, options, context)
}

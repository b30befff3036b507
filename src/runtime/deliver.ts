/**
 * Carries notifications out of the outbox to their receivers: at their time, so many at once, and for one service and one
 * way of telling strictly in order, so that a late "down" never follows its "up". What came of each becomes an event.
 */
import type { Alert, AlertContext, AlertOutcome } from '../model/alert.ts'
import type { EventBody } from '../model/event.ts'
import type { Id } from '../model/names.ts'
import type { Delivery } from '../model/state.ts'
import { type Milliseconds, milliseconds, type Now, seconds } from '../model/units.ts'

/** Deliveries under way at once, for each way of telling: a relay likes no hundred connections, and none waits for another. */
export const deliveriesAtOnce = 8
/** The time one attempt may take, from the first byte to the answer. */
export const attemptTimeout = seconds(60)
/** An alert that does not settle this long after its deadline is taken to have failed. */
const settleGrace = seconds(5)
/** A stop lets what is under way end by itself for this long: broken off, it would be sent again by the next run. */
const finishGrace = seconds(2)
/** How long a stop waits for what does not even end when told to. */
const stopGrace = seconds(5)

export interface DeliverDoors {
  now(): Now
  post(event: EventBody): void
  after(delay: Milliseconds, callback: () => void): () => void
  alert(name: string): Alert | undefined
  context(): Omit<AlertContext, 'signal' | 'timeout' | 'attempt' | 'reached'>
  /** What the outbox has of it now; `undefined` once it is over. */
  pending(delivery: Id): Delivery | undefined
}

export interface Deliverer {
  /** Takes a delivery, or its new date; the same id again replaces what was known of it. */
  take(delivery: Delivery): void
  stop(): Promise<void>
  waiting(): number
}

interface Waiting {
  readonly delivery: Delivery
  readonly lane: string
}

export function createDeliverer(doors: DeliverDoors): Deliverer {
  /** In the order of the decisions; the first of a lane goes first. */
  const queue = new Map<Id, Waiting>()
  const active = new Map<string, { readonly controller: AbortController; readonly end: Promise<void> }>()
  /** How many of each way of telling are under way. */
  const placed = new Map<string, number>()
  let cancelWake = (): void => {}
  let stopped = false

  function take(delivery: Delivery): void {
    // What is over meanwhile, or has a later date, is known best by the outbox.
    const pending = doors.pending(delivery.id)
    if (pending === undefined) return
    queue.set(delivery.id, { delivery: pending, lane: laneOf(pending) })
    pump()
  }

  function pump(): void {
    if (stopped) return
    cancelWake()
    const now = doors.now().wall
    const seen = new Set<string>()
    let next = Number.POSITIVE_INFINITY
    for (const { delivery, lane } of queue.values()) {
      if (full(delivery.call.module) || seen.has(lane)) continue
      seen.add(lane)
      if (active.has(lane)) continue
      if (delivery.notBefore > now) next = Math.min(next, delivery.notBefore - now)
      else begin(delivery, lane)
    }
    if (next !== Number.POSITIVE_INFINITY) cancelWake = doors.after(milliseconds(Math.min(next, longestSleep)), pump)
  }

  /** One lane for each service, way of telling and receiver; who else is told, and how, holds nobody up. */
  function laneOf({ message, call }: Delivery): string {
    const receiver = doors.alert(call.module)?.receiver?.(call.options) ?? JSON.stringify(call.options)
    return `${message.key} ${call.module} ${receiver}`
  }

  const full = (module: string): boolean => (placed.get(module) ?? 0) >= deliveriesAtOnce
  const place = (module: string, change: 1 | -1): void => void placed.set(module, (placed.get(module) ?? 0) + change)

  function begin(delivery: Delivery, lane: string): void {
    place(delivery.call.module, 1)
    const controller = new AbortController()
    const end = attempt(delivery, controller).then((outcome) => {
      active.delete(lane)
      place(delivery.call.module, -1)
      // After the stop only what is final counts: to have it sent again by the next run would be a double.
      if (stopped && outcome.kind === 'failed' && outcome.retry) return
      doors.post({ kind: 'attempted', delivery: delivery.id, outcome })
      // One that is tried again keeps its place in the queue, so that nothing of its lane overtakes it.
      const again = doors.pending(delivery.id)
      if (again === undefined) queue.delete(delivery.id)
      else queue.set(delivery.id, { delivery: again, lane })
      pump()
    })
    active.set(lane, { controller, end })
  }

  function attempt(delivery: Delivery, controller: AbortController): Promise<AlertOutcome> {
    const alert = doors.alert(delivery.call.module)
    if (alert === undefined) {
      const text = `the alert "${delivery.call.module}" is not loaded`
      return Promise.resolve({ kind: 'failed', retry: false, text })
    }
    const context = {
      ...doors.context(),
      signal: controller.signal,
      timeout: attemptTimeout,
      attempt: delivery.attempts + 1,
      ...(delivery.reached === undefined ? {} : { reached: delivery.reached }),
    }
    return new Promise((resolve) => {
      const cancelDeadline = doors.after(attemptTimeout, () => controller.abort())
      const text = `it did not end within ${attemptTimeout / 1000} s`
      const latest = milliseconds(attemptTimeout + settleGrace)
      const giveUp = doors.after(latest, () => resolve({ kind: 'failed', retry: true, text }))
      const settle = (outcome: AlertOutcome): void => {
        cancelDeadline()
        giveUp()
        resolve(outcome)
      }
      // Asynchronous, so that one that throws at once ends like one that rejects.
      const sent = async () => alert.send(delivery.message, delivery.call.options, context)
      sent().then(settle, (error: unknown) => {
        settle({ kind: 'failed', retry: true, text: `it failed: ${String(error)}` })
      })
    })
  }

  /** What is under way is broken off and stays in the outbox: it is tried again by the next run of the daemon. */
  async function stop(): Promise<void> {
    stopped = true
    cancelWake()
    if (active.size === 0) return
    const ends = Promise.allSettled([...active.values()].map(({ end }) => end))
    const patience = (length: Milliseconds) => new Promise<void>((resolve) => doors.after(length, resolve))
    await Promise.race([ends, patience(finishGrace)])
    for (const { controller } of active.values()) controller.abort()
    await Promise.race([ends, patience(stopGrace)])
  }

  return { take, stop, waiting: () => queue.size }
}

/** However far away the next date is, the queue is looked over this often: the wall clock may be set meanwhile. */
const longestSleep = seconds(30)

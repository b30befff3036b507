/**
 * Carries notifications out of the outbox to their receivers: at their time, so many at once, and for one service and one
 * way of telling strictly in order, so that a late "down" never follows its "up". What came of each becomes an event.
 */
import type { Alert, AlertContext, AlertOutcome } from '../model/alert.ts'
import type { EventBody } from '../model/event.ts'
import type { AlertCall, Call } from '../model/model.ts'
import type { Id } from '../model/names.ts'
import { channelOf } from '../model/receiver.ts'
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
  /** What the outbox has of it now; `undefined` once it is over. Asked at every step, so it must not search. */
  pending(delivery: Id): Delivery | undefined
}

export interface Deliverer {
  /** Takes a delivery, or its new date; the same id again keeps its place. */
  take(delivery: Delivery): void
  stop(): Promise<void>
}

/** What waits for one receiver to be told of one service in one way. */
interface Lane {
  readonly name: string
  readonly module: Module
  /** In the order of the decisions; only the first is ever under way. */
  readonly ids: Id[]
  /** `asleep` until the date of its first, `ready` to begin as soon as there is a place, or `active`. */
  standing: 'asleep' | 'ready' | 'active'
  cancelWake: () => void
}

/** One way of telling. */
interface Module {
  /** First come, first served. */
  readonly ready: Lane[]
  underWay: number
}

export function createDeliverer(doors: DeliverDoors): Deliverer {
  const modules = new Map<string, Module>()
  const lanes = new Map<string, Lane>()
  const laneOf = new Map<Id, Lane>()
  const active = new Set<{ readonly controller: AbortController; readonly end: Promise<void> }>()
  let pumpAwaited = false
  let stopped = false

  function take({ id }: Delivery): void {
    // What is over meanwhile, or has a later date, is known best by the outbox.
    const pending = doors.pending(id)
    if (pending === undefined) return
    const lane = laneOf.get(id) ?? joined(pending)
    if (lane.standing === 'asleep') look(lane)
  }

  function joined({ id, message, call }: Delivery): Lane {
    const name = laneName(message, call)
    const lane = lanes.get(name) ?? newLane(name, `${call.module} ${lineOf(call)}`)
    lane.ids.push(id)
    laneOf.set(id, lane)
    return lane
  }

  /**
   * Messages of one service to one receiver keep their order. A channel that is told of several services at once keeps the
   * order of all, since nobody can tell beforehand which of them the next message is about.
   */
  function laneName(message: Delivery['message'], call: Call & Pick<AlertCall, 'receiver' | 'combines'>): string {
    if (call.receiver !== undefined && call.combines === true) return `${call.module} ${channelOf(call)}`
    return `${message.key} ${call.module} ${receiverOf(call)}`
  }

  function newLane(name: string, moduleName: string): Lane {
    const module = modules.get(moduleName) ?? { ready: [], underWay: 0 }
    modules.set(moduleName, module)
    const lane: Lane = { name, module, ids: [], standing: 'asleep', cancelWake: () => {} }
    lanes.set(name, lane)
    return lane
  }

  /** Who is told. The options may be older than the module, from a file before this one: it may not know what to do with them. */
  function receiverOf({ module, options }: Call): string {
    const whole = JSON.stringify(options)
    try {
      return doors.alert(module)?.receiver?.(options) ?? whole
    } catch {
      return whole
    }
  }

  /** With whom it waits for a free place. */
  function lineOf({ module, options }: Call): string {
    try {
      return doors.alert(module)?.line?.(options) ?? ''
    } catch {
      return ''
    }
  }

  /** Lets a lane begin with its first delivery, or sleep until the date of it. */
  function look(lane: Lane): void {
    lane.cancelWake()
    lane.standing = 'asleep'
    if (stopped) return
    const first = firstOf(lane)
    if (first === undefined) {
      lanes.delete(lane.name)
      return
    }
    const wait = first.notBefore - doors.now().wall
    if (wait > 0) {
      lane.cancelWake = doors.after(milliseconds(Math.min(wait, longestSleep)), () => look(lane))
      return
    }
    lane.standing = 'ready'
    lane.module.ready.push(lane)
    pumpSoon()
  }

  /** As the outbox has it now: setting the clock moves its date. */
  function firstOf({ ids }: Lane): Delivery | undefined {
    for (let [id] = ids; id !== undefined; [id] = ids) {
      const delivery = doors.pending(id)
      if (delivery !== undefined) return delivery
      laneOf.delete(id)
      ids.shift()
    }
    return undefined
  }

  /** Once a turn: where everything is accepted at once, checks and clients have their turns in between. */
  function pumpSoon(): void {
    if (pumpAwaited) return
    pumpAwaited = true
    doors.after(milliseconds(0), () => {
      pumpAwaited = false
      for (const module of modules.values()) pump(module)
    })
  }

  function pump(module: Module): void {
    while (!stopped && module.underWay < deliveriesAtOnce) {
      const lane = module.ready.shift()
      if (lane === undefined) return
      const delivery = firstOf(lane)
      if (delivery === undefined) look(lane)
      else begin(delivery, lane)
    }
  }

  function begin(delivery: Delivery, lane: Lane): void {
    const { module } = lane
    lane.standing = 'active'
    module.underWay += 1
    const controller = new AbortController()
    const end = attempt(delivery, controller).then((outcome) => {
      active.delete(one)
      module.underWay -= 1
      // After the stop only what is final counts: to have it sent again by the next run would be a double.
      if (stopped && outcome.kind === 'failed' && outcome.retry) return
      doors.post({ kind: 'attempted', delivery: delivery.id, outcome })
      // One that is tried again is still the first of its lane, so that nothing overtakes it.
      look(lane)
      if (module.ready.length > 0) pumpSoon()
    })
    const one = { controller, end }
    active.add(one)
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
    for (const lane of lanes.values()) lane.cancelWake()
    if (active.size === 0) return
    const ends = Promise.allSettled([...active].map(({ end }) => end))
    const patience = (length: Milliseconds) => new Promise<void>((resolve) => doors.after(length, resolve))
    await Promise.race([ends, patience(finishGrace)])
    for (const { controller } of active) controller.abort()
    await Promise.race([ends, patience(stopGrace)])
  }

  return { take, stop }
}

/** However far away the date of a lane is, it is looked at this often: the wall clock may be set meanwhile. */
const longestSleep = seconds(30)

/**
 * Carries notifications out of the outbox to their receivers: at their time, so many at once, and for one service and one
 * way of telling strictly in order, so that a late "down" never follows its "up". What some of its receivers have and others
 * refuse holds up nobody: it is tried once more before each later message of its services, so that those who lack it hear in
 * order too. What came of each becomes an event.
 */

import { concerned } from '../engine/noise/concerned.ts'
import type { Alert, AlertContext, AlertMessage, AlertOutcome } from '../model/alert.ts'
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
  /** In the order of the decisions; only the first is ever under way. */
  readonly rides: Ride[]
  /** Older ones, in their order too, that some of the receivers have and the others are still owed. */
  readonly owed: Ride[]
}

/** One delivery. A message about several services has a place in the lane of each, and begins when it is the first in all. */
interface Ride {
  readonly id: Id
  readonly lanes: readonly Lane[]
  readonly module: Module
  /** `asleep` until it is the first and its date has come, `ready` to begin as soon as there is a place, or `active`. */
  standing: 'asleep' | 'ready' | 'active'
  cancelWake: () => void
  isOwed: boolean
  /** Those whose turn it is as soon as this, which is owed, has been tried once more. */
  readonly behind: Set<Ride>
  /** What is owed and has been tried in vain since it is this one's turn. */
  readonly tried: Set<Ride>
}

/** One way of telling. */
interface Module {
  /** First come, first served. */
  readonly ready: Ride[]
  underWay: number
}

export function createDeliverer(doors: DeliverDoors): Deliverer {
  const modules = new Map<string, Module>()
  const lanes = new Map<string, Lane>()
  const rides = new Map<Id, Ride>()
  const active = new Set<{ readonly controller: AbortController; readonly end: Promise<void> }>()
  let pumpAwaited = false
  let stopped = false

  function take({ id }: Delivery): void {
    // What is over meanwhile, or has a later date, is known best by the outbox.
    const pending = doors.pending(id)
    if (pending !== undefined) consider(rides.get(id) ?? joined(pending))
  }

  function joined({ id, message, call, reached }: Delivery): Ride {
    const name = `${call.module} ${lineOf(call)}`
    const module = modules.get(name) ?? { ready: [], underWay: 0 }
    modules.set(name, module)
    const own = laneNames(message, call).map((lane) => lanes.get(lane) ?? newLane(lane))
    const ride: Ride = {
      ...{ id, lanes: own, module, standing: 'asleep', cancelWake: () => {} },
      ...{ isOwed: (reached ?? []).length > 0, behind: new Set(), tried: new Set() },
    }
    for (const lane of own) queueOf(ride, lane).push(ride)
    rides.set(id, ride)
    return ride
  }

  /**
   * Messages of one service to one receiver keep their order. A channel that is told of several services at once keeps it
   * for each of them: one that does not get through holds up what comes later of its own services, and no others.
   */
  function laneNames(message: AlertMessage, call: AlertCall): readonly string[] {
    if (call.receiver === undefined || call.combines !== true)
      return [`${message.key} ${call.module} ${receiverOf(call)}`]
    return [...new Set(concerned(message).map(({ key }) => `${key} ${call.module} ${channelOf(call)}`))]
  }

  function newLane(name: string): Lane {
    const lane: Lane = { name, rides: [], owed: [] }
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

  /** Lets a delivery begin if it is its turn, or sleep until its date. Behind others it is looked at when they are over. */
  function consider(ride: Ride): void {
    if (stopped || ride.standing !== 'asleep') return
    ride.cancelWake()
    const delivery = doors.pending(ride.id)
    if (delivery === undefined) {
      leave(ride)
      return
    }
    const wait = isFirst(ride) ? delivery.notBefore - doors.now().wall : null
    if (wait === null || wait > 0) ride.tried.clear()
    if (wait === null) return
    if (wait > 0) {
      // As the outbox has it then: setting the clock moves its date.
      ride.cancelWake = doors.after(milliseconds(Math.min(wait, longestSleep)), () => consider(ride))
      return
    }
    const owed = ride.isOwed ? [] : owedBefore(ride)
    if (owed.length === 0) getReady(ride)
    for (const one of owed) {
      one.behind.add(ride)
      if (one.standing === 'asleep') getReady(one)
    }
  }

  function getReady(ride: Ride): void {
    ride.cancelWake()
    ride.standing = 'ready'
    ride.module.ready.push(ride)
    pumpSoon()
  }

  const isFirst = (ride: Ride): boolean => ride.lanes.every((lane) => firstOf(queueOf(ride, lane)) === ride)

  const firstOf = (queue: readonly Ride[]): Ride | undefined => queue.find((ride) => !isOver(ride))

  /** What is under way has its place until it ends, whatever becomes of it in the outbox. */
  const isOver = ({ id, standing }: Ride): boolean => standing !== 'active' && doors.pending(id) === undefined

  /** What has to be tried once more before this one. Behind what has just been refused again nothing is tried. */
  function owedBefore({ lanes: own, tried }: Ride): readonly Ride[] {
    const found = new Set<Ride>()
    const open = new Set(own)
    for (const { owed } of open) {
      const first = firstOf(owed)
      if (first === undefined || tried.has(first)) continue
      if (isFirst(first)) found.add(first)
      else for (const lane of first.lanes) open.add(lane)
    }
    return [...found]
  }

  /** Some have it: those behind it need not wait until the others do. */
  function owe(ride: Ride): void {
    for (const { rides: waiting, owed } of ride.lanes) {
      remove(ride, waiting)
      owed.push(ride)
    }
    ride.isOwed = true
    const next = new Set(ride.lanes.flatMap(({ rides: waiting }) => firstOf(waiting) ?? []))
    for (const one of next) {
      // It has been tried this very moment.
      one.tried.add(ride)
      consider(one)
    }
  }

  /** Whoever came behind it may be the first now. */
  function leave(over: Ride): void {
    const open = [over]
    for (let ride = open.pop(); ride !== undefined; ride = open.pop()) {
      if (!rides.delete(ride.id)) continue
      ride.cancelWake()
      const next = new Set(ride.behind)
      for (const lane of ride.lanes) {
        const queue = queueOf(ride, lane)
        remove(ride, queue)
        if (queue[0] !== undefined) next.add(queue[0])
        if (lane.rides.length + lane.owed.length === 0) lanes.delete(lane.name)
      }
      for (const one of next) {
        if (isOver(one)) open.push(one)
        else consider(one)
      }
    }
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
      const ride = module.ready.shift()
      if (ride === undefined) return
      const delivery = doors.pending(ride.id)
      if (delivery === undefined) leave(ride)
      else begin(delivery, ride)
    }
  }

  function begin(delivery: Delivery, ride: Ride): void {
    const { module } = ride
    ride.standing = 'active'
    module.underWay += 1
    const controller = new AbortController()
    const end = attempt(delivery, controller).then((outcome) => {
      active.delete(one)
      module.underWay -= 1
      // After the stop only what is final counts: to have it sent again by the next run would be a double.
      if (stopped && outcome.kind === 'failed' && outcome.retry && !hasReached(outcome, delivery)) return
      doors.post({ kind: 'attempted', delivery: delivery.id, outcome })
      // One that is tried again is still the first of its lanes, so that nothing overtakes it, unless some have it.
      ride.standing = 'asleep'
      ride.tried.clear()
      if (!ride.isOwed && (doors.pending(ride.id)?.reached ?? []).length > 0) owe(ride)
      const waiting = [...ride.behind]
      ride.behind.clear()
      for (const one of waiting) one.tried.add(ride)
      consider(ride)
      for (const one of waiting) consider(one)
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
    for (const ride of rides.values()) ride.cancelWake()
    if (active.size === 0) return
    const ends = Promise.allSettled([...active].map(({ end }) => end))
    const patience = (length: Milliseconds) => new Promise<void>((resolve) => doors.after(length, resolve))
    await Promise.race([ends, patience(finishGrace)])
    for (const { controller } of active) controller.abort()
    await Promise.race([ends, patience(stopGrace)])
  }

  return { take, stop }
}

/** However far away the date of a delivery is, it is looked at this often: the wall clock may be set meanwhile. */
const longestSleep = seconds(30)

const queueOf = ({ isOwed }: Ride, lane: Lane): Ride[] => (isOwed ? lane.owed : lane.rides)

const remove = (ride: Ride, queue: Ride[]): unknown => queue.splice(queue.indexOf(ride), 1)

/** Somebody has it now who had it not. */
const hasReached = ({ reached = [] }: Extract<AlertOutcome, { kind: 'failed' }>, before: Delivery): boolean =>
  reached.length > (before.reached ?? []).length

/**
 * Takes an event, decides, and hands on the effects. The only place where State is replaced.
 *
 * Order, chosen for a crash at any moment: the table is brought in line at once (it is idempotent, and traffic must not
 * wait for a disk), what was decided goes to the journal, and only what the journal has is delivered to people.
 */
import { decide } from '../engine/decide.ts'
import { isEmpty, patchOf } from '../engine/patch.ts'
import type { Effect, Note, TimerChange } from '../model/effect.ts'
import type { Entry } from '../model/entry.ts'
import type { Event, EventBody } from '../model/event.ts'
import { type Id, id, type ServiceKey } from '../model/names.ts'
import type { Delivery, Patch, Saved, State } from '../model/state.ts'
import type { Now, WallTime } from '../model/units.ts'

export interface LoopDoors {
  /** Both clocks, read once for each event. */
  now(): Now
  /**
   * Resolves when the commit is on disk, or when it is known that it cannot be for now; never rejects. `whole` takes the
   * place of all that was remembered: after a start or a reload, which may have dropped services, and at a stop.
   */
  remember(patch: Patch, entries: readonly Entry[], whole: Saved | null): Promise<void>
  /** The wanted table may have changed. */
  reconcile(): void
  /** Deliver this, now or at its `notBefore`. */
  deliver(delivery: Delivery): void
  /** For whoever looks: the terminal, `log`, the history. */
  show(entry: Entry): void
  /** The timers of a service, or of all (`null`), are to follow this. */
  timer(service: ServiceKey | null, what: TimerChange): void
  /** For mon's logs and histories. */
  note(note: Note): void
  /** This time has to be looked at: `{ kind: 'time' }` is to be posted then. */
  wake?(at: WallTime): void
  /** An event has been decided: times that the state waits for may be others. */
  decided?(): void
}

export interface Loop {
  post(body: EventBody): readonly Entry[]
  state(): State
  /** Writes the whole state, with what is too small to be written at each check: when each was last checked and well. */
  save(): Promise<void>
  /** Everything posted so far is on disk. */
  settled(): Promise<void>
}

/** `run` names this run of the daemon in every id; it must differ from run to run and sort by time. */
export function createLoop(initial: State, run: string, doors: LoopDoors): Loop {
  let state = initial
  let count = 0
  let last: Promise<void> = Promise.resolve()

  const nextId = (): Id => {
    count += 1
    return id(`${run}-${count}`)
  }

  function post(body: EventBody): readonly Entry[] {
    const event: Event = { ...body, id: nextId() }
    const before = state
    const decided = decide(before, event, doors.now())
    state = decided.state
    doors.decided?.()
    const patch = patchOf(before, state)
    if (!rewrites.has(body.kind)) return carryOut(patch, decided.effects, null)
    const only = { services: state.services.map(({ key }) => key), pools: state.pools.map(({ name }) => name) }
    return carryOut({ ...patch, only }, decided.effects, savedState(state))
  }

  function carryOut(patch: Patch, effects: readonly Effect[], whole: Saved | null): readonly Entry[] {
    const entries = effects.flatMap((effect) => (effect.kind === 'record' ? [effect.entry] : []))
    if (effects.some((effect) => effect.kind === 'reconcile')) doors.reconcile()
    for (const entry of entries) doors.show(entry)
    const deliveries = effects.flatMap((effect) => (effect.kind === 'deliver' ? [effect.delivery] : []))
    if (isEmpty(patch) && entries.length === 0) {
      for (const delivery of deliveries) doors.deliver(delivery)
      follow(effects)
      return entries
    }
    last = doors.remember(patch, entries, whole).then(() => {
      for (const delivery of deliveries) doors.deliver(delivery)
    })
    follow(effects)
    return entries
  }

  /** Last of all: timers and logs may post at once, and that commit must have a later number than this event's. */
  function follow(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'note') doors.note(effect.note)
      else if (effect.kind === 'timer') doors.timer(effect.service, effect.what)
      else if (effect.kind === 'wake') doors.wake?.(effect.at)
    }
  }

  const save = (): Promise<void> => doors.remember(nothing, [], savedState(state))

  return { post, save, state: () => state, settled: () => last }
}

const nothing: Patch = { services: [], pools: [], owned: null, controls: null, deliveries: [], delivered: [] }

/** Events after which the state is written as a whole. */
const rewrites: ReadonlySet<EventBody['kind']> = new Set(['started', 'reloaded', 'stopping'])

const savedState = ({ services, pools, owned, controls, outbox, noise }: State): Saved => ({
  version: 1,
  services,
  pools,
  owned,
  controls,
  outbox,
  noise,
})

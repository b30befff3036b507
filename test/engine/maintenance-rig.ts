/** Windows of every kind for tests, and a state that is looked at again and again. */
import { onBeginMaintenance, onEndMaintenance } from '../../src/engine/command/maintenance.ts'
import { nextMaintenance, withMaintenance } from '../../src/engine/maintenance.ts'
import { type Decided, type Scribe, scribe } from '../../src/engine/scribe.ts'
import { stateFor } from '../../src/engine/start.ts'
import type { Effect } from '../../src/model/effect.ts'
import type { Command } from '../../src/model/event.ts'
import type { RecurringWindow } from '../../src/model/maintenance.ts'
import type { Model } from '../../src/model/model.ts'
import { id } from '../../src/model/names.ts'
import type { State } from '../../src/model/state.ts'
import { hours, type Now, uptime, type WallTime, wallTime } from '../../src/model/units.ts'
import { model, place, real, service, virtual } from './build.ts'

/** Sundays at 2 in Berlin, for two hours. */
export function recurring(changes: Partial<RecurringWindow> = {}): RecurringWindow {
  return {
    name: 'backup',
    subjects: ['web'],
    cron: '0 2 * * 0',
    zone: 'Europe/Berlin',
    lasts: hours(2),
    reason: 'the weekly backup',
    place,
    ...changes,
  }
}

/** Three services in two watches, and a virtual server. */
export const modelWith = (windows: readonly RecurringWindow[]): Model => ({
  ...model(
    [service({ called: 'web/http' }), service({ called: 'web/https' }), service({ called: 'db/sql' })],
    [virtual([real('10.1.1.2')], { name: 'shop' })],
  ),
  windows,
})

export const at = (text: string): Now => ({ wall: wallTime(Date.parse(text)), uptime: uptime(0) })
export const instant = (text: string): WallTime => wallTime(Date.parse(text))

export type Begin = Extract<Command, { kind: 'begin-maintenance' }>

export const begin = (changes: Partial<Begin> = {}): Begin => ({
  kind: 'begin-maintenance',
  name: null,
  subjects: ['web/http'],
  from: null,
  lasts: hours(2),
  reason: 'new kernel',
  ...changes,
})

export class Watch {
  state: State
  private count = 0

  constructor(windows: readonly RecurringWindow[] = []) {
    this.state = stateFor(modelWith(windows), null)
  }

  write(now: Now): Scribe {
    this.count += 1
    return scribe({ kind: 'time', id: id(`w-${this.count}`) }, now)
  }

  /** What is said of whom: `+web/http`, `-web/http`. */
  look(now: Now): string[] {
    return this.taken(withMaintenance(this.state, this.write(now), now))
  }

  begin(command: Begin, now: Now) {
    return this.carried(onBeginMaintenance(this.state, command, 'anna', this.write(now), now))
  }

  end(name: string, now: Now) {
    return this.carried(onEndMaintenance(this.state, { kind: 'end-maintenance', name }, this.write(now), now))
  }

  /** As a reload does, and a restart with what was saved. */
  reload(windows: readonly RecurringWindow[], now: Now): string[] {
    const { controls } = this.state
    const { calendar } = controls
    const saved = JSON.parse(JSON.stringify(this.state)) as State
    const next = stateFor(modelWith(windows), { ...saved, outbox: [] })
    this.state = { ...next, controls: { ...next.controls, ...(calendar === undefined ? {} : { calendar }) } }
    return this.look(now)
  }

  next(): WallTime | null {
    return nextMaintenance(this.state)
  }

  private carried(result: ReturnType<typeof onBeginMaintenance>) {
    const said = result.kind === 'done' ? this.taken(result) : []
    return { kind: result.kind, text: result.text, said }
  }

  private taken({ state, effects }: Decided): string[] {
    this.state = state
    return effects.flatMap(brief)
  }
}

export function brief(effect: Effect): string[] {
  if (effect.kind !== 'record' || effect.entry.kind !== 'maintenance') return []
  const { began, service: subject, window } = effect.entry
  return [`${began ? '+' : '-'}${subject} ${window}`]
}

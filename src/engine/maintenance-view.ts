/** What people may see of times of maintenance: those in force, and a calendar of the next ones over all windows. */
import { zonedIso } from '../model/calendar/stamp.ts'
import { nextWindows, type Planned, windowsInForce } from '../model/calendar/windows.ts'
import { covers } from '../model/maintenance.ts'
import type { State } from '../model/state.ts'
import type { Now, WallTime } from '../model/units.ts'

export interface MaintenanceView {
  readonly at: WallTime
  /** In the order of their ends. */
  readonly inForce: readonly PlannedView[]
  /** In the order of their beginnings. */
  readonly next: readonly PlannedView[]
}

/** `begins` and `ends`: the same instants as clocks in its zone show them, with the offset (RFC 3339). */
export interface PlannedView extends Planned {
  readonly begins: string
  readonly ends: string
  /** How many it covers. */
  readonly services: number
  readonly virtuals: number
}

/** Lines of the calendar. */
export const nextShown = 10

export function maintenanceView({ model, controls }: Pick<State, 'model' | 'controls'>, now: Now): MaintenanceView {
  const ended = controls.calendar?.ended
  const view = (one: Planned): PlannedView => ({
    ...one,
    begins: zonedIso(one.from, one.zone),
    ends: zonedIso(one.until, one.zone),
    services: model.services.filter(({ key }) => covers(one.subjects, key)).length,
    virtuals: model.virtuals.filter(({ name }) => covers(one.subjects, `virtual ${name}`)).length,
  })
  return {
    at: now.wall,
    inForce: windowsInForce(model.windows, controls.windows, now.wall, ended).map(view),
    next: nextWindows(model.windows, controls.windows, now.wall, nextShown, ended).map(view),
  }
}

/**
 * `upalert plan`: what the running daemon would do to the table, now or with another configuration; and what a start would
 * do where no daemon runs, by what the journal remembers.
 */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Plan } from '../cli/plan.ts'
import { clock } from '../edge/clock.ts'
import { readSaved } from '../edge/journal/peek.ts'
import { openKernelTable } from '../edge/table/kernel-table.ts'
import { openMemoryTable } from '../edge/table/memory-table.ts'
import { preview } from '../engine/preview.ts'
import { restoredState } from '../engine/restore.ts'
import type { EventBody } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import { formatProblems } from '../parse/problem.ts'
import type { Loop } from '../runtime/loop.ts'
import { loadConfiguration } from './configuration.ts'
import type { Running } from './running.ts'
import { namesIn } from './surroundings.ts'
import { isUsable } from './usable.ts'

export type Planned = { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly text: string }

/** What a plan is made from. */
export type Planning = Pick<Running, 'table' | 'configuration' | 'inLine'> & { readonly loop: Pick<Loop, 'state'> }

/** `file`: a configuration that does not run; `null`: the one that does. */
export async function planOf({ loop, table, configuration, inLine }: Planning, file: string | null): Promise<Planned> {
  const read = table.read()
  if (read.kind === 'error') return { ok: false, text: `the table cannot be read: ${read.text}` }
  if (file === null) {
    const made = preview(loop.state(), [], read.services, clock.now(), inLine.settled())
    const basis = `The daemon runs ${configuration.file} on ${hostname()}.`
    return { ok: true, plan: { ...made, where: table.where, basis } }
  }
  const fresh = await loadConfiguration(file, configuration.given)
  if (!isUsable(fresh)) return { ok: false, text: `${file} cannot be used:\n${formatProblems(fresh.problems)}` }
  const event = { kind: 'reloaded', model: fresh.model, text: '' } as const
  const made = preview(
    loop.state(),
    [event, ...maintenanceOf(fresh.model)],
    read.services,
    clock.now(),
    inLine.settled(),
  )
  const basis = `The daemon runs ${configuration.file} on ${hostname()}; this is what a reload with ${file} would do.`
  return { ok: true, plan: { ...made, where: table.where, basis } }
}

/** The directory that the file names is looked at right after a reload, so a plan looks at it, too. */
function maintenanceOf({ settings }: Model): readonly EventBody[] {
  const { maintenancedir } = settings.table
  if (maintenancedir === '') return [{ kind: 'maintenance', names: [] }]
  try {
    return [{ kind: 'maintenance', names: namesIn(maintenancedir) }]
  } catch {
    return existsSync(maintenancedir) ? [] : [{ kind: 'maintenance', names: [] }]
  }
}

/** What a daemon that starts on the file would do, before any check has run. */
export async function planWithoutDaemon(file: string): Promise<Planned> {
  const fresh = await loadConfiguration(file)
  if (!isUsable(fresh)) return { ok: false, text: `${file} cannot be used:\n${formatProblems(fresh.problems)}` }
  const kernel = openKernelTable()
  const door = kernel.kind === 'open' ? kernel.door : openMemoryTable(kernel.text)
  const read = door.read()
  door.close()
  if (read.kind === 'error') return { ok: false, text: `the table cannot be read: ${read.text}` }
  const now = clock.now()
  const saved = await readSaved(join(fresh.directories.statedir, 'journal'))
  const state = restoredState(fresh.model, saved, null, now)
  const made = preview(state, [{ kind: 'started', text: '' }, ...maintenanceOf(fresh.model)], read.services, now)
  const without =
    door.where === 'kernel' ? '' : ` The kernel's table cannot be seen, so an empty one is assumed: ${door.because}`
  const start =
    saved === null
      ? 'a first start would do before any check has run'
      : 'a start would do by what is remembered of the last run, before any check has run'
  const basis = `No daemon runs on ${file}: this is what ${start}.${without}`
  return { ok: true, plan: { ...made, where: door.where, basis } }
}

/** SIGHUP, `upalert reload` and mon's `reset`: read the file again, and swap only for a Model without errors. */
import type { Reset } from '../model/event.ts'
import type { Model } from '../model/model.ts'
import { formatProblems } from '../parse/problem.ts'
import { loadConfiguration } from './configuration.ts'
import { keepText } from './configuration-text.ts'
import { setTimeouts } from './ends-of-table.ts'
import type { Running, Usable } from './running.ts'
import { count, isUsable } from './usable.ts'

export interface Reloaded {
  readonly done: boolean
  readonly text: string
}

let underWay: Promise<unknown> = Promise.resolve()

/** `reset`: state is kept or not as mon's command says, and all timers begin anew. One after another, in the order of the wishes, so that an older file never replaces a newer one. */
export function reload(running: Running, reset?: Reset): Promise<Reloaded> {
  const next = underWay.then(() => readAgain(running, reset)).catch((error: unknown) => refused(running, error))
  underWay = next
  return next
}

/** A mistake of ours must not end a daemon that was well until then. */
function refused({ loop, configuration }: Running, error: unknown): Reloaded {
  const text = `${configuration.file} could not be taken over: ${error instanceof Error ? error.message : String(error)}`
  loop.post({ kind: 'reload-refused', text })
  return { done: false, text }
}

async function readAgain(running: Running, reset: Reset | undefined): Promise<Reloaded> {
  const { loop, checks, configuration: old } = running
  const fresh = await loadConfiguration(old.file, old.given)
  if (fresh.problems.length > 0) process.stderr.write(`${formatProblems(fresh.problems)}\n`)
  if (!isUsable(fresh)) {
    const errors = fresh.problems.filter(({ severity }) => severity === 'error').length
    const shows = `"upalert check ${old.file}" shows ${errors === 1 ? 'it' : 'them'}`
    const text = `${old.file} has ${count(errors, 'error')}, so the configuration before it stays in force; ${shows}`
    loop.post({ kind: 'reload-refused', text })
    return { done: false, text }
  }
  const { services, virtuals } = fresh.model
  const counts = `${count(services.length, 'service')}, ${count(virtuals.length, 'virtual server')}`
  const text = `${old.file} was read again: ${counts}${differences(old.model, fresh.model)}${needsRestart(running.started, fresh)}`
  running.configuration = fresh
  const untold = keepText(running.started.directories.statedir, fresh.written)
  if (untold !== null) loop.post({ kind: 'notice', what: 'trouble', text: untold })
  const how = reset === undefined ? {} : { reset }
  loop.post({ kind: 'reloaded', model: fresh.model, text, configuration: fresh.written.hash, ...how })
  // First of all: who waits for a first verdict does not wait for long.
  checks.use(fresh.model)
  running.reports?.use(fresh.model.reports)
  if (reset !== undefined) checks.restart()
  if (timeoutsChanged(old.model, fresh.model)) {
    for (const text of setTimeouts(running)) loop.post({ kind: 'notice', what: 'trouble', text })
  }
  await running.fifos.use(fresh.model)
  await running.paths.refresh()
  running.mon?.reloaded(reset)
  return { done: true, text }
}

const timeoutsChanged = (before: Model, after: Model): boolean =>
  JSON.stringify(before.settings.table.timeouts) !== JSON.stringify(after.settings.table.timeouts)

/** Names of what came and what went that are written out one by one. */
const namesShown = 10

/** `; new: web/tcp; gone: virtual server shop`. */
function differences(before: Model, after: Model): string {
  const names = ({ services, virtuals }: Model): string[] => [
    ...virtuals.map(({ name }) => `virtual server ${name}`),
    ...services.map(({ key }) => key),
  ]
  const listed = (word: string, of: Model, without: Model): string => {
    const known = new Set(names(without))
    const only = names(of).filter((name) => !known.has(name))
    const more = only.length > namesShown ? ` and ${only.length - namesShown} more` : ''
    return only.length === 0 ? '' : `; ${word}: ${only.slice(0, namesShown).join(', ')}${more}`
  }
  return listed('new', after, before) + listed('GONE', before, after)
}

/** Settings that are read once, at the start. */
const fixed = ['statedir', 'database', 'socket', 'demoServers', 'demoMailbox'] as const

function needsRestart({ model: before }: Usable, { model: after }: Usable): string {
  const differs = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other)
  const changed: string[] = fixed.filter((name) => differs(before.settings[name], after.settings[name]))
  if (differs(before.settings.table.onStart, after.settings.table.onStart)) changed.push('on_start')
  const heard = ({ settings: { notify } }: Model) => [notify.pageListen?.address, notify.pageListen?.port]
  if (differs(heard(before), heard(after))) changed.push('page_listen')
  return changed.length === 0 ? '' : `; ${changed.join(', ')} will count after a restart`
}

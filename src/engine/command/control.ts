/** Commands that switch off more than one service: watches, hosts, and the scheduler itself. */
import type { Effect } from '../../model/effect.ts'
import type { Command } from '../../model/event.ts'
import type { GroupName, Host } from '../../model/names.ts'
import type { Controls, Disabled, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { disabledHosts } from '../readiness.ts'
import { record, type Scribe } from '../scribe.ts'

type ControlCommand = Extract<
  Command,
  { kind: 'disable-watch' | 'enable-watch' | 'disable-hosts' | 'enable-hosts' | 'stop' | 'start' }
>

export function onControl(state: State, command: ControlCommand, who: string, write: Scribe, now: Now): Carried {
  const given = (reason: string): Disabled => ({ at: now.wall, who, reason })
  switch (command.kind) {
    case 'disable-watch':
      if (!isWatched(state, command.group)) return refused(`there is no watch ${command.group}`)
      return done(withWatch(state, command.group, given(command.reason)), 'nobody is told of its services', [
        control(`disable watch ${command.group}`),
      ])
    case 'enable-watch':
      if (!isWatched(state, command.group)) return refused(`there is no watch ${command.group}`)
      return done(withWatch(state, command.group, null), 'alerts are sent again', [
        control(`enable watch ${command.group}`),
        { kind: 'wake', at: now.wall },
      ])
    case 'disable-hosts':
      return onHosts(state, command.hosts, given(command.reason))
    case 'enable-hosts':
      return onHosts(state, command.hosts, null)
    case 'stop':
      if (state.controls.stopped !== null) return done(state, 'the scheduler is stopped already')
      return done(withControls(state, { stopped: now.wall }), 'nothing is checked and nobody is told until "start"', [
        scheduler,
      ])
    case 'start': {
      const { stopped } = state.controls
      if (stopped === null) return done(state, 'the scheduler runs already')
      const gap = write.entry({ kind: 'gap', from: stopped, text: 'the scheduler was stopped' })
      return done(withControls(state, { stopped: null, watchedSince: now.wall }), 'checks go on', [
        record(gap),
        scheduler,
      ])
    }
  }
}

const scheduler: Effect = { kind: 'timer', service: null, what: 'scheduler' }

const control = (command: string): Effect => ({ kind: 'note', note: { kind: 'control', command } })

const isWatched = ({ model }: State, group: GroupName): boolean =>
  model.services.some((service) => service.group === group)

const withControls = (state: State, changes: Partial<Controls>): State => ({
  ...state,
  controls: { ...state.controls, ...changes },
})

function withWatch(state: State, group: GroupName, disabled: Disabled | null): State {
  const others = Object.entries(state.controls.watches).filter(([name]) => name !== group)
  const entries = disabled === null ? others : [...others, [group, disabled] as const]
  return withControls(state, { watches: Object.fromEntries(entries) })
}

/** `given`: disabled so; `null`: enabled. Refused as a whole if one host is in no group. */
function onHosts(state: State, named: readonly Host[], given: Disabled | null): Carried {
  const hosts = new Set(named)
  const { groups, services } = state.model
  const known = new Set(groups.flatMap((group) => group.hosts.filter((host) => hosts.has(host))))
  const unknown = [...hosts].filter((host) => !known.has(host))
  if (unknown.length > 0 && given !== null) return refused(`no hostgroup has ${unknown.join(', ')}`)

  const watched = new Set(services.map(({ group }) => group))
  const off = new Map(Object.entries(state.controls.hosts))
  const watches = new Map(Object.entries(state.controls.watches))
  const word = given === null ? 'enable' : 'disable'
  const effects = [...known].map((host) => control(`${word} host ${host}`))
  for (const group of groups) {
    const here = group.hosts.filter((host) => hosts.has(host))
    if (here.length === 0) continue
    const rest = disabledHosts(state.controls, group.name).filter(({ host }) => !hosts.has(host))
    // An empty list stays: it tells that the stars in the configuration have had their say.
    off.set(group.name, given === null ? rest : [...rest, ...here.map((host) => ({ host, ...given }))])
    // A watch whose one host is disabled has nobody to check; mon disables it with the host.
    if (group.hosts.length > 1 || !watched.has(group.name)) continue
    if (given !== null) watches.set(group.name, given)
    else if (!watches.delete(group.name)) continue
    effects.push(control(`${word} watch ${group.name}`))
  }
  const next = withControls(state, { hosts: Object.fromEntries(off), watches: Object.fromEntries(watches) })
  const text = given === null ? 'they are checked again' : 'they are left out of checks, and alerts do not name them'
  return done(next, text, effects)
}

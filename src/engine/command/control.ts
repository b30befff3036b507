/** Commands that switch off more than one service: watches, hosts, and the scheduler itself. */
import type { Effect } from '../../model/effect.ts'
import type { Command } from '../../model/event.ts'
import type { HostGroup } from '../../model/model.ts'
import type { GroupName, Host } from '../../model/names.ts'
import type { Controls, Disabled, State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { disabledHosts, disabledWatch } from '../readiness.ts'

type ControlCommand = Extract<
  Command,
  { kind: 'disable-watch' | 'enable-watch' | 'disable-hosts' | 'enable-hosts' | 'stop' | 'start' }
>

export function onControl(state: State, command: ControlCommand, who: string, now: Now): Carried {
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
    case 'start':
      if (state.controls.stopped === null) return done(state, 'the scheduler runs already')
      return done(withControls(state, { stopped: null }), 'checks go on', [scheduler])
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
function onHosts(state: State, hosts: readonly Host[], given: Disabled | null): Carried {
  const unknown = hosts.filter((host) => !state.model.groups.some((group) => group.hosts.includes(host)))
  if (unknown.length > 0 && given !== null) return refused(`no hostgroup has ${unknown.join(', ')}`)
  const word = given === null ? 'enable' : 'disable'
  const effects = hosts.filter((host) => !unknown.includes(host)).map((host) => control(`${word} host ${host}`))
  let next = state
  for (const group of state.model.groups) {
    const named = group.hosts.filter((host) => hosts.includes(host))
    if (named.length === 0) continue
    next = withHosts(next, group, named, given)
    // A watch whose one host is disabled has nobody to check; mon disables it with the host.
    if (group.hosts.length === 1 && isWatched(state, group.name) && (given !== null || isOff(next, group.name))) {
      next = withWatch(next, group.name, given)
      effects.push(control(`${word} watch ${group.name}`))
    }
  }
  const text = given === null ? 'they are checked again' : 'they are left out of checks, and alerts do not name them'
  return done(next, text, effects)
}

const isOff = ({ controls }: State, group: GroupName): boolean => disabledWatch(controls, group) !== null

function withHosts(state: State, { name }: HostGroup, named: readonly Host[], given: Disabled | null): State {
  const rest = disabledHosts(state.controls, name).filter(({ host }) => !named.includes(host))
  const disabled = given === null ? rest : [...rest, ...named.map((host) => ({ host, ...given }))]
  const others = Object.entries(state.controls.hosts).filter(([group]) => group !== name)
  // An empty list stays: it tells that the stars in the configuration have had their say.
  return withControls(state, { hosts: Object.fromEntries([...others, [name, disabled]]) })
}

/**
 * A mon.cf and the files of other tools that are loaded with it -> one Model. What both claim is an error that names both
 * places: the kernel's table has each service once, and a group has one list of hosts.
 */
import type { Model, Place, Settings, Virtual } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { serviceText } from '../../model/table.ts'
import type { TableSettings } from '../../model/table-settings.ts'
import { errorAt, type Problem } from '../problem.ts'
import { quoted } from '../text/visible.ts'
import type { Part, SettingsPatch } from './part.ts'
import { spanAt } from './span-at.ts'

/** Settings that the other file or the command line has said already. */
export type Said = ReadonlySet<string>

interface Joined {
  readonly model: Model
  readonly problems: readonly Problem[]
}

export function joined(base: Model, parts: readonly Part[], said: Said): Joined {
  const sound = parts.every((part) => part.problems.every(({ severity }) => severity === 'warning'))
  const problems = sound ? [...clashesOfGroups(base, parts), ...clashesOfVirtuals(base, parts)] : []
  const services = [...base.services, ...parts.flatMap((part) => part.services)]
  return {
    problems,
    model: {
      ...base,
      settings: parts.reduce((settings, part) => patched(settings, part.settings, said), base.settings),
      groups: [...base.groups, ...parts.flatMap((part) => part.groups)],
      services,
      serviceIndex: new Map<ServiceKey, number>(services.map(({ key }, i) => [key, i])),
      virtuals: [...base.virtuals, ...parts.flatMap((part) => part.virtuals)],
    },
  }
}

/** What a mon.cf says itself counts before what a keepalived.conf says. */
function patched(settings: Settings, patch: SettingsPatch, said: Said): Settings {
  const { mailserver, mailfrom, routerId, reload } = patch
  return {
    ...settings,
    ...(mailserver === undefined || said.has('mailserver') ? {} : { mailserver }),
    ...(mailfrom === undefined || said.has('mailfrom') ? {} : { mailfrom }),
    ...(routerId === undefined || said.has('router_id') ? {} : { routerId }),
    ...(reload === undefined || said.has('autoreload') || said.has('callback') ? {} : { reload }),
    table: patchedTable(settings.table, patch.table, said),
  }
}

function patchedTable(table: TableSettings, { fifos, ...patch }: SettingsPatch['table'], said: Said): TableSettings {
  const { onStart, onStop, timeouts, maintenancedir } = patch
  return {
    ...table,
    ...(onStart === undefined || said.has('on_start') ? {} : { onStart }),
    ...(onStop === undefined || said.has('on_stop') ? {} : { onStop }),
    ...(timeouts === undefined || said.has('ipvs_timeouts') ? {} : { timeouts }),
    ...(maintenancedir === undefined || said.has('maintenancedir') ? {} : { maintenancedir }),
    fifos: [...table.fifos, ...fifos.filter(({ path }) => table.fifos.every((one) => one.path !== path))],
  }
}

function clashesOfGroups(base: Model, parts: readonly Part[]): Problem[] {
  const known = new Map(base.groups.map(({ name, place }) => [name, place]))
  return parts.flatMap(({ file, groups }) =>
    groups.flatMap(({ name, place }) => {
      const before = known.get(name)
      if (before === undefined) return []
      const message = `there is a hostgroup ${quoted(name)} already, in ${where(before)}; each real server there makes one of its own`
      return [errorAt('group-again', spanAt(place, file), message, 'give the hostgroup another name')]
    }),
  )
}

function clashesOfVirtuals(base: Model, parts: readonly Part[]): Problem[] {
  const known = new Map<string, Virtual>()
  for (const virtual of base.virtuals) for (const key of keysOf(virtual)) known.set(key, virtual)
  return parts.flatMap(({ file, virtuals }) =>
    virtuals.flatMap((virtual) => {
      const keys = keysOf(virtual)
      const key = keys.find((one) => known.has(one))
      const before = key === undefined ? undefined : known.get(key)
      for (const one of keys) if (!known.has(one)) known.set(one, virtual)
      if (key === undefined || before === undefined) return []
      const message = `${key} belongs to virtual server ${quoted(before.name)} already, in ${where(before.place)}`
      return [errorAt('virtual-again', spanAt(virtual.place, file), message, 'put all its real servers into one block')]
    }),
  )
}

const keysOf = ({ name, services }: Virtual) => [...services.map(serviceText), `the name ${name}`]

const where = ({ file, line }: Place) => `${file} line ${line}`

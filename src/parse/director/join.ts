/**
 * A mon.cf and the files of other tools that are loaded with it -> one Model. What both claim is an error that names both
 * places: the kernel's table has each service once, and a group has one list of hosts.
 */
import type { Model, Place, Virtual } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { serviceText } from '../../model/table.ts'
import { errorAt, type Problem } from '../problem.ts'
import { quoted } from '../text/visible.ts'
import type { Part } from './part.ts'
import { mergedSettings, type Said } from './settings.ts'
import { spanAt } from './span-at.ts'

interface Joined {
  readonly model: Model
  readonly problems: readonly Problem[]
}

export function joined(base: Model, parts: readonly Part[], said: Said): Joined {
  const sound = parts.every((part) => part.problems.every(({ severity }) => severity === 'warning'))
  const { settings, problems: unheard } = mergedSettings(base.settings, parts, said)
  const clashes = sound ? [...clashesOfGroups(base, parts), ...clashesOfVirtuals(base, parts)] : []
  const services = [...base.services, ...parts.flatMap((part) => part.services)]
  return {
    problems: [...clashes, ...unheard],
    model: {
      ...base,
      settings,
      groups: [...base.groups, ...parts.flatMap((part) => part.groups)],
      services,
      serviceIndex: new Map<ServiceKey, number>(services.map(({ key }, i) => [key, i])),
      virtuals: [...base.virtuals, ...parts.flatMap((part) => part.virtuals)],
    },
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

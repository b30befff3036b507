/**
 * What is written and switched off: no part of the Model, and of no concern to `check`. Who moves to another format keeps it
 * if something can be made of it, and else hears why not.
 */
import type { Virtual } from '../../../model/model.ts'
import type { Dormant, Loss } from '../../director/part.ts'
import { Services } from '../../director/services.ts'
import { Report } from '../../text/report.ts'
import type { Section, Server } from '../file.ts'
import { placeOfWord, spanFrom, written } from '../word.ts'
import { type Around, Checks } from './around.ts'
import { frontOf, NOWHERE } from './front.ts'
import { type Merged, poolOf } from './pool.ts'
import { isActive } from './reals.ts'

export interface Resting {
  readonly dormant: readonly Dormant[]
  readonly losses: readonly Loss[]
}

/** `live`: the pools that run, each with what it is made of. `off`: sections that are switched off, by their names. */
export function restingOf(
  live: readonly Merged[],
  off: readonly { readonly name: string; readonly section: Section }[],
  around: Around,
): Resting {
  const resting = live.filter(({ sections }) => sections.some(({ servers }) => !servers.every(isActive)))
  if (resting.length + off.length === 0) return { dormant: [], losses: [] }
  const shadow = shadowOf(around)
  const dormant: Dormant[] = []
  const losses: Loss[] = []
  for (const merged of resting) {
    const virtual = poolOf(merged, 'resting', { ...shadow.around, report: new Report() })
    const services = shadow.newServices()
    if (virtual.reals.length > 0) dormant.push({ kind: 'real', virtual, services })
  }
  for (const { name, section } of off) {
    const made = madeOf(name, section, shadow.around)
    const services = shadow.newServices()
    if ('why' in made) losses.push(made)
    else dormant.push({ kind: 'virtual', virtual: made, services })
  }
  return { dormant, losses: [...losses, ...restingServers(off), ...lostServers(live, around)] }
}

interface Shadow {
  readonly around: Around
  /** Checks that have come since the last time that this was asked. */
  newServices(): Services['list']
}

/** Beside the checks that run, so that what is the same is called the same, and none of it is run. */
function shadowOf(around: Around): Shadow {
  const services = new Services()
  for (const { server, named, place } of around.checks.asked) services.take(server, named, place)
  let known = services.list.length
  const newServices = () => {
    const found = services.list.slice(known)
    known = services.list.length
    return found
  }
  return { around: { ...around, checks: new Checks(services) }, newServices }
}

function madeOf(name: string, section: Section, around: Around): Virtual | Loss {
  const report = new Report()
  const service = frontOf(section, { ...around, report })
  const virtual = service === null ? null : poolOf({ name, service, sections: [section] }, 'all', { ...around, report })
  if (virtual !== null && !report.failed) return virtual
  const first = report.problems.find(({ severity }) => severity === 'error')
  const reason = first?.message.replace('is active and', 'is switched off, and') ?? 'it has no address'
  const { keyword, name: word } = section
  return {
    place: placeOfWord(keyword),
    text: written(spanFrom(keyword, word)),
    why: `it is switched off and cannot be kept: ${reason}`,
  }
}

/** Servers that are switched off, and of which nothing can be kept. */
function lostServers(live: readonly Merged[], { surroundings }: Around): Loss[] {
  const lost = (server: Server): boolean => {
    const at = server.settings.address?.value
    if (at === undefined) return true
    return at.kind === 'address' ? at.address === NOWHERE : surroundings.addresses.get(at.name)?.[4] === undefined
  }
  const servers = live.flatMap(({ sections }) => sections.flatMap((section) => section.servers))
  return servers
    .filter((server) => !isActive(server) && lost(server))
    .map(({ keyword, name }) => {
      const why = 'it is switched off, and no address of it is written or found'
      return { place: placeOfWord(keyword), text: written(spanFrom(keyword, name)), why }
    })
}

/** A server may be off in a section that is off as well, which is one word less in what becomes of it. */
function restingServers(off: readonly { readonly section: Section }[]): Loss[] {
  return off.flatMap(({ section }) => {
    const server = section.servers.some(isActive) ? section.servers.find((one) => !isActive(one)) : undefined
    if (server === undefined) return []
    const why = 'its virtual is switched off as well, and is kept with all its servers alike'
    return [{ place: placeOfWord(server.keyword), text: written(spanFrom(server.keyword, server.name)), why }]
  })
}

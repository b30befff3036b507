/**
 * LvsFile -> what a Model is made of: pools, the checks that speak for their real servers, settings. What differs from
 * Piranha, and why, is in docs/lvs.md.
 */
import type { Virtual } from '../../model/model.ts'
import { serviceText } from '../../model/table.ts'
import { MOST_REALS } from '../defaults.ts'
import { type Loss, type Part, placesOf } from '../director/part.ts'
import { Services } from '../director/services.ts'
import { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { LvsFile, Section } from './file.ts'
import { type Around, Checks, type LvsSurroundings } from './resolve/around.ts'
import { restingOf } from './resolve/dormant.ts'
import { frontOf } from './resolve/front.ts'
import { lossesOf } from './resolve/losses.ts'
import { type Merged, poolOf } from './resolve/pool.ts'
import { isActive } from './resolve/reals.ts'
import { namesOf, remarkOnFile } from './resolve/remarks.ts'
import { placeOfWord, spanFrom, spanOf } from './word.ts'

export type { LvsSurroundings } from './resolve/around.ts'
export { hostNames } from './resolve/hosts.ts'

export interface ResolvedLvs extends Part {
  readonly file: LvsFile
}

/** Sections that share a firewall mark. */
const MOST_SHARING = 10

/** `services`: the checks of files before this one, which it may share. */
export function resolveLvs(
  file: LvsFile,
  surroundings: LvsSurroundings,
  services: Services = new Services(),
): ResolvedLvs {
  const found = services.mark()
  const report = new Report()
  report.omitted = file.omitted
  for (const problem of file.problems) report.add(problem)
  const around: Around = { file, surroundings, checks: new Checks(services), report }
  const names = namesOf(file, around)
  const active = file.globals.service?.value === 'fos' ? [] : file.virtuals.filter(isActive)
  remarkOnFile(active, around)
  const live = mergedOf(active, names, around)
  const virtuals = hasRoom(active, around) ? live.map((merged) => poolOf(merged, 'active', around)) : []
  remarkOnEmpty(live, virtuals, around)
  const inForce = new Set(active)
  const off = file.virtuals
    .filter((section) => !inForce.has(section))
    .map((section) => ({ section, name: names.get(section) ?? '' }))
  const resting = restingOf(live, off, around)
  return {
    file,
    ...found(),
    virtuals,
    settings: { table: { ...timeoutsOf(file), fifos: [] } },
    settingPlaces: placesOf(wordsOfTimeouts(file), placeOfWord),
    dormant: resting.dormant,
    losses: inOrder([...lossesOf(file), ...resting.losses]),
    problems: report.problems,
    omitted: report.omitted,
  }
}

const inOrder = (losses: readonly Loss[]): readonly Loss[] =>
  [...losses].sort((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)

/** One for each service of the kernel. */
function mergedOf(active: readonly Section[], names: ReadonlyMap<Section, string>, around: Around): readonly Merged[] {
  const found = new Map<string, Merged & { readonly sections: [Section, ...Section[]] }>()
  for (const section of active) {
    const service = frontOf(section, around)
    if (service === null) continue
    const key = serviceText(service)
    const before = found.get(key)
    if (before === undefined) found.set(key, { name: names.get(section) ?? '', service, sections: [section] })
    else if (service.kind !== 'mark') reportTwice(section, before, key, around)
    else if (before.sections.length < MOST_SHARING) before.sections.push(section)
    else reportCrowd(section, service.mark, around)
  }
  return [...found.values()]
}

/** Nobody means two pools behind one address and port: one of them was never used. */
function reportTwice({ settings, keyword }: Section, before: Merged, key: string, { report }: Around): void {
  const message = `${key} is the service of ${quoted(before.sections[0].name.text)} already: the kernel has it once, and Piranha never ran this section`
  const hint = 'write all its servers into one section, or change the address or the port'
  report.error('section-twice', spanOf(settings.address?.at ?? keyword), message, hint)
}

function reportCrowd({ settings, keyword }: Section, mark: number, { report }: Around): void {
  const message = `more than ${MOST_SHARING} sections share firewall mark ${mark}, and every server would answer the checks of all`
  report.error(
    'mark-crowded',
    spanOf(settings.fwmark?.at ?? keyword),
    message,
    'give the packets of some of them another mark',
  )
}

function hasRoom(active: readonly Section[], { report }: Around): boolean {
  let reals = 0
  for (const { servers } of active) {
    reals += servers.length
    const one = servers[0]
    if (reals <= MOST_REALS || one === undefined) continue
    const message = `there are more than ${MOST_REALS} real servers`
    report.error('too-many-reals', spanOf(one.keyword), message, 'split the configuration over several directors')
    return false
  }
  return true
}

function remarkOnEmpty(live: readonly Merged[], virtuals: readonly Virtual[], { report }: Around): void {
  for (const [i, { reals }] of virtuals.entries()) {
    const section = live[i]?.sections[0]
    if (reals.length > 0 || section === undefined || section.servers.some(isActive)) continue
    const message = `the virtual ${quoted(section.name.text)} is active and none of its servers is`
    const hint = 'write active = 1 into its servers'
    report.warning('virtual-empty', spanFrom(section.keyword, section.name), message, hint)
  }
}

/** 0 leaves the kernel's, here as in Piranha. */
function timeoutsOf({ globals }: LvsFile): Pick<Part['settings']['table'], 'timeouts'> {
  const { tcp_timeout, tcpfin_timeout, udp_timeout } = globals
  const timeouts = { tcp: tcp_timeout?.value ?? 0, tcpfin: tcpfin_timeout?.value ?? 0, udp: udp_timeout?.value ?? 0 }
  return timeouts.tcp + timeouts.tcpfin + timeouts.udp === 0 ? {} : { timeouts }
}

const wordsOfTimeouts = ({ globals: { tcp_timeout, tcpfin_timeout, udp_timeout } }: LvsFile) => ({
  tcp: tcp_timeout?.keyword,
  tcpfin: tcpfin_timeout?.keyword,
  udp: udp_timeout?.keyword,
})

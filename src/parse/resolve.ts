/**
 * MonFile and surroundings -> Model: names found, defaults filled in, every problem of the run collected. A Model comes
 * only from a file without errors: a bad configuration never replaces a good one.
 */
import type { HostGroup, Model, Service, Settings } from '../model/model.ts'
import type { ServiceKey } from '../model/names.ts'
import type { MonFile, WatchBlock } from './mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from './mon/lines.ts'
import type { Problem } from './problem.ts'
import { alertLines } from './resolve/alert-lines.ts'
import type { Naming } from './resolve/call.ts'
import { DependencyGraph } from './resolve/cycles.ts'
import { reportHosts, resolveGroups } from './resolve/groups.ts'
import { readUndelivered } from './resolve/notify-settings.ts'
import { Receivers } from './resolve/receivers.ts'
import { resolveReports } from './resolve/reports.ts'
import { type Around, resolveService } from './resolve/service.ts'
import { SettingReader } from './resolve/setting-reader.ts'
import { resolveGlobals } from './resolve/settings.ts'
import { type OpenName, reportSubject, subjectsOf } from './resolve/subjects.ts'
import type { Given, Surroundings } from './resolve/surroundings.ts'
import { resolveAliases, resolveViews } from './resolve/views.ts'
import { resolveVirtuals } from './resolve/virtuals.ts'
import { type Known as KnownNames, resolveWindows } from './resolve/windows.ts'
import { Report } from './text/report.ts'
import { quoted } from './text/visible.ts'
import { splitWords } from './text/words.ts'

export { type OpenName, unknownNames } from './resolve/subjects.ts'
export type { Given, GivenSettings, NamedShape, Surroundings } from './resolve/surroundings.ts'

export interface Resolved {
  /** `null` if there is any error. */
  readonly model: Model | null
  /** Of the syntax and of the meaning, in the order of the file. */
  readonly problems: readonly Problem[]
  /** Problems beyond the number that is kept. */
  readonly omitted: number
  /** Names that only a keepalived.conf can define; `unknownNames` judges them when it is read. */
  readonly open: readonly OpenName[]
}

export function resolve(file: MonFile, surroundings: Surroundings): Resolved {
  const report = reportFor(file)
  report.omitted = file.omitted
  for (const problem of file.problems) report.add(problem)
  reportEmpty(file, report)
  const globals = resolveGlobals(file, surroundings, report)
  const groups = resolveGroups(file, report)
  const written = writtenServices(file, groups)
  const graph = new DependencyGraph()
  const modules = { surroundings, mondir: globals.mondir, alertdir: globals.alertdir }
  const receivers = new Receivers(file, modules, report)
  const naming = { ...modules, receivers }
  const settings = withUndelivered(globals, file, naming, report)
  const around: Around = {
    naming,
    services: written,
    graph,
    hearsTraps: settings.clients.authfile.written || file.quirks === 'mon-1.3',
    asMon: file.quirks === 'mon-1.3',
  }
  const watched = resolveWatches(file, groups, around, report)
  graph.report(settings.depRecurLimit, report)
  reportHosts(file, groups, watched, surroundings, report)
  const views = resolveViews(file, written, report)
  const aliases = resolveAliases(file.aliases)
  const { demoServers, table } = settings
  const { pathmarks } = table
  const pools = resolveVirtuals(file, { groups, written, services: watched, naming, demoServers, pathmarks }, report)
  const open: OpenName[] = []
  const all = [...written.keys(), ...pools.services.map(({ key }) => key)]
  const unknown = (name: OpenName): void => {
    if (settings.keepalived.length > 0) open.push(name)
    else reportSubject(name, known.subjects, report)
  }
  const known = knownTo(file, all, unknown, surroundings.timeZone ?? 'UTC')
  const windows = resolveWindows(file, known, report)
  const reports = resolveReports(file, known, naming, report)
  receivers.reportUnnamed(file, report)
  const serviceIndex = new Map<ServiceKey, number>(pools.services.map((service, i) => [service.key, i]))
  const model: Model = {
    settings,
    ...pools,
    serviceIndex,
    views,
    aliases,
    receivers: receivers.byName,
    windows,
    reports,
  }
  return { model: report.failed ? null : model, problems: report.problems, omitted: report.omitted, open }
}

/** What maintenance and reports may name, and what becomes of a name that is not found. */
function knownTo(
  { watches, own }: MonFile,
  services: Iterable<string>,
  unknown: KnownNames['unknown'],
  timeZone: string,
): KnownNames {
  const subjects = subjectsOf(
    watches.map(({ name }) => name.text),
    services,
    own.virtual.map(({ name }) => name.text),
  )
  return { subjects, unknown, timeZone }
}

/** The one setting that calls alerts, which must be known before. */
function withUndelivered(settings: Settings, file: MonFile, naming: Naming, report: Report): Settings {
  const value = new SettingReader(file.globals, naming.surroundings, new Report()).value('undelivered')
  const undelivered = readUndelivered(value, naming, report)
  return { ...settings, notify: { ...settings.notify, undelivered } }
}

const reportFor = ({ quirks }: MonFile) => new Report({ asMon: quirks === 'mon-1.3' })

/** Most likely a file that was not written to its end; a reload would drop all that is watched. */
function reportEmpty({ source, globals, watches, own, problems }: MonFile, report: Report): void {
  const understood = problems.every(({ severity }) => severity === 'warning')
  const elsewhere = globals.some(({ keyword }) => keyword.text === 'keepalived' || keyword.text === 'director')
  if (watches.length > 0 || own.virtual.length > 0 || elsewhere || !understood) return
  const message = 'this file defines nothing to check: no watch and no virtual'
  const hint = 'look whether it is the right file, and whole: a copy or an editor may have cut it off'
  report.error('config-empty', { source, start: 0, end: 0 }, message, hint)
}

/** The globals alone: daemon/configuration.ts must know mondir, alertdir and plugins before all else. */
export function settingsOf(file: MonFile, about: Pick<Surroundings, 'environment' | 'hostname'> & Given): Settings {
  return resolveGlobals(file, about, reportFor(file))
}

/** Absolute paths that the file calls as monitors or alerts; daemon/configuration.ts looks at what is there. */
export function programPaths(file: MonFile): {
  readonly monitors: readonly string[]
  readonly alerts: readonly string[]
} {
  const monitors = new Set<string>()
  const alerts = new Set<string>()
  const addPaths = (value: Slice, to: Set<string>) => {
    for (const { text } of splitWords(value).words) if (text.startsWith('/')) to.add(text)
  }
  for (const service of file.watches.flatMap((watch) => watch.services)) {
    for (const { keyword, value } of service.statements) if (keyword.text === 'monitor') addPaths(value, monitors)
  }
  for (const value of alertLines(file)) addPaths(value, alerts)
  return { monitors: [...monitors], alerts: [...alerts] }
}

/** The hostgroup of every service that is written, right or wrong, by `group/service`. */
function writtenServices(file: MonFile, groups: ReadonlyMap<string, HostGroup>): ReadonlyMap<string, HostGroup> {
  const written = new Map<string, HostGroup>()
  for (const { name, services } of file.watches) {
    const group = groups.get(name.text)
    if (group === undefined) continue
    for (const service of services) written.set(`${group.name}/${service.name.text}`, group)
  }
  return written
}

function resolveWatches(
  file: MonFile,
  groups: ReadonlyMap<string, HostGroup>,
  around: Around,
  report: Report,
): readonly Service[] {
  const services: Service[] = []
  const watches = new Map<string, WatchBlock>()
  const sound = file.problems.every(({ severity }) => severity === 'warning')
  for (const watch of file.watches) {
    const group = groups.get(watch.name.text)
    if (group === undefined) continue
    reportWatch(watch, watches.get(watch.name.text), sound, report)
    if (watch.services.length > 0) watches.set(watch.name.text, watch)
    const places = new Map<string, Slice>()
    for (const block of watch.services) {
      reportServiceAgain(block.name, places.get(block.name.text), report)
      places.set(block.name.text, block.name)
      const service = resolveService(block, group, around, report)
      if (service !== null) services.push(service)
    }
  }
  return services
}

/** `sound`: no line was misunderstood, so that an empty watch really is one. */
function reportWatch(watch: WatchBlock, before: WatchBlock | undefined, sound: boolean, report: Report): void {
  const name = quoted(watch.name.text)
  if (before !== undefined) {
    const { file, line } = placeOfSlice(before.name)
    const hint = 'put the services of both into one watch'
    report.error('watch-again', spanOf(watch.name), `there is a watch ${name} already, in ${file} line ${line}`, hint)
  }
  if (watch.services.length > 0 || !sound) return
  report.warning('watch-empty', spanOf(watch.name), `watch ${name} has no services`, 'write service NAME below it')
}

function reportServiceAgain(name: Slice, before: Slice | undefined, report: Report): void {
  if (before === undefined) return
  const { file, line } = placeOfSlice(before)
  const message = `this watch has a service ${quoted(name.text)} already, in ${file} line ${line}`
  report.error('service-again', spanOf(name), message, 'give this one another name')
}

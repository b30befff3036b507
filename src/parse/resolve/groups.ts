/**
 * `hostgroup` blocks -> HostGroup, and what is wrong with the words in them. mon hands any word to its programs, so one
 * that is no host is an error only where upalert itself would connect to it. Source: mon manual, "Host Group Entries".
 */
import type { HostGroup, Service } from '../../model/model.ts'
import { groupName, host } from '../../model/names.ts'
import type { MonFile } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { canonical } from '../text/endpoint.ts'
import { hostFault } from '../text/host.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import type { Surroundings } from './surroundings.ts'

/** Hostgroups by name, the later of two replacing the earlier, and one for each watch that has none, as in mon. */
export function resolveGroups(file: MonFile, report: Report): Map<string, HostGroup> {
  const groups = new Map<string, HostGroup>()
  const watched = new Set(file.watches.map(({ name }) => name.text))
  const pooled = groupsInPools(file)
  for (const { name, hosts } of file.groups) {
    const before = groups.get(name.text)
    if (before !== undefined) {
      const message = `hostgroup ${quoted(name.text)} is defined in line ${before.place.line} already`
      report.warning('hostgroup-again', spanOf(name), message, 'this later one counts, with its hosts only')
    }
    if (!watched.has(name.text) && !pooled.has(name.text)) {
      const message = `nothing watches hostgroup ${quoted(name.text)}`
      report.warning(
        'hostgroup-unwatched',
        spanOf(name),
        message,
        `write watch ${name.text} with a service, or remove it`,
      )
    }
    const disabled = hosts.filter((word) => isDisabled(word, report)).map(hostOf)
    groups.set(name.text, { name: groupName(name.text), hosts: hosts.map(hostOf), disabled, place: placeOfSlice(name) })
  }
  for (const { name } of file.watches) {
    if (groups.has(name.text)) continue
    const nearest = report.nearest(name.text, groups.keys())
    const message = `there is no hostgroup ${quoted(name.text)}: the watch is of one host of that name`
    const hint = nearest === null ? `write hostgroup ${name.text} with its hosts` : `did you mean ${nearest}?`
    report.warning('watch-without-hostgroup', spanOf(name), message, hint)
    groups.set(name.text, {
      name: groupName(name.text),
      hosts: [host(name.text)],
      disabled: [],
      place: placeOfSlice(name),
    })
  }
  return groups
}

const groupsInPools = ({ own }: MonFile) =>
  new Set(own.virtual.flatMap(({ statements }) => statements.map(({ value }) => groupAsked(value))))

/** `@web:8080 weight 1` asks for the hostgroup web. */
const groupAsked = ({ text }: Slice) => /^@([^\s:]+)/.exec(text)?.[1] ?? ''

/** A host behind a star starts disabled, since mon marks disabled hosts so in its memory. */
function isDisabled(word: Slice, report: Report): boolean {
  if (!word.text.startsWith('*')) return false
  const message = `the star disables ${quoted(word.text.slice(1))} from the start`
  report.warning(
    'disabled-host',
    spanOf(word),
    message,
    'nothing checks it until somebody enables it; as a rule, remove the star',
  )
  return true
}

const hostOf = ({ text }: Slice) => host(text.replace(/^\*/, ''))

/** Words that cannot be hosts, and hosts that stand in their group twice. */
export function reportHosts(
  file: MonFile,
  groups: ReadonlyMap<string, HostGroup>,
  services: readonly Service[],
  { monitors }: Pick<Surroundings, 'monitors'>,
  report: Report,
): void {
  const reached = groupsInPools(file)
  for (const { group, monitor } of services) {
    if (monitor?.withHosts === true && monitors.get(monitor.module)?.reachesHosts === true) reached.add(group)
  }
  const written = new Set(file.groups.map(({ name }) => name.text))
  const alone = file.watches.flatMap(({ name }) => (written.has(name.text) ? [] : [{ name, hosts: [name] }]))
  for (const { name, hosts } of [...file.groups, ...alone]) {
    // Of two groups of one name only the later counts, whose place the model has.
    if (groups.get(name.text)?.place.line !== placeOfSlice(name).line) continue
    const severity = reached.has(name.text) ? 'error' : 'warning'
    const seen = new Set<string>()
    for (const word of hosts) {
      const name = hostOf(word)
      const fault = hostFault(name)
      const same = canonical(name).toLowerCase()
      if (fault !== null) report[severity]('bad-host', spanOf(word), fault.message, fault.hint)
      else if (seen.has(same)) reportHostAgain(word, report)
      seen.add(same)
    }
  }
}

function reportHostAgain(word: Slice, report: Report): void {
  const message = `${quoted(word.text)} stands in this hostgroup already`
  report.warning('host-again', spanOf(word), message, 'remove one of the two')
}

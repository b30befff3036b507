/** All `virtual` blocks of a file -> pools, the checks that only pools need, and what two blocks may not share. */
import type { CheckPath, HostGroup, Service, Settings, Virtual } from '../../model/model.ts'
import type { Host } from '../../model/names.ts'
import { endpointText, serviceText } from '../../model/table.ts'
import { MOST_REALS, PATHMARKS } from '../defaults.ts'
import type { MonFile } from '../mon/file.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { canonical } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { splitWords } from '../text/words.ts'
import { alertLines } from './alert-lines.ts'
import { reportSameNames } from './block-lines.ts'
import type { Naming } from './call.ts'
import { suspend } from './ha-suspend.ts'
import type { Known } from './real.ts'
import { ViaVip } from './via-vip.ts'
import { type ResolvedVirtual, resolveVirtual } from './virtual.ts'
import type { ResolvedAddress } from './virtual-address.ts'

/** What the watches of the file have come to. */
interface Watched {
  readonly groups: ReadonlyMap<string, HostGroup>
  /** The group of each service that is written, be it right or wrong. */
  readonly written: ReadonlyMap<string, HostGroup>
  readonly services: readonly Service[]
  readonly naming: Naming
  readonly demoServers: Settings['demoServers']
  /** The first firewall mark of checks via vip. */
  readonly pathmarks: number
}

interface Pools {
  readonly virtuals: readonly Virtual[]
  readonly paths: readonly CheckPath[]
  /** With the hosts of checks via vip. */
  readonly groups: readonly HostGroup[]
  /** Those of the watches as pools want them run, and behind them the checks via vip. */
  readonly services: readonly Service[]
}

export function resolveVirtuals(file: MonFile, watched: Watched, report: Report): Pools {
  const viaVip = new ViaVip(watched.services, watched.groups, watched.naming.surroundings.monitors, watched.pathmarks)
  const known = knownTo(watched, viaVip)
  const found = file.own.virtual
    .map((block) => resolveVirtual(block, known, watched.naming, report))
    .filter((one) => one !== null)
  reportSameNames('virtual', file.own.virtual, report)
  reportSameAddresses(found, report)
  reportPathMarks(found, watched.pathmarks, report)
  reportPoolDecides(found, file, report)
  const virtuals = found.map(({ virtual }) => virtual)
  const lines = new Map(found.flatMap(({ virtual, haSuspend }) => (haSuspend ? [[virtual, haSuspend] as const] : [])))
  const services = suspend([...watched.services, ...viaVip.services], virtuals, lines, report)
  return { virtuals, paths: viaVip.paths, groups: [...watched.groups.values(), ...viaVip.groups], services }
}

function knownTo({ groups, written, demoServers }: Watched, viaVip: ViaVip): Known {
  const hosts = new Map<HostGroup, ReadonlyMap<string, Host>>()
  const hostsOf = (group: HostGroup) => {
    const known = hosts.get(group) ?? new Map(group.hosts.map((name) => [canonical(name), name]))
    hosts.set(group, known)
    return known
  }
  const demonstration = new Set(
    demoServers.map(({ address, port }) => endpointText({ family: address.includes(':') ? 6 : 4, address, port })),
  )
  return { groups, services: written, hostsOf, viaVip, demonstration, room: { left: MOST_REALS } }
}

/** One address belongs to one virtual server; both places are named. */
function reportSameAddresses(found: readonly ResolvedVirtual[], report: Report): void {
  const seen = new Map<string, { readonly name: string; readonly at: ResolvedAddress }>()
  for (const { virtual, addresses } of found) {
    for (const at of addresses) {
      const text = serviceText(at.id)
      const before = seen.get(text)
      if (before === undefined) seen.set(text, { name: virtual.name, at })
      else {
        const message = `${text} belongs to virtual ${quoted(before.name)} already, in ${where(before.at.word)}`
        report.error('virtual-again', spanOf(at.word), message, 'put all its real servers into one block')
      }
    }
  }
}

/** What stands in the table with such a mark is taken for a way of checks via vip. */
function reportPathMarks(found: readonly ResolvedVirtual[], first: number, report: Report): void {
  for (const { id, word } of found.flatMap(({ addresses }) => addresses)) {
    if (id.kind !== 'mark' || id.mark < first || id.mark >= first + PATHMARKS) continue
    const message = `the mark ${id.mark} is one of those that checks via vip use, ${first} to ${first + PATHMARKS - 1}`
    report.error('path-mark', spanOf(word), message, 'write another mark here, or pathmarks = with another number')
  }
}

/** An alert that edits the table where a `virtual` already decides: the pool would undo it at once. */
function reportPoolDecides(found: readonly ResolvedVirtual[], file: MonFile, report: Report): void {
  const pools = new Map<string, string>()
  for (const { virtual, addresses } of found) {
    for (const { id } of addresses) if (id.kind === 'address') pools.set(endpointText(id), virtual.name)
  }
  if (pools.size === 0) return
  for (const value of alertLines(file)) {
    if (!/^(exit\s*=\s*\S+\s+)?(ipvs|lvs|virtualserver)(\.alert)?\s/i.test(value.text)) continue
    const word = splitWords(value).words.find(({ text }) => pools.has(text))
    if (word === undefined) continue
    const message = `${quoted(word.text)} is virtual ${quoted(pools.get(word.text) ?? '')}, whose pool already follows its checks`
    report.warning('pool-decides', spanOf(word), message, 'this line does nothing: remove it')
  }
}

function where(part: Slice): string {
  const { file, line } = placeOfSlice(part)
  return `${file} line ${line}`
}

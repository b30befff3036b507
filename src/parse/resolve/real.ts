/**
 * A `real` line of a virtual block -> real servers: one, or one for each host of a hostgroup.
 * Sources: ipvsadm(8); ip_vs.h for ranges; LVS-HOWTO on direct routing and tunnels, which leave the packet's port alone.
 */
import type { HostGroup, Notices, Real } from '../../model/model.ts'
import type { Host } from '../../model/names.ts'
import type { Forward, TableDestinationId } from '../../model/table.ts'
import { MOST_REALS } from '../defaults.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { type Front, portOf } from './front.ts'
import { readChecks } from './real-check.ts'
import { readTargets, type Target } from './real-target.ts'
import { readTraits, type Traits } from './real-traits.ts'
import { readTunnel } from './tunnel.ts'
import type { ViaVip } from './via-vip.ts'

export interface ResolvedReal {
  readonly real: Real
  /** The word it comes from. */
  readonly word: Slice
  /** Whether a check is written, be it right or wrong. */
  readonly checked: boolean
}

/** What a virtual block may refer to. */
export interface Known {
  readonly groups: ReadonlyMap<string, HostGroup>
  /** The group of each service that is written, be the service right or wrong: one mistake earns one problem. */
  readonly services: ReadonlyMap<string, HostGroup>
  /** The hosts of a group by their canonical text. */
  hostsOf(group: HostGroup): ReadonlyMap<string, Host>
  readonly viaVip: ViaVip
  /** The demonstration's own servers, which no client reaches through a virtual server anyhow. */
  readonly demonstration: ReadonlySet<string>
  /** Entries of the kernel table that may still be made. */
  readonly room: { left: number }
}

export function resolveReal(
  value: Slice,
  notices: Notices,
  front: Front | null,
  known: Known,
  report: Report,
): ResolvedReal[] {
  const [first, ...words] = plainWords(value)
  if (first === undefined) return []
  const traits = readTraits(words, report)
  const targets = readTargets(first, known, report)
  if (front === null || traits === null) return []
  const forward = traits.forward ?? front.forward
  const tunnel = readTunnel(traits.tunnel, forward, report)
  if (tunnel === null) return []
  const reals: ResolvedReal[] = []
  for (const target of targets) {
    known.room.left -= front.services.length
    if (known.room.left < 0) {
      const hint = 'split the configuration over several directors'
      report.error('too-many-reals', spanOf(first), `there are more than ${MOST_REALS} real servers`, hint)
      return reals
    }
    const real = makeReal(target, { word: first, traits, forward, tunnel, front, notices }, known, report)
    if (real !== null) reals.push({ real, word: first, checked: traits.checks.length > 0 })
  }
  return reals
}

interface Line {
  readonly word: Slice
  readonly traits: Traits
  readonly forward: Forward
  readonly tunnel: Real['tunnel']
  readonly front: Front
  readonly notices: Notices
}

function makeReal({ end, host }: Target, line: Line, known: Known, report: Report): Real | null {
  const { word, traits, forward, tunnel, front, notices } = line
  const { port, portFollows } = portOf(end.port, forward, front, traits.portFollows)
  const id: TableDestinationId = { family: end.family, address: end.address, port }
  const place = placeOfSlice(word)
  const fault = faultOf(id, end.port !== null && !traits.portFollows, forward, front)
  if (fault !== null) report.error(fault.code, spanOf(word), fault.message, fault.hint)
  const destination = { front, id, portFollows, forward, tunnel, host, place }
  const checks = readChecks(traits.checks, destination, word, known, report)
  if (fault !== null) return null
  return {
    id,
    ...(portFollows ? { portFollows: true as const } : {}),
    role: traits.backup ? 'backup' : 'primary',
    weight: traits.weight,
    forward,
    ...(tunnel === undefined ? {} : { tunnel }),
    upperThreshold: traits.upper,
    lowerThreshold: traits.lower,
    onFail: traits.onFail ?? front.onFail,
    checks,
    initial: traits.initial ?? front.initial,
    notices,
    place,
  }
}

/** What the kernel takes and then does not do. */
function faultOf(id: TableDestinationId, portWritten: boolean, forward: Forward, front: Front) {
  if (id.family !== front.family && forward !== 'tunnel') {
    const message = `${quoted(id.address)} and the virtual server are of different families of addresses`
    return { code: 'real-family', message, hint: 'only a tunnel connects the two: write forward tun' }
  }
  const other = portWritten ? front.ports.find((port) => port !== id.port) : undefined
  if (other === undefined || (forward !== 'route' && forward !== 'tunnel')) return null
  const how = forward === 'route' ? 'direct routing' : 'a tunnel'
  const message = `${how} leaves the packet as it is: port ${id.port} would never be reached, only ${other}`
  const hint =
    front.ports.length > 1 ? 'leave the port out, or write forward nat' : `write port ${other} or none, or forward nat`
  return { code: 'real-port', message, hint }
}

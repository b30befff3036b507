/** `real = …` and `fallback = …` -> members of a pool. Source: ldirectord(8), "real", "fallback"; 4.12 tried. */
import type { Initial, Real, Sorry } from '../../../model/model.ts'
import { noNotices } from '../../../model/model.ts'
import {
  endpointText,
  type Family,
  type Forward,
  type TableDestinationId,
  type TableTunnel,
} from '../../../model/table.ts'
import { weight } from '../../../model/units.ts'
import { quoted } from '../../text/visible.ts'
import type { VirtualService } from '../file.ts'
import type { RealLine } from '../real.ts'
import { placeOfWord, spanOf, type Word } from '../words.ts'
import type { Around } from './around.ts'
import { checksOf, take } from './checks.ts'
import type { Front } from './front.ts'
import { addressOf } from './hosts.ts'
import { flagOf, levelsOf, nearest } from './inherited.ts'
import type { Telling } from './telling.ts'

/** Addresses that one range may stand for. */
export const MOST_OF_A_RANGE = 65_536
/** Real servers of a whole file. */
export const MOST_DESTINATIONS = 1_000_000

/** Nothing is sent to a server that no check has passed, and nothing that is in the table is taken out before one failed. */
const INITIAL: Initial = { remembered: true, unknown: 'wait', waitMost: null }

interface Method {
  readonly forward: Forward
  readonly tunnel?: TableTunnel
}

const methodOf = (forward: Forward): Method =>
  forward === 'tunnel' ? { forward, tunnel: { type: 'ipip', port: 0, checksum: 'none' } } : { forward }

/** In the table it has the port of its service: packets that are not rewritten keep theirs. */
const follows = (forward: Forward, port: number | null) => forward !== 'masq' || port === null

export function resolveReals(virtual: VirtualService, front: Front, telling: Telling, around: Around): Real[] {
  const found: Real[] = []
  const taken = new Set<string>()
  for (const line of virtual.reals) {
    warnOfPort(line, front, around)
    for (const address of addressesOf(line, around)) {
      const id = { family: front.family, address, port: line.port ?? front.port }
      if (isTaken(line, id, front, taken, around)) continue
      found.push(realOf(virtual, line, id, front, telling, around))
    }
  }
  return found
}

function realOf(
  virtual: VirtualService,
  line: RealLine,
  id: TableDestinationId,
  front: Front,
  telling: Telling,
  around: Around,
): Real {
  const checks = checksOf(virtual, line, id, front, around).map((named) => {
    const check = take(named, { id, at: line.at }, telling.says, around)
    telling.listenTo(check)
    return check
  })
  return {
    id,
    ...(follows(line.forward, line.port) ? { portFollows: true } : {}),
    role: 'primary',
    weight: weight(line.weight),
    ...methodOf(line.forward),
    upperThreshold: line.upper,
    lowerThreshold: line.lower,
    onFail: flagOf(levelsOf(virtual, around.file), 'quiescent') ? 'drain' : 'remove',
    checks,
    initial: INITIAL,
    notices: noNotices,
    place: placeOfWord(line.at),
  }
}

function addressesOf({ first, last, at }: RealLine, around: Around): readonly string[] {
  const begin = addressOf(first, around)
  const end = last === null ? begin : addressOf(last, around)
  if (begin === null || end === null) return []
  if (last === null) return room(1, at, around) ? [begin] : []
  const [from, to] = [numberOf(begin), numberOf(end)]
  if (to < from) {
    const message = `${quoted(at.text)} ends before it begins`
    around.report.error('range', spanOf(at), message, `write the lower address first: ${end}->${begin}`)
    return []
  }
  const count = to - from + 1
  if (count > MOST_OF_A_RANGE) {
    const message = `${quoted(at.text)} stands for ${count} servers; a range has at most ${MOST_OF_A_RANGE}`
    around.report.error('range', spanOf(at), message, 'look at both ends of it')
    return []
  }
  return room(count, at, around) ? Array.from({ length: count }, (_, i) => textOf(from + i)) : []
}

const numberOf = (address: string): number => address.split('.').reduce((all, part) => all * 256 + Number(part), 0)

const textOf = (number: number): string => [24, 16, 8, 0].map((bits) => Math.floor(number / 2 ** bits) % 256).join('.')

function room(count: number, at: Word, { room, report }: Around): boolean {
  const before = room.destinations
  room.destinations -= count
  if (room.destinations >= 0) return true
  if (before >= 0) {
    const message = `these services hold more than ${MOST_DESTINATIONS} real servers`
    report.error('too-many-reals', spanOf(at), message, 'split the configuration over several directors')
  }
  return false
}

/** The kernel holds an endpoint once in a service. */
function isTaken(
  { at, forward, port }: RealLine,
  id: TableDestinationId,
  front: Front,
  taken: Set<string>,
  { report }: Around,
): boolean {
  const key = endpointText(follows(forward, port) ? { ...id, port: front.port } : id)
  if (!taken.has(key)) {
    taken.add(key)
    return false
  }
  const message = `${endpointText(id)} stands in this service already, and the kernel holds it once; only the first counts`
  report.warning('real-twice', spanOf(at), message, 'take one of them out')
  return true
}

/** Behind a mark any port is the packet's, and nobody expects another. */
function warnOfPort(
  { at, port, forward, sorry = false }: Pick<RealLine, 'at' | 'port' | 'forward'> & { readonly sorry?: boolean },
  { service, port: there }: Front,
  { report }: Around,
): void {
  if (port === null || forward === 'masq' || service.kind === 'mark' || port === there) return
  const use = sorry ? `${port} counts for nothing` : `${port} is for the check only`
  const message = `direct routing and tunnels leave the port of a packet alone: it is ${there}, and ${use}`
  report.warning(sorry ? 'fallback-port' : 'real-port', spanOf(at), message, `write port ${there}, or masq`)
}

/** The server that is used while no other is up; nobody checks it. */
export function resolveFallback(
  virtual: VirtualService,
  reals: readonly Real[],
  front: Front,
  around: Around,
): Sorry | null {
  const levels = levelsOf(virtual, around.file)
  warnOfFamily(virtual, front.family, around)
  const setting = nearest(levels, front.family === 6 ? 'fallback6' : 'fallback')
  if (setting === undefined) return null
  const { host, port, forward, at } = setting.value
  const address = addressOf(host, around)
  if (address === null) return null
  if (setting.keyword === virtual.settings.fallback?.keyword)
    warnOfPort({ at, port, forward, sorry: true }, front, around)
  const id = { family: front.family, address, port: port ?? front.port }
  const same = reals.find((real) => endpointText(real.id) === endpointText(id))
  return {
    id,
    ...methodOf(forward),
    inhibit: same?.onFail === 'drain',
    ...(follows(forward, port) ? { portFollows: true } : {}),
  }
}

function warnOfFamily({ settings }: VirtualService, family: Family, { report }: Around): void {
  const other = family === 6 ? settings.fallback : settings.fallback6
  if (other === undefined) return
  const own = family === 6 ? 'fallback6' : 'fallback'
  const message = `${quoted(other.keyword.text)} does not belong into a service of IPv${family}`
  report.error('fallback-family', spanOf(other.keyword), message, `write ${own}`)
}

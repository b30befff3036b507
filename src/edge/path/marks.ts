/**
 * Firewall marks by which a check down the client's path reaches one given real server. Each real server that is checked
 * so has a mark of its own, and a virtual server in the kernel's table that answers to this mark alone (wanted.ts).
 * The marks lie in one range, by which upalert knows its own again, also after a crash.
 */
import type { Family, Forward, TableDestinationId, TableService, TableTunnel } from '../../model/table.ts'
import { endpointText } from '../../model/table.ts'

export interface MarkRange {
  readonly base: number
  readonly count: number
}

/** "up" in ASCII, then a number: 0x75700000 to 0x7570ffff. Another base is the operator's to choose (docs/forwarding.md). */
export const PATH_MARKS: MarkRange = { base: 0x7570_0000, count: 0x1_0000 }

/** What a mark stands for: a real server, and how packets are brought to it. Any number of virtual servers may share it. */
export interface PathEnd {
  /** The client's side: that of the virtual server. Only a tunnel leads to a real server of the other family. */
  readonly family: Family
  readonly real: TableDestinationId
  readonly forward: Forward
  readonly tunnel?: TableTunnel | undefined
}

/** `4 masq 10.1.1.2:8080`: two paths with the same text are the same path. */
export function endText({ family, real, forward, tunnel }: PathEnd): string {
  const wrapped =
    forward !== 'tunnel' || tunnel === undefined ? '' : ` ${tunnel.type} ${tunnel.port} ${tunnel.checksum}`
  const plain = wrapped === ' ipip 0 none' ? '' : wrapped
  return `${family} ${forward} ${endpointText(real)}${plain}`
}

/**
 * Gives each path a mark. Who had one keeps it, so that a check that is under way during a reload still reaches whom it
 * was meant for; the others get the lowest that are free. Who finds none left has none.
 */
export function assignMarks(
  ends: readonly PathEnd[],
  before: ReadonlyMap<string, number>,
  range: MarkRange = PATH_MARKS,
): ReadonlyMap<string, number> {
  const texts = new Set(ends.map(endText))
  const marks = new Map<string, number>()
  const taken = new Set<number>()
  for (const text of texts) {
    const mark = before.get(text)
    if (mark === undefined || !isPathMark(mark, range) || taken.has(mark)) continue
    marks.set(text, mark)
    taken.add(mark)
  }
  let next = range.base
  for (const text of texts) {
    if (marks.has(text)) continue
    while (taken.has(next)) next += 1
    if (!isPathMark(next, range)) break
    marks.set(text, next)
    taken.add(next)
  }
  return marks
}

/** The marks that stand in the kernel's table from an earlier run: a restart goes on with them and changes nothing. */
export function marksIn(services: readonly TableService[], range: MarkRange = PATH_MARKS): ReadonlyMap<string, number> {
  const marks = new Map<string, number>()
  for (const service of services) {
    const [destination] = service.destinations
    if (service.id.kind !== 'mark' || destination === undefined || !isPathService(service, range)) continue
    const { id, forward, tunnel } = destination
    marks.set(endText({ family: service.id.family, real: id, forward, tunnel }), service.id.mark)
  }
  return marks
}

export const isPathMark = (mark: number, { base, count }: MarkRange): boolean => mark >= base && mark < base + count

/**
 * Whether a virtual server of the table is one that was made for a path: a mark of the range, and the plain form that
 * these have. Something else with such a mark is somebody else's, and is neither changed nor removed.
 */
export function isPathService(service: TableService, range: MarkRange): boolean {
  if (service.id.kind !== 'mark' || !isPathMark(service.id.mark, range)) return false
  const plain = service.scheduler === PATH_SCHEDULER && service.persistenceSeconds === 0 && service.engine === ''
  return plain && service.destinations.length <= 1
}

/** With one destination there is nothing to choose; every kernel with IPVS has this one. */
export const PATH_SCHEDULER = 'rr'

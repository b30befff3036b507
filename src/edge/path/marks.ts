/**
 * The firewall marks by which a check down the client's path reaches one given real server. Each way to a real server has
 * a mark of its own, and a virtual server in the kernel's table that answers to this mark alone (wanted.ts). The marks lie
 * in one range, by which upalert knows its own again, also after a crash.
 */
import type { CheckPath } from '../../model/model.ts'
import type { TableService } from '../../model/table.ts'
import { endpointText } from '../../model/table.ts'

export interface MarkRange {
  readonly base: number
  readonly count: number
}

/** "up" in ASCII, then a number: 0x75700000 to 0x7570ffff. Another base is the operator's to choose (docs/forwarding.md). */
export const PATH_MARKS: MarkRange = { base: 0x7570_0000, count: 0x1_0000 }

export const isPathMark = (mark: number, { base, count }: MarkRange): boolean => mark >= base && mark < base + count

/** With one destination there is nothing to choose; every kernel with IPVS has this scheduler. */
export const PATH_SCHEDULER = 'rr'

/**
 * Whether a virtual server of the table is one that was made for a path: a mark of the range, and the plain form that
 * these have. Something else with such a mark is somebody else's, and is neither changed nor removed.
 */
export function isPathService(service: TableService, range: MarkRange): boolean {
  if (service.id.kind !== 'mark' || !isPathMark(service.id.mark, range)) return false
  const plain = service.scheduler === PATH_SCHEDULER && service.persistenceSeconds === 0 && service.engine === ''
  return plain && service.destinations.length <= 1
}

/** What a mark stands for, `masq 10.1.1.2:8080`. Any number of virtual servers may share it. */
export function endText({ real, forward, tunnel }: Pick<CheckPath, 'real' | 'forward' | 'tunnel'>): string {
  const end = `${forward} ${endpointText(real)}`
  if (forward !== 'tunnel' || tunnel === undefined) return end
  const { type, port, checksum } = tunnel
  // Plain IP in IP is also what a tunnel without a word is.
  return type === 'ipip' ? end : `${end} ${type} ${port} ${checksum}`
}

export const hex = (mark: number): string => `0x${mark.toString(16)}`

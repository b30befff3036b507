/**
 * The firewall marks by which a check down the client's path reaches one given real server. Each way to a real server has
 * a mark of its own, and a virtual server in the kernel's table that answers to this mark alone (edge/path/wanted.ts). The
 * marks lie in one range, by which upalert knows its own again, also after a crash; its virtual servers are part of no pool.
 */
import type { CheckPath } from './model.ts'
import type { TableService } from './table.ts'

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

/** The range that a configuration's paths lie in: they are numbered from its base on. */
export function rangeOf(paths: readonly Pick<CheckPath, 'mark'>[]): MarkRange {
  if (paths.length === 0) return PATH_MARKS
  return { ...PATH_MARKS, base: paths.reduce((least, { mark }) => Math.min(least, mark), Number.POSITIVE_INFINITY) }
}

/**
 * The names of the ways down which checks go: what a mark stands for, and how one is written. Which marks there are is the
 * model's (path-marks.ts), since the reconciler must know them as well.
 */
import type { CheckPath } from '../../model/model.ts'
import { endpointText } from '../../model/table.ts'

export { isPathMark, isPathService, type MarkRange, PATH_MARKS, PATH_SCHEDULER } from '../../model/path-marks.ts'

/** What a mark stands for, `masq 10.1.1.2:8080`. Any number of virtual servers may share it. */
export function endText({ real, forward, tunnel }: Pick<CheckPath, 'real' | 'forward' | 'tunnel'>): string {
  const end = `${forward} ${endpointText(real)}`
  if (forward !== 'tunnel' || tunnel === undefined) return end
  const { type, port, checksum } = tunnel
  // Plain IP in IP is also what a tunnel without a word is.
  return type === 'ipip' ? end : `${end} ${type} ${port} ${checksum}`
}

export const hex = (mark: number): string => `0x${mark.toString(16)}`

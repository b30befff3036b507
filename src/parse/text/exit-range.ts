/** `N` or `N-M`: exit statuses of a monitor. Source: mon manual, "alert"; 255 is the last one there is. */
import type { ExitRange } from '../../model/model.ts'

const GREATEST_STATUS = 255

/** `odd`: mon takes it, but no exit status ever lies in it, or some of it never comes. `null`: it is none. */
export function parseExitRange(text: string): { readonly range: ExitRange; readonly odd: boolean } | null {
  const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(text)
  if (match === null) return null
  const from = Number(match[1])
  const to = Number(match[2] ?? match[1])
  return { range: { from, to }, odd: from > to || to > GREATEST_STATUS }
}

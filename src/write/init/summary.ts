/** A virtual server in a few lines, for whoever just answered for it. */
import { endpointText } from '../../model/table.ts'
import type { VirtualAnswers } from './answers.ts'

/** Real servers that are listed. */
const SHOWN = 20

export function virtualSummary(virtual: VirtualAnswers): string {
  const { name, protocol, forward, reals, check, scheduler } = virtual
  const more = reals.length - SHOWN
  return [
    `${name}: ${protocol} ${endpointText(virtual)}, forwarded by ${forward}, scheduler ${scheduler}, checked by ${check}`,
    ...reals.slice(0, SHOWN).map((real) => `  -> ${endpointText(real)} weight ${real.weight}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n')
}

/** `forward nat`, dr, tun, local, and the names other programs have for them. Sources: ipvsadm(8), keepalived.conf(5). */
import type { Forward } from '../../model/table.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

const FORWARDS: Readonly<Record<string, Forward>> = {
  nat: 'masq',
  masq: 'masq',
  dr: 'route',
  gate: 'route',
  route: 'route',
  direct: 'route',
  tun: 'tunnel',
  tunnel: 'tunnel',
  ipip: 'tunnel',
  local: 'local',
}

export const isForward = (word: string) => Object.hasOwn(FORWARDS, word.toLowerCase())

export function readForward(word: Slice | undefined, report: Report): Forward | null {
  if (word === undefined) return null
  const forward = isForward(word.text) ? FORWARDS[word.text.toLowerCase()] : undefined
  if (forward !== undefined) return forward
  const nearest = report.nearest(word.text, Object.keys(FORWARDS))
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of nat, dr, tun, local`
  report.error('forward', spanOf(word), `${quoted(word.text)} is not a way to forward packets`, hint)
  return null
}

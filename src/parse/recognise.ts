/** Which of the four formats a configuration is in: what stands in it says so, whatever its name is. */
import { isKeepalived } from './keepalived/recognise.ts'
import { isLdirectord } from './ldirectord/recognise.ts'
import { isLvs } from './lvs/recognise.ts'

/** The formats of other tools than mon. */
export type DirectorFormat = 'keepalived' | 'lvs' | 'ldirectord'
export type Format = DirectorFormat | 'mon'

/** What each is called where people are told of it. */
export const FORMAT_NAMES: Readonly<Record<Format, string>> = {
  mon: 'mon.cf',
  keepalived: 'keepalived.conf',
  lvs: "Piranha's lvs.cf",
  ldirectord: 'ldirectord.cf',
}

/** As a character, or as the bytes that text in Latin-1 still shows. */
const BYTE_ORDER_MARK = /^(?:\uFEFF|\xEF\xBB\xBF)/

/** Each of the three stops at the first line that only another format can have; what none of them claims is a mon.cf. */
export function formatOf(whole: string): Format {
  const text = whole.replace(BYTE_ORDER_MARK, '')
  if (isKeepalived(text)) return 'keepalived'
  if (isLvs(text)) return 'lvs'
  return isLdirectord(text) ? 'ldirectord' : 'mon'
}

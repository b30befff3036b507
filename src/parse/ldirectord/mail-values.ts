/** The values of emailalert, emailalertfrom and emailalertstatus. Source: ldirectord(8); 4.12 tried. */
import { quoted } from '../text/visible.ts'
import { type Reader, text, unquoted } from './values.ts'
import { spanOf } from './words.ts'

/** Addresses with commas between them. */
export const recipients: Reader<readonly string[]> = (value, keyword, report) => {
  const read = text(value, keyword, report)
  if (read === null) return null
  const list = read.split(/[\s,]+/).filter((one) => one !== '')
  if (list.length > 0) return [...new Set(list)]
  report.error('value-missing', spanOf(value), 'no address stands here', `write ${keyword.text} = admin@example.com`)
  return null
}

/** What a From header may hold: `admin@example.com`, `"LVS" <admin@example.com>`. The address of it. */
export const sender: Reader<string> = (value, keyword, report) => {
  const read = text(value, keyword, report)
  if (read === null) return null
  const inside = /<([^<>]*)>\s*$/.exec(value.source.text.slice(value.from, value.to))
  return inside?.[1]?.trim() ?? unquoted(value, keyword, report)
}

const STATES = ['all', 'none', 'starting', 'running', 'stopping', 'reloading'] as const
type State = (typeof STATES)[number]

export const states: Reader<readonly State[]> = (value, keyword, report) => {
  const read = text(value, keyword, report)
  if (read === null) return null
  const words = read.split(/[\s,]+/).filter((one) => one !== '')
  const found = words.flatMap((word) => STATES.filter((state) => state === word))
  const odd = words.find((word) => !STATES.some((state) => state === word))
  if (odd !== undefined || found.length === 0) {
    const hint = `all, none, or some of ${STATES.slice(2).join(', ')}`
    report.error('word-unknown', spanOf(value), `${quoted(odd ?? read)} is no state of a daemon`, hint)
    return null
  }
  if (found.includes('none') && found.length > 1) {
    report.error('states', spanOf(value), '"none" stands alone', 'write none, or the states without it')
    return null
  }
  return found
}

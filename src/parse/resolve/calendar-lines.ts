/** `cron` and `timezone` lines: when a check, a maintenance or a report comes, and by whose clocks. */
import { isTimeZone } from '../../model/calendar/zone.ts'
import { type Slice, slice, spanOf } from '../mon/lines.ts'
import { cronExpression, cronFault } from '../text/cron.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { splitWords } from '../text/words.ts'

/** In quotes or not. `seconds`: a sixth field may stand in front. `null` after a mistake. */
export function readCron(value: Slice, { seconds }: { readonly seconds: boolean }, report: Report): string | null {
  const split = splitWords(value)
  const text = split.words.length === 1 ? (split.words[0]?.text ?? '') : value.text
  if (split.kind === 'unbalanced') {
    const hint = 'write the same sign behind the last field'
    report.error('cron', spanOf(split.quote), 'this quotation never closes', hint)
    return null
  }
  const fault = cronFault(text, { seconds })
  if (fault === null) return cronExpression(text)
  const at = value.from + Math.max(0, value.text.indexOf(text))
  const part = slice(value.line, Math.min(at + fault.from, value.to), Math.min(at + fault.to, value.to))
  report.error('cron', spanOf(part), fault.message, fault.hint)
  return null
}

/** `otherwise`: the machine's. */
export function readTimeZone(value: Slice | undefined, otherwise: string, report: Report): string {
  if (value === undefined || isTimeZone(value.text)) return value?.text ?? otherwise
  const nearest = report.nearest(value.text, Intl.supportedValuesOf('timeZone'))
  const hint = nearest === null ? 'write one such as Europe/Berlin, or UTC' : `did you mean ${nearest}?`
  report.error('timezone', spanOf(value), `${quoted(value.text)} is not a time zone of the IANA database`, hint)
  return otherwise
}

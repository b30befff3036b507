/**
 * The words of a service by which a check behaves as one of keepalived's or ldirectord's: what is asked while a server is
 * down, what is logged, when the first run comes, where it runs, and what mails say of it. Source: keepalived.conf(5).
 */
import { MAIL_BODIES, type MailBodies, type MailedChecker } from '../../model/keepalived-words.ts'
import type { Service } from '../../model/model.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { parseAddress } from '../text/endpoint.ts'
import { FLAG_HINT, parseFlag } from '../text/flag.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readDuration } from './setting-reader.ts'
import type { Last } from './timing.ts'

type CheckerWords = Pick<Service, 'retriesWhileDown' | 'logFailures' | 'warmup' | 'onlyWith' | 'mailBodies'>

export function readCheckerWords(last: Last, report: Report): CheckerWords {
  return {
    retriesWhileDown: readFlag(last('retries_while_down'), report),
    logFailures: readFlag(last('log_failures'), report),
    warmup: readDuration(last('warmup'), report, { zero: true }),
    onlyWith: readOnlyWith(last('only_with'), report),
    mailBodies: readMailWords(last('mail_words'), report),
  }
}

/** The word alone means yes. */
function readFlag(value: Slice | undefined, report: Report): boolean {
  if (value === undefined) return false
  const flag = value.text === '' ? true : parseFlag(value.text)
  if (flag === null)
    report.error('service-flag', spanOf(value), `${quoted(value.text)} is neither yes nor no`, FLAG_HINT)
  return flag ?? false
}

function readOnlyWith(value: Slice | undefined, report: Report): readonly string[] | null {
  if (value === undefined) return null
  const words = plainWords(value)
  if (words.length === 0) {
    report.error(
      'only-with',
      spanOf(value),
      '"only_with" names no address',
      'write only_with 192.0.2.1: addresses of this host',
    )
    return null
  }
  return words.flatMap((word) => {
    const address = parseAddress(word.text)
    if (address !== null) return [address.address]
    const hint = 'addresses of this host, as the virtual servers have them: 192.0.2.1, 2001:db8::1'
    report.error('only-with', spanOf(word), `${quoted(word.text)} is not an IP address`, hint)
    return []
  })
}

const isChecker = (word: string): word is MailedChecker => Object.hasOwn(MAIL_BODIES, word)

function readMailWords(value: Slice | undefined, report: Report): MailBodies | null {
  if (value === undefined) return null
  if (isChecker(value.text)) return MAIL_BODIES[value.text]
  const known = Object.keys(MAIL_BODIES)
  const nearest = report.nearest(value.text, known)
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${known.join(', ')}`
  report.error(
    'mail-words',
    spanOf(value),
    `${quoted(value.text)} is no checker whose mails have words of their own`,
    hint,
  )
  return null
}

/**
 * The parts of an alert mail that machines read: its identity, its thread, and who may receive it.
 * Sources: RFC 5322 §3.6.4 (Message-ID, References), RFC 3834 §5 (Auto-Submitted).
 */
import type { AlertMessage } from '../../model/alert.ts'

const WORD = '[^\\s\\p{C}<>()\\[\\]\\\\,;:@"]'
const LABEL = '[^\\s\\p{C}<>()\\[\\]\\\\,;:@".]+'
/**
 * A recipient or sender in a configuration: an address, or a bare name that is one at this host, as `root` is.
 * Narrower than RFC 5321 in what no one uses (quoted local parts), wider in letters (RFC 6531). JSON Schema draft-07.
 */
export const ADDRESS_PATTERN = `^(?!-)${WORD}+(@${LABEL}(\\.${LABEL})*|@\\[[0-9A-Fa-f.:IPv]+\\])?$`

/** The pattern in words. */
export const ADDRESS_FORM = 'one address, such as ops@example.com, or a name of this host; a blank before the next'

/** RFC 5321 §4.5.3.1.3: a path is at most 256 octets, two of which are its brackets. */
export const ADDRESS_LENGTH = 254

/** `root` is `root@lb1`, as sendmail would have it. */
export const qualified = (address: string, hostname: string): string =>
  address.includes('@') ? address : `${address}@${domain(hostname)}`

/** The same for every attempt at one message, so that a mail that arrives twice is recognised as one. */
export const messageId = (message: AlertMessage, hostname: string): string =>
  `<${token(message.id)}@${domain(hostname)}>`

/**
 * The same for all mails of one outage, the last upalert included: mail readers show them as one conversation. It names no
 * mail that was ever sent, which RFC 5322 allows and readers accept; the id of the first mail is not known to the last.
 */
export function threadId(message: AlertMessage, hostname: string): string {
  return `<outage.${token(message.key)}.${message.firstFailure ?? message.at}@${domain(hostname)}>`
}

export function machineHeaders(message: AlertMessage): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    'X-Upalert-Id': token(message.id),
    'X-Upalert-Group': token(message.group),
    'X-Upalert-Service': token(message.service),
    // keepalived names itself here, so whoever sorts its mails by this finds ours.
    ...(message.mail === undefined ? {} : { 'X-Mailer': 'upalert' }),
  }
}

/** Characters that may stand in an id (RFC 5322 §3.2.3, atext); the rest of a name becomes a dash. */
const token = (text: string): string =>
  text
    .slice(0, 200)
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^\.+|\.+$|\.(?=\.)/g, '') || 'none'

const domain = (hostname: string): string => token(hostname)

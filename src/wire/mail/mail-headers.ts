/**
 * The parts of an alert mail that machines read: its identity, its thread, and who may receive it.
 * Sources: RFC 5322 §3.6.4 (Message-ID, References), RFC 3834 §5 (Auto-Submitted), RFC 2919 (List-Id).
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
 * An outage that began under an upalert which did not name it is known by its beginning.
 */
export function threadId({ outage, key, firstFailure, at }: AlertMessage, hostname: string): string {
  const name = outage === undefined ? `${token(key)}.${firstFailure ?? at}` : token(outage)
  return `<outage.${name}@${domain(hostname)}>`
}

/** Threads that a mail about several outages joins. */
const THREADS_MOST = 20

/** The threads that a mail belongs to: its own, or that of each message it tells. */
export function threadIds(message: AlertMessage, hostname: string): readonly string[] {
  if (message.members === undefined || message.members.length === 0) return [threadId(message, hostname)]
  return [...new Set(message.members.map((member) => threadId(member, hostname)))].slice(0, THREADS_MOST)
}

/** RFC 2919 §2: at most 255 octets. */
const LIST_ID_LENGTH = 255

/** A List-Id as its header has it, without whatever cannot stand there. */
export const listIdHeader = (listId: string): string => `<${token(listId).slice(0, LIST_ID_LENGTH)}>`

export function machineHeaders(message: AlertMessage, listId = ''): Record<string, string> {
  return {
    'Auto-Submitted': 'auto-generated',
    ...(listId === '' ? {} : { 'List-Id': listIdHeader(listId) }),
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

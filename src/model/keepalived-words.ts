/**
 * What keepalived's checkers say of a server in its mails, between the arrows of `=> … <=`: people sort their mail by it.
 * Source: keepalived 2.2.7 seen sending (test/engine/keepalived-2.2.7.txt), and its documentation of `smtp_alert`.
 */

/** The checkers by their keywords. FILE_CHECK sends no mail of its own in keepalived, and BFD_CHECK is not run here. */
export type MailedChecker =
  | 'TCP_CHECK'
  | 'HTTP_GET'
  | 'SSL_GET'
  | 'SMTP_CHECK'
  | 'DNS_CHECK'
  | 'UDP_CHECK'
  | 'PING_CHECK'
  | 'MISC_CHECK'

/** The words of one check for each of its ends. */
export interface MailBodies {
  readonly up: string
  readonly down: string
  /** Where a check that took too long has words of its own; otherwise it has those of `down`. */
  readonly timedOut?: string
  /** The words of `down` go on with the reason: ` : read timeout`. */
  readonly reason?: true
}

/** What came of a check. `reason`: what the checker itself gives for one. */
export interface CheckedWords {
  readonly end: 'succeeded' | 'failed' | 'timed out'
  readonly reason?: string
}

const bodies = (up: string, down: string): MailBodies => ({ up: `${up} on service`, down: `${down} on service` })
const http = { up: 'CHECK succeed on service', down: 'CHECK failed on service : HTTP request failed' }

/** They differ from one checker to the next, in keepalived too. */
export const MAIL_BODIES: Readonly<Record<MailedChecker, MailBodies>> = {
  TCP_CHECK: bodies('TCP CHECK succeed', 'TCP CHECK failed'),
  HTTP_GET: http,
  SSL_GET: http,
  SMTP_CHECK: { ...bodies('CHECK succeed', 'CHECK failed'), reason: true },
  DNS_CHECK: bodies('DNS_CHECK: succeed', 'DNS_CHECK: failed'),
  UDP_CHECK: bodies('UDP CHECK succeed', 'UDP CHECK failed'),
  PING_CHECK: bodies('ICMP CHECK succeed', 'ICMP CHECK failed'),
  MISC_CHECK: {
    ...bodies('MISC CHECK succeeded', 'MISC CHECK failed'),
    timedOut: 'MISC CHECK timed out on service',
  },
}

/** What stands between the arrows when a check has ended so. */
export function checkWords({ up, down, timedOut, reason: goesOn }: MailBodies, checked: CheckedWords): string {
  const { end, reason = '' } = checked
  if (end === 'succeeded') return up
  if (end === 'timed out' && timedOut !== undefined) return timedOut
  return goesOn === true && reason !== '' ? `${down} : ${reason}` : down
}

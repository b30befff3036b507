/**
 * The subjects and bodies of keepalived's mails about servers and quorums, byte for byte, since people sort their mail by
 * them. What keepalived leaves out, the reason, may stand below in a line of its own.
 * Source: keepalived 2.2.7 seen sending, and its documentation of `smtp_alert`.
 */
import type { KeepalivedState } from '../model/keepalived-names.ts'

export interface KeepalivedMail {
  readonly subject: string
  readonly text: string
}

/** The checkers by their keywords; those that are not here (FILE_CHECK) send no mail of their own in keepalived. */
export type MailedChecker =
  | 'TCP_CHECK'
  | 'HTTP_GET'
  | 'SSL_GET'
  | 'SMTP_CHECK'
  | 'DNS_CHECK'
  | 'UDP_CHECK'
  | 'PING_CHECK'
  | 'MISC_CHECK'
  | 'BFD_CHECK'

/** What came of a check. `reason` is the checker's word, which only SMTP_CHECK has; BFD_CHECK has its `name`. */
export interface CheckedWords {
  readonly checker: MailedChecker
  readonly end: 'succeeded' | 'failed' | 'timed out'
  readonly reason?: string
  readonly name?: string
}

export interface ServerNews {
  readonly routerId: string
  readonly server: string
  readonly virtual: string
  readonly state: KeepalivedState
  /** The words between the arrows: checkWords, or one of REMOVING, SHUTTING_DOWN. */
  readonly words: string
  /** Why, in ours; empty: the mail is keepalived's alone. */
  readonly why: string
}

export interface QuorumNews {
  readonly routerId: string
  readonly virtual: string
  readonly state: KeepalivedState
  readonly quorum: number
  readonly hysteresis: number
  /** Of all servers that are up. */
  readonly weight: number
  /** It is how the virtual server starts, and no change. */
  readonly starting: boolean
  readonly why: string
}

/** A server that a reload takes out of the configuration. */
export const REMOVING = 'Removing'
/** A server of a virtual server with `omega`, at the stop. */
export const SHUTTING_DOWN = 'Shutting down'

export function serverMail({ routerId, server, virtual, state, words, why }: ServerNews): KeepalivedMail {
  return {
    subject: `[${routerId}] Realserver ${server} of virtual server ${virtual} - ${state}`,
    text: body(words, why),
  }
}

export function quorumMail(news: QuorumNews): KeepalivedMail {
  const { routerId, virtual, state, why } = news
  return { subject: `[${routerId}] Virtualserver ${virtual} - ${state}`, text: body(quorumWords(news), why) }
}

/**
 * The sum is odd where the quorum is lost: keepalived shows the threshold quorum - hysteresis behind a plus, and <= for
 * what is less. The log says it as it is; the mail stays as filters know it.
 */
export function quorumWords({ state, quorum, hysteresis, weight, starting }: QuorumNews): string {
  const isUp = state === 'UP'
  const event = starting ? `Starting with quorum ${isUp ? 'up' : 'down'}` : `${isUp ? 'Gained' : 'Lost'} quorum`
  const threshold = isUp ? quorum + hysteresis : quorum - hysteresis
  return `${event} ${quorum}+${hysteresis}=${threshold} <= ${weight}`
}

/** What a checker says of a server, in its own words: they differ from one checker to the next, in keepalived too. */
export function checkWords({ checker, end, reason = '', name = '' }: CheckedWords): string {
  const passed = end === 'succeeded'
  switch (checker) {
    case 'TCP_CHECK':
      return passed ? 'TCP CHECK succeed on service' : 'TCP CHECK failed on service'
    case 'HTTP_GET':
    case 'SSL_GET':
      return passed ? 'CHECK succeed on service' : 'CHECK failed on service : HTTP request failed'
    case 'SMTP_CHECK':
      return passed ? 'CHECK succeed on service' : `CHECK failed on service : ${reason}`
    case 'DNS_CHECK':
      return passed ? 'DNS_CHECK: succeed on service' : 'DNS_CHECK: failed on service'
    case 'UDP_CHECK':
      return passed ? 'UDP CHECK succeed on service' : 'UDP CHECK failed on service'
    case 'PING_CHECK':
      return passed ? 'ICMP CHECK succeed on service' : 'ICMP CHECK failed on service'
    case 'MISC_CHECK':
      return `MISC CHECK ${end} on service`
    case 'BFD_CHECK':
      return `BFD CHECK ${name} ${passed ? 'succeeded' : 'failed'} on service`
  }
}

/** keepalived ends each body with an empty line. */
const body = (words: string, why: string): string => `=> ${words} <=\n\n${why === '' ? '' : `${why}\n`}`

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

export interface ServerNews {
  readonly routerId: string
  readonly server: string
  readonly virtual: string
  readonly state: KeepalivedState
  /** The words between the arrows: the checker's (model/keepalived-words.ts), or one of REMOVING, SHUTTING_DOWN. */
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
function quorumWords({ state, quorum, hysteresis, weight, starting }: QuorumNews): string {
  const isUp = state === 'UP'
  const event = starting ? `Starting with quorum ${isUp ? 'up' : 'down'}` : `${isUp ? 'Gained' : 'Lost'} quorum`
  const threshold = isUp ? quorum + hysteresis : quorum - hysteresis
  return `${event} ${quorum}+${hysteresis}=${threshold} <= ${weight}`
}

/** keepalived ends each body with an empty line. */
const body = (words: string, why: string): string => `=> ${words} <=\n\n${why === '' ? '' : `${why}\n`}`

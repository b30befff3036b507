/**
 * What `upalert init` is told: enough for virtual servers with their pools, one check for each and one mail address for
 * all. Whoever wants more writes it into the file that comes of it.
 */
import type { Family, Protocol } from '../../model/table.ts'

export interface Answers {
  readonly mail: MailAnswers
  /** The `database` of mon.cf: none, embedded, or a postgres:// URL. */
  readonly database: string
  readonly virtuals: readonly VirtualAnswers[]
}

export interface MailAnswers {
  /** Empty: nobody is told. */
  readonly to: readonly string[]
  /** Empty: what mon.cf has without it. */
  readonly from: string
  readonly relay: string
}

/** mon.cf's word, since operators write it. `local` needs a server on the director, which is explained elsewhere. */
export type Forwarding = 'nat' | 'dr' | 'tun'

export interface VirtualAnswers {
  /** Of the virtual server, and of the hostgroup and watch of its checks. */
  readonly name: string
  readonly family: Family
  readonly address: string
  readonly port: number
  readonly protocol: Protocol
  readonly forward: Forwarding
  readonly reals: readonly RealAnswers[]
  /** The words behind `monitor`; where they name no port it is that of the real server. */
  readonly check: string
  /** With its flags, if any. */
  readonly scheduler: string
}

export interface RealAnswers {
  readonly family: Family
  readonly address: string
  readonly port: number
  readonly weight: number
}

/** Virtual servers of one run; a file of more is not made by answering questions. */
export const MOST_VIRTUALS = 1000
/** Characters of one answer. */
export const LONGEST_ANSWER = 1000
export const LONGEST_NAME = 60

/** The words by which a password is handed to a check, headers that hold one, and URLs that carry one. */
const SECRET = /(^|\s)-{1,2}(password|secret|pass)(=|\s)|authorization:|cookie:|:\/\/[^\s/@:]*:[^\s/@]+@/i

/** Whether only its owner may read what is written of them. */
export const haveSecrets = ({ mail, database, virtuals }: Answers): boolean =>
  [mail.relay, database, ...virtuals.map(({ check }) => check)].some((text) => SECRET.test(text))

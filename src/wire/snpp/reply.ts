/**
 * What a paging gateway answers: a code of three digits and words for people. The first digit says how it went, and codes
 * that begin with 5 or 7 tell a refusal for good from trouble that may pass.
 * Source: RFC 1861 §4.2, and §4.3 to §4.6 for the codes of each command.
 */

export interface Reply {
  readonly code: number
  /** A reply of several lines goes on: `214` lines of HELP, or a hyphen behind the code as other protocols have it. */
  readonly more: boolean
}

/** `null`: no reply at all, whatever else it is. */
export function parseReply(line: string): Reply | null {
  const found = /^(\d{3})(?:$|([ -]))/.exec(line)
  return found === null ? null : { code: Number(found[1]), more: found[2] === '-' || found[1] === '214' }
}

/**
 * `done`: the command was carried out. `refused`: for good; the same words will be refused again. `later`: not now, and the
 * session goes on. `over`: the gateway hangs up, or speaks something else than SNPP; another session may fare better.
 */
export type Judgement = 'done' | 'refused' | 'later' | 'over'

/** 2xx, and of two-way paging 8xx (delivered) and 9xx (queued), all are what a page wants. */
const DONE = [2, 8, 9]
/** 503: entered twice, or incomplete: the session is out of step. 552: so many entries and no more, in this session. 554, 754: technical. */
const PASSING = [503, 552, 554, 754]

export function judgement(code: number): Judgement {
  const first = Math.trunc(code / 100)
  if (DONE.includes(first)) return 'done'
  if (first !== 5 && first !== 7) return 'over'
  return PASSING.includes(code) ? 'later' : 'refused'
}

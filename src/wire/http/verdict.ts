/**
 * Whether a reply is what the operator expects: status, then digest, then text, the order of keepalived's HTTP_GET.
 * Hashing and pattern matching are handed in, since the one needs a library and the other a deadline.
 */

import type { PagePattern } from '../../model/pcre.ts'
import { oneLine } from '../mail/safe-text.ts'
import type { Search } from './get-verdict.ts'
import type { Digest } from './page.ts'
import type { HttpReply } from './reply.ts'
import type { HttpHead, StatusRange } from './request.ts'
import { statusExpected } from './request.ts'

export interface Expectation {
  /** `null`: no status is refused. */
  readonly statuses: readonly StatusRange[] | null
  readonly digest: Digest | null
  /** Looked for in the body. */
  readonly regex: RegExp | null
  /** Looked for in the whole reply, head and body. */
  readonly match: RegExp | null
  /** Looked for in the bytes of the body, or of as much of it as was read. */
  readonly receive: PagePattern | null
  /** The limit of the body, for the sentence that it was too large. */
  readonly maxBody: number
}

export interface Tools {
  digest(algorithm: Digest['algorithm'], bytes: Buffer): string
  find(pattern: RegExp, text: string): 'found' | 'missing' | 'too-slow'
  search(pattern: PagePattern, body: Buffer): Search
}

export interface ReplyFault {
  readonly code: 'wrong-status' | 'body-too-large' | 'wrong-digest' | 'no-match' | 'match' | 'regex-too-slow'
  readonly text: string
}

/** Characters of a body that a sentence quotes. */
const QUOTED = 60

export function statusFault(head: HttpHead, { statuses }: Pick<Expectation, 'statuses'>): ReplyFault | null {
  if (statuses === null || statusExpected(head.status, statuses)) return null
  const wanted = statuses.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')
  const reason = head.reason === '' ? '' : ` (${head.reason})`
  return { code: 'wrong-status', text: `answered ${head.status}${reason} where ${wanted} was expected` }
}

export function replyFault(reply: HttpReply, expected: Expectation, tools: Tools): ReplyFault | null {
  const { digest, regex, match } = expected
  const wrong = statusFault(reply.head, expected)
  if (wrong !== null) return wrong
  if (reply.cut && (digest !== null || regex !== null || match !== null)) return tooLarge(expected)
  return (
    digestFault(reply, digest, tools) ?? patternFault(reply, expected, tools) ?? receiveFault(reply, expected, tools)
  )
}

function tooLarge({ maxBody }: Expectation): ReplyFault {
  const text = `has a page of more than ${maxBody} bytes, which is too large to compare; raise --max-body if that is right`
  return { code: 'body-too-large', text }
}

/** A page that has it in front may be as long as it likes. */
function receiveFault(reply: HttpReply, expected: Expectation, tools: Tools): ReplyFault | null {
  const { receive } = expected
  if (receive === null) return null
  const { kind } = tools.search(receive, reply.content)
  if (kind === 'found') return null
  if (kind === 'missing' && reply.cut) return tooLarge(expected)
  return notThere(kind, receive.shown, 'a page', reply)
}

/**
 * The digest may be that of the body as sent, which is what genhash prints, or of the body without chunk framing, which
 * is what everything else prints. Without chunks they are the same.
 */
function digestFault(reply: HttpReply, digest: Digest | null, tools: Tools): ReplyFault | null {
  if (digest === null) return null
  const found = tools.digest(digest.algorithm, reply.content)
  if (found === digest.hex || tools.digest(digest.algorithm, reply.sent) === digest.hex) return null
  const what = `a page with the ${digest.algorithm} digest ${found} where ${digest.hex} was expected`
  return { code: 'wrong-digest', text: `has ${what} (${beginning(reply.content)})` }
}

function patternFault(reply: HttpReply, { regex, match }: Expectation, tools: Tools): ReplyFault | null {
  const ofBody = regex === null ? null : missing(regex, 'a page', reply.content.toString(), reply, tools)
  if (ofBody !== null || match === null) return ofBody
  const whole = `${reply.headBytes.toString('latin1')}${reply.content.toString()}`
  return missing(match, 'an answer', whole, reply, tools)
}

function missing(pattern: RegExp, what: string, text: string, reply: HttpReply, tools: Tools): ReplyFault | null {
  const trial = tools.find(pattern, text)
  return trial === 'found' ? null : notThere(trial, pattern.source, what, reply)
}

function notThere(trial: 'missing' | 'too-slow', pattern: string, what: string, reply: HttpReply): ReplyFault {
  const shown = `/${oneLine(pattern, QUOTED)}/`
  if (trial === 'missing')
    return { code: 'no-match', text: `has ${what} without ${shown} (${beginning(reply.content)})` }
  const slow = `has ${what} on which the pattern ${shown} takes too long; write one without nested repetition`
  return { code: 'regex-too-slow', text: slow }
}

function beginning(body: Buffer): string {
  if (body.length === 0) return 'the page is empty'
  return `${body.length} bytes, beginning "${oneLine(body.toString('utf8', 0, QUOTED * 4), QUOTED)}"`
}

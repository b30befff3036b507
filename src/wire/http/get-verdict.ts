/**
 * Whether a page is what an HTTP_GET expects: status, then digest, then pattern; the first that fails decides.
 * Source: keepalived.conf(5), HTTP_GET; genhash(1) for which bytes a digest is of.
 */
import type { PagePattern } from '../../model/pcre.ts'
import { oneLine } from '../mail/safe-text.ts'
import type { HttpReply } from './reply.ts'
import type { StatusRange } from './request.ts'
import { type ReplyFault, statusFault } from './verdict.ts'

export interface GetExpectation {
  readonly statuses: readonly StatusRange[]
  /** 32 hex digits in lower case. */
  readonly digest: string | null
  readonly pattern: PagePattern | null
}

/** How a pattern fared on a body. `at`: the byte where the first match begins. */
export type Search = { readonly kind: 'found'; readonly at: number } | { readonly kind: 'missing' | 'too-slow' }

export interface Seen {
  readonly reply: HttpReply
  /** Of all bytes of the body as sent, kept or not. */
  readonly md5: string
  /** How many these were. */
  readonly length: number
}

/** Characters of a body, or of a pattern, that a sentence quotes. */
const QUOTED = 60

export function getFault(
  seen: Seen,
  { statuses, digest, pattern }: GetExpectation,
  search: (pattern: PagePattern, body: Buffer) => Search,
): ReplyFault | null {
  return (
    statusFault(seen.reply.head, { statuses }) ??
    (digest === null ? null : digestFault(seen, digest)) ??
    (pattern === null ? null : patternFault(seen, pattern, search))
  )
}

function digestFault(seen: Seen, digest: string): ReplyFault | null {
  if (seen.md5 === digest) return null
  const { status } = seen.reply.head
  const text = `has a page with the MD5 digest ${seen.md5} where ${digest} was expected (status ${status}, ${beginning(seen)})`
  return { code: 'wrong-digest', text }
}

function patternFault(
  seen: Seen,
  pattern: PagePattern,
  search: (pattern: PagePattern, body: Buffer) => Search,
): ReplyFault | null {
  const { sent, cut } = seen.reply
  const found = search(pattern, sent)
  const shown = `/${oneLine(pattern.shown, QUOTED)}/`
  if (found.kind === 'too-slow') {
    const text = `has a page on which the pattern ${shown} takes too long; write one without nested repetition`
    return { code: 'regex-too-slow', text }
  }
  if (found.kind === 'missing' && cut) {
    const text = `has a page of ${seen.length} bytes, and its first ${sent.length}, which are looked at, are without ${shown}`
    return pattern.noMatch ? null : { code: 'body-too-large', text }
  }
  if ((found.kind === 'found') !== pattern.noMatch) return null
  const where =
    found.kind === 'found' ? `with ${shown} at byte ${found.at}, which must not be there` : `without ${shown}`
  return { code: pattern.noMatch ? 'match' : 'no-match', text: `has a page ${where} (${beginning(seen)})` }
}

function beginning({ reply, length }: Seen): string {
  if (length === 0) return 'the page is empty'
  return `${length} bytes, beginning "${oneLine(reply.sent.toString('utf8', 0, QUOTED * 4), QUOTED)}"`
}

/**
 * What an answer says of a message: taken, to be tried again, or refused for good.
 * Sources: RFC 9110 §15; RFC 6585 §4 (429).
 */
import type { Milliseconds, WallTime } from '../../model/units.ts'
import { seconds } from '../../model/units.ts'
import { oneLine } from '../mail/safe-text.ts'
import type { Json } from './request.ts'
import { askedWait, bounded } from './retry-after.ts'

export interface Answered {
  readonly status: number
  readonly retryAfter: string | null
  readonly date: string | null
  readonly location: string | null
  /** At most as much of it as is read. */
  readonly body: string
}

export type Verdict =
  | { readonly kind: 'taken'; readonly text: string }
  | { readonly kind: 'refused'; readonly retry: boolean; readonly text: string; readonly after: Milliseconds | null }

/** Characters of an answer's body that people are shown. */
const SHOWN = 200
/** Besides all 5xx: the receiver was too slow to read it (408), or is asked too often (429). */
const TRIED_AGAIN = [408, 429]

export function judged(answer: Answered, now: WallTime, waits?: (body: Json) => number | null): Verdict {
  const { status } = answer
  const said = oneLine(answer.body, SHOWN)
  const text = `answered ${status}${said === '' ? '' : `: ${said}`}`
  if (status >= 200 && status < 300) return { kind: 'taken', text }
  if (status >= 300 && status < 400) return { kind: 'refused', retry: false, text: movedText(answer), after: null }
  const retry = status >= 500 || TRIED_AGAIN.includes(status)
  return { kind: 'refused', retry, text, after: retry ? waitOf(answer, now, waits) : null }
}

function waitOf(answer: Answered, now: WallTime, waits?: (body: Json) => number | null): Milliseconds | null {
  const asked = askedWait({ ...answer, now })
  if (asked !== null || waits === undefined) return asked
  try {
    const inBody = waits(JSON.parse(answer.body))
    return inBody === null ? null : bounded(seconds(inBody))
  } catch {
    return null
  }
}

/**
 * A redirect is not followed: the receiver named in the configuration gets the message and its keys, and nobody whom it
 * names instead; a 301 or 302 would also turn the POST into a GET (RFC 9110 §15.4). Of the new place only the host is told,
 * since the rest may be a secret.
 */
function movedText({ status, location }: Answered): string {
  const url = location !== null && URL.canParse(location) ? new URL(location) : null
  const where = url === null || url.host === '' ? '' : ` to ${oneLine(url.host, SHOWN)}`
  return `answered ${status} and sends on${where}; redirects are not followed, so write the new URL`
}

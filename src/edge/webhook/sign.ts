/**
 * Signs a request, so that a receiver knows who sent it and when. What is signed is the time and the body, with a dot
 * between: an old request that somebody sends again is recognised by its time.
 * Source: RFC 2104 (HMAC) with SHA-256; docs/webhooks.md shows how it is checked.
 */
import { createHmac } from 'node:crypto'
import type { WallTime } from '../../model/units.ts'

export const SIGNATURE_HEADER = 'X-Upalert-Signature'
export const TIMESTAMP_HEADER = 'X-Upalert-Timestamp'

/** `at` is when this attempt is made, not when the message was: a receiver compares it to its own clock. */
export function signatureHeaders(secret: string, body: string, at: WallTime): Record<string, string> {
  if (secret === '') return {}
  const timestamp = String(Math.floor(at / 1000))
  const hash = createHmac('sha256', secret).update(`${timestamp}.${body}`, 'utf8').digest('hex')
  return { [TIMESTAMP_HEADER]: timestamp, [SIGNATURE_HEADER]: `sha256=${hash}` }
}

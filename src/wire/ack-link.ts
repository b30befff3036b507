/**
 * The link by which one message's failure can be acknowledged: `/ack/GROUP/SERVICE/MESSAGE/SIGNATURE`. The signature covers
 * the outage as well, so that a link is worth nothing once the failure is over; the engine counts each message once.
 * Short enough for a page on a phone. Pure: who signs is handed in (HMAC-SHA-256, RFC 2104).
 */

/** What the signature of a link covers. */
export interface LinkSubject {
  readonly group: string
  readonly service: string
  readonly message: string
  readonly outage: string
}

/** A signature as URLs have it: 22 characters of base64url are 132 bits. */
export const SIGNATURE_LENGTH = 22

/** What is signed; the parts cannot be shifted into each other. */
export const signedText = ({ group, service, message, outage }: LinkSubject): string =>
  JSON.stringify(['upalert ack', group, service, message, outage])

/** `base` is the setting `page_url`, with or without a slash at its end. */
export function ackUrl(base: string, { group, service, message }: LinkSubject, signature: string): string {
  const parts = [group, service, message, signature].map(encodeURIComponent)
  return `${base.replace(/\/+$/, '')}/ack/${parts.join('/')}`
}

/**
 * The link by which one message's failure can be acknowledged: `PAGE_URL/ack/OUTAGE/MESSAGE/SIGNATURE`, as in
 * `https://lb.example.com/ack/dfndxq/0.3/c7mquf4xzb2tka6e`. A page on a phone has 160 places, and names may have any letter
 * that proxies and chats treat differently; so it has numbers instead of names, and letters that nothing escapes or cuts.
 * The signature covers the service and the outage as well: a link is worth nothing once the failure is over, and the
 * engine counts each message once. Pure: who signs is handed in (HMAC-SHA-256, RFC 2104).
 */

/** What the signature of a link covers; ids as the engine gives them, `RUN-812` and `RUN-812.3`. */
export interface LinkSubject {
  readonly service: string
  readonly outage: string
  readonly message: string
}

/** What a path says: the outage's number, and the message's from there; both in base 36. */
export interface LinkParts {
  readonly outage: string
  readonly message: string
  readonly signature: string
}

/** Letters of a signature: 80 bits, the least that RFC 2104 §5 recommends. Who guesses is slowed down besides. */
export const SIGNATURE_LENGTH = 16
const BITS_A_LETTER = 5
const BITS_A_BYTE = 8
/** Lower case, without a mark that ends a link where programs look for links in a text (RFC 4648 §6). */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** Characters of an id; ours have 30 at most. */
const ID = '[\\w.-]{1,80}'
/** Whatever stands in front is page_url's path, which a proxy may keep or take away. */
const PATH = new RegExp(`/ack/(${ID})/(${ID})/([a-z2-7]{${SIGNATURE_LENGTH}})$`)

/** What is signed; the parts cannot be shifted into each other. */
export const signedText = ({ service, outage, message }: LinkSubject): string =>
  JSON.stringify(['upalert ack', service, outage, message])

/** The first bits of a hash as letters. */
export function signatureText(hash: Uint8Array): string {
  const bits = [...hash].map((byte) => byte.toString(2).padStart(BITS_A_BYTE, '0')).join('')
  return Array.from({ length: SIGNATURE_LENGTH }, (_, i) =>
    LETTERS.charAt(Number.parseInt(bits.slice(i * BITS_A_LETTER, (i + 1) * BITS_A_LETTER), 2)),
  ).join('')
}

/** `base` is the setting page_url, with or without a slash at its end. `null`: these are no ids of ours. */
export function ackUrl(base: string, { outage, message }: LinkSubject, signature: string): string | null {
  const begun = numbered(outage)
  const told = numbered(message)
  if (begun === null || told === null) return null
  const isLater = begun.run === told.run && told.number >= begun.number && told.rest !== ''
  const short = isLater ? `${(told.number - begun.number).toString(BASE)}${told.rest}` : message
  const path = `/ack/${begun.number.toString(BASE)}/${short}/${signature}`
  return PATH.test(path) ? `${base.replace(/\/+$/, '')}${path}` : null
}

/** `null`: the path is no link, or only a part of one. */
export function linkParts(path: string): LinkParts | null {
  const [, outage, message, signature] = PATH.exec(path) ?? []
  if (outage === undefined || message === undefined || signature === undefined) return null
  return { outage, message, signature }
}

/** The subject that a path means, if it is about this outage of this service; whether we have signed it is another question. */
export function subjectOf({ outage, message }: LinkParts, service: string, known: string): LinkSubject | null {
  const begun = numbered(known)
  if (begun === null || begun.number.toString(BASE) !== outage) return null
  // An outage that lasts over a restart has messages of two runs: those of the later one keep its name.
  if (message.includes('-')) return { service, outage: known, message }
  const [, later, rest] = /^([0-9a-z]{1,10})(\.\d+)$/.exec(message) ?? []
  if (later === undefined || rest === undefined) return null
  const number = begun.number + Number.parseInt(later, BASE)
  return { service, outage: known, message: `${begun.run}-${number}${rest}` }
}

const BASE = 36

/** `RUN-812.3` in its parts; events of a run count from 1. */
function numbered(id: string): { readonly run: string; readonly number: number; readonly rest: string } | null {
  const [, run, number, rest] = /^([\w.]+)-([1-9]\d{0,14})(\.\d+)?$/.exec(id) ?? []
  return run === undefined ? null : { run, number: Number(number), rest: rest ?? '' }
}

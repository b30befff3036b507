/** What the daemon and the process that speaks to PAM say to each other, as JSON. */

export interface PamQuestion {
  readonly service: string
  readonly user: string
  /** In base64: bytes, since nobody knows its character set. */
  readonly password: string
  /** The client's address. */
  readonly from: string
}

export type PamAnswer =
  | { readonly kind: 'accepted' }
  /** PAM's own words for why. */
  | { readonly kind: 'refused'; readonly text: string }
  /** Nobody was asked, or nobody answered; a sentence without its full stop. */
  | { readonly kind: 'failed'; readonly text: string }

export function isPamQuestion(value: unknown): value is PamQuestion {
  const fields = fieldsOf(value)
  return ['service', 'user', 'password', 'from'].every((name) => typeof fields.get(name) === 'string')
}

export function isPamAnswer(value: unknown): value is PamAnswer {
  const fields = fieldsOf(value)
  const kind = fields.get('kind')
  return kind === 'accepted' || ((kind === 'refused' || kind === 'failed') && typeof fields.get('text') === 'string')
}

const fieldsOf = (value: unknown): Map<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])

/** What the daemon and the process that asks for the system's users say to each other, as JSON. */

export interface AccountQuestion {
  readonly name: string
  /** Seconds since 1970, for accounts that have run out. */
  readonly today: number
}

export type Account =
  /** `hash` as it is stored: it may be locked. */
  | { readonly kind: 'account'; readonly hash: string; readonly expired: boolean }
  | { readonly kind: 'none' }
  /** `text` is a sentence without its full stop. */
  | { readonly kind: 'failed'; readonly text: string }

export function isAccountQuestion(value: unknown): value is AccountQuestion {
  const fields = fieldsOf(value)
  return typeof fields.get('name') === 'string' && typeof fields.get('today') === 'number'
}

export function isAccount(value: unknown): value is Account {
  const fields = fieldsOf(value)
  switch (fields.get('kind')) {
    case 'account':
      return typeof fields.get('hash') === 'string' && typeof fields.get('expired') === 'boolean'
    case 'none':
      return true
    case 'failed':
      return typeof fields.get('text') === 'string'
    default:
      return false
  }
}

const fieldsOf = (value: unknown): Map<string, unknown> =>
  new Map(typeof value === 'object' && value !== null ? Object.entries(value) : [])

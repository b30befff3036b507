/** A mail on its way to a relay: what its parts and headers are made of. */
export interface Letter {
  readonly from: string
  /** Whom this attempt is for. */
  readonly to: readonly string[]
  /** Whom the header names: also those who have the message already. */
  readonly shownTo: readonly string[]
  /** `null`: no Subject header. */
  readonly subject: string | null
  readonly text: string
  /** The same for people who see HTML; empty: there is none. */
  readonly html?: string
  readonly messageId: string
  /** In order; the first is what it replies to. */
  readonly threads: readonly string[]
  readonly date: Date
  readonly headers: Readonly<Record<string, string>>
}

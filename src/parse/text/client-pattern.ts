/**
 * A word of `clientallow`: a regular expression over the whole address of a client, in which a dot is a dot unless it
 * follows `[` or a backslash, so that 10.1.2.\d+ means what it looks like. mon manual, "clientallow".
 */

/** `null`: it is no regular expression. */
export function clientPattern(text: string): RegExp | null {
  try {
    return new RegExp(`^(?:${text.replace(/(?<=[^[\\])\./g, '\\.')})$`)
  } catch {
    return null
  }
}

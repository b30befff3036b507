/**
 * `clientallow`: regular expressions over a client's whole address, in which a dot is a dot unless a `[` or a backslash
 * stands before it. Without any, everybody may connect. Source: mon manual, "clientallow"; mon 1.3.6.
 */
export function mayConnect(patterns: readonly string[], address: string): boolean {
  return patterns.length === 0 || patterns.some((pattern) => compiled(pattern)?.test(address) === true)
}

/** `null`: it is no regular expression, and so it allows nobody. */
export function compiled(pattern: string): RegExp | null {
  try {
    return new RegExp(`^(?:${pattern.replace(/(?<=[^[\\])\./g, '\\.')})$`)
  } catch {
    return null
  }
}

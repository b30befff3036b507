/** A virtual server's row as a State: which letters are in it, with which weights. */
import type { Placed, State } from './scenario.ts'
import { address6Of, addressOf, LETTERS } from './scenario.ts'

/** `row`: weights by endpoint, or nothing where the table has no such virtual server. */
export function stateOf({ port, family }: Placed, row: ReadonlyMap<string, number> | undefined): State {
  if (row === undefined) return 'absent'
  const left = new Map(row)
  const words: string[] = []
  for (const letter of LETTERS) {
    const address = family === 6 ? `[${address6Of(letter)}]` : addressOf(letter)
    // Entries of a firewall mark that is not NAT have no port.
    for (const end of [`${address}:${port}`, `${address}:0`]) {
      const weight = left.get(end)
      if (weight !== undefined) words.push(`${letter}=${weight}`)
      left.delete(end)
    }
  }
  for (const [end, weight] of [...left].sort()) words.push(`${end}=${weight}`)
  return words.length === 0 ? 'empty' : words.join(' ')
}

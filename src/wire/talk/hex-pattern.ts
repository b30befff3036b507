/**
 * Bytes as keepalived.conf writes them: pairs of hexadecimal digits, a lone digit for a small byte, blanks between bytes as
 * one likes; in a pattern x for a digit that may be any.
 * Source: keepalived.conf(5), UDP_CHECK: "Ab12f 3 456" is AB 12 0F 03 45 06.
 */

export interface BytePattern {
  readonly value: number
  /** The bits of a byte that must be those of `value`. */
  readonly mask: number
}

/** Fit for JSON Schemas. */
export const HEX_PATTERN = '^\\s*[0-9a-fA-F]+(\\s+[0-9a-fA-F]+)*\\s*$'
export const HEX_OR_X_PATTERN = '^\\s*[0-9a-fA-FxX]+(\\s+[0-9a-fA-FxX]+)*\\s*$'
/** UDP's largest payload over IPv4. */
export const MOST_BYTES = 65_507

/** `null` where the text is none, or too long. */
export function readHexPattern(text: string): readonly BytePattern[] | null {
  const words = text.split(/\s+/).filter((word) => word !== '')
  const bytes: BytePattern[] = []
  for (const word of words) {
    if (!/^[0-9a-fA-FxX]+$/.test(word) || bytes.length + word.length / 2 > MOST_BYTES) return null
    for (let at = 0; at < word.length; at += 2) bytes.push(bytePattern(word.slice(at, at + 2)))
  }
  return bytes
}

/** `null` where there is no byte, or an x. */
export function readHex(text: string): Buffer | null {
  const bytes = /x/i.test(text) ? null : readHexPattern(text)
  return bytes === null || bytes.length === 0 ? null : Buffer.from(bytes.map(({ value }) => value))
}

/** The index of the first byte that is not as the pattern has it; as many are compared as both have. -1: none. */
export function firstDifference(bytes: Uint8Array, pattern: readonly BytePattern[]): number {
  return pattern.slice(0, bytes.length).findIndex(({ value, mask }, at) => ((bytes[at] ?? 0) & mask) !== value)
}

function bytePattern(digits: string): BytePattern {
  const pair = digits.padStart(2, '0')
  return {
    value: Number.parseInt(pair.replace(/x/gi, '0'), 16),
    mask: Number.parseInt(pair.replace(/[^xX]/g, 'f').replace(/x/gi, '0'), 16),
  }
}

/** Chance without throwing dice: the engine and the schedule are pure, so a seed or an id takes the place of a die. */

/** A number from 0 (inclusive) to 1 from the text alone: FNV-1a over 32 bits, mixed once so that near texts differ. */
export function fraction(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000
}

/** The one reader of everything that is on or off. mon has four, which disagree: to one of them `on` means off. */

const FLAGS: Readonly<Record<string, boolean>> = {
  yes: true,
  y: true,
  true: true,
  on: true,
  1: true,
  no: false,
  n: false,
  false: false,
  off: false,
  0: false,
}

export const FLAG_HINT = 'write yes or no'

/** `null`: neither. */
export function parseFlag(text: string): boolean | null {
  const word = text.toLowerCase()
  return Object.hasOwn(FLAGS, word) ? (FLAGS[word] ?? null) : null
}

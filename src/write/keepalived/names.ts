/** Names that keepalived.conf needs and a Model may not have: letters that every version takes, and each once. */

/** Longer ones would make lines that nobody reads. */
const LONGEST = 60

/** `text` as a name; `otherwise` where nothing of it is left. */
export function nameOf(text: string, otherwise: string, taken: Set<string>): string {
  const plain = text
    .replace(/[^A-Za-z0-9_.:-]+/g, '-')
    .replace(/^[-.:]+|-+$/g, '')
    .slice(0, LONGEST)
  const base = plain === '' ? otherwise : plain
  let name = base
  for (let i = 2; taken.has(name); i += 1) name = `${base}-${i}`
  taken.add(name)
  return name
}

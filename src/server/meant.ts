/** What was probably meant by a name that nothing has: a sentence's end behind "there is no …". */
import type { Model } from '../model/model.ts'
import { nearby } from '../parse/text/nearest.ts'

/** Names that an answer lists. */
const namesShown = 10

/** Of a service. The name of a watch alone is half of one. */
export function serviceMeant(word: string, { serviceIndex }: Pick<Model, 'serviceIndex'>): string {
  const keys = [...serviceIndex.keys()]
  const within = keys.filter((key) => key.startsWith(`${word}/`))
  if (word !== '' && within.length > 0) return `; ${word} is a watch, with ${listed(within)}`
  return nameMeant(word, keys, 'services')
}

/** Where none is near, those that there are. */
export function nameMeant(word: string, known: readonly string[], what: string): string {
  const near = nearby().find(word, known)
  if (near !== null) return `; did you mean ${near}?`
  return known.length === 0 ? '' : `; ${what} are ${listed(known)}`
}

function listed(names: readonly string[]): string {
  const more = names.length - namesShown
  return `${names.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Words of keepalived.conf as the places that a Model keeps. */
import type { Place } from '../../../model/model.ts'
import { placeOf } from '../../source.ts'
import { spanOf, type Word } from '../line.ts'

export function placeOfWord(word: Word): Place {
  const { source, start } = spanOf(word)
  return placeOf(source, start)
}

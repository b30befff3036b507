/** From a Place of the Model back to the text, so that a problem found in the Model can show its line. */
import type { Place } from '../../model/model.ts'
import type { Span } from '../source.ts'
import type { PartFile } from './part.ts'

/** The word that begins at a place. */
export function spanAt({ file, line, column }: Place, { sources, source }: PartFile): Span {
  const found = sources.find((one) => one.file === file) ?? source
  let start = 0
  for (let i = 1; i < line; i++) start = found.text.indexOf('\n', start) + 1
  start += column - 1
  const length = /^[^\s{}]*/.exec(found.text.slice(start, start + 100))?.[0].length ?? 0
  return { source: found, start, end: start + length }
}

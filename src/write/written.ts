/**
 * A Model as the lines of a configuration file, before it is text: each line still knows what it was made of, so that
 * comments.ts can put a remark of the source file beside what it was a remark of.
 */
import type { Place } from '../model/model.ts'
import type { Loss } from '../parse/director/part.ts'

export interface Written {
  readonly lines: readonly WrittenLine[]
  /** What the Model has and this format has no words for, in the order of their places. */
  readonly losses: readonly Loss[]
}

export interface WrittenLine {
  /** Without its indentation. Empty: an empty line between two blocks. */
  readonly text: string
  /** Where that stood which it is made of: a remark on that is a remark on this line. `null`: nobody remarked on it. */
  readonly place: Place | null
  /** How many blocks it stands in: 0 for what begins a block and for globals. */
  readonly depth: number
  /** A virtual server, or a real server in it: a check that is made of the same line yields to it. */
  readonly pool?: true
}

/** What each block is indented by. */
const STEP = '    '

export const textOf = ({ lines }: Pick<Written, 'lines'>): string =>
  lines.map(({ text, depth }) => (text === '' ? '\n' : `${STEP.repeat(depth)}${text}\n`)).join('')

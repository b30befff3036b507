/**
 * What the running daemon prints: one line for each entry, as it happens. What follows from something else is indented
 * below it, so that a failure and its consequences read as one story.
 */
import { loudness, sentence } from '../engine/words.ts'
import type { Entry } from '../model/entry.ts'
import { coloured, timeText } from './columns.ts'

/** `14:02:11  web/http is DOWN: …`; the date too where the output is a file. Local time. */
export function entryLine(entry: Entry, onTerminal: boolean): string {
  const time = timeText(entry.at, onTerminal ? entry.at : 0)
  const indent = isConsequence(entry) ? '  ' : ''
  return `${time}  ${indent}${coloured(oneLine(sentence(entry)), loudness(entry))}`
}

const isConsequence = ({ kind }: Entry): boolean =>
  kind === 'real' || kind === 'pool' || kind === 'alert' || kind === 'quiet' || kind === 'delivery' || kind === 'ipvs'

/** Whatever a real server answered, it is one line here, and moves no cursor. */
const oneLine = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/g, ' ').slice(0, lineLimit)

/** Characters of one line. */
const lineLimit = 1000

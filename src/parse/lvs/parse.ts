/**
 * lvs.cf: text -> LvsFile. Source: what Piranha 0.8.6 takes and refuses when tried. Where it refuses a file for its letters
 * alone (blanks, capitals, braces), the file is taken with a warning; docs/lvs.md.
 */
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import { reportOddCharacter } from '../text/odd-character.ts'
import { Report } from '../text/report.ts'
import { Builder } from './builder.ts'
import type { LvsFile } from './file.ts'
import { linesOf, withLineFeeds } from './lines.ts'

/** `former`: problems found while the bytes were decoded, so that one list holds them all. */
export function parseLvs(given: Source, { former = [] }: { readonly former?: readonly Problem[] } = {}): LvsFile {
  const source = withLineFeeds(given)
  const report = new Report()
  for (const problem of former) report.add(problem)
  reportOddCharacter(source, report)
  if (source.text.trim() === '') {
    const hint = 'look whether it is the right file, and whole: a copy or an editor may have cut it off'
    report.error('config-empty', { source, start: 0, end: 0 }, 'this file is empty', hint)
  }
  const builder = new Builder(report)
  for (const line of linesOf(source, report)) builder.take(line)
  builder.end()
  const { globals, virtuals, failovers } = builder
  return { source, sources: [source], globals, virtuals, failovers, problems: report.problems, omitted: report.omitted }
}

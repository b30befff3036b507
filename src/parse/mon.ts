/**
 * mon.cf: text -> MonFile, the tree of its blocks. Source: mon manual, "CONFIGURATION FILE".
 * Lines that mon ignores without a word, outside every block, are errors here, unless `quirks = mon-1.3` is wanted.
 */
import { type MonFile, QUIRKS_NAMES, type QuirksName, type Statement } from './mon/file.ts'
import { eachLine } from './mon/lines.ts'
import { MonReader } from './mon/reader.ts'
import type { Problem } from './problem.ts'
import type { Source } from './source.ts'
import { reportLoneReturn, reportOddCharacter } from './text/odd-character.ts'
import { Report } from './text/report.ts'

/** Which quirks a file is read with: those that are `wanted` whatever it says, its own, or `otherwise`. */
export interface WhichQuirks {
  readonly wanted?: QuirksName | undefined
  readonly otherwise?: QuirksName | undefined
}

/** `former`: problems found while the bytes were decoded, so that one list holds them all. */
export function parseMon(source: Source, former: readonly Problem[] = [], which: WhichQuirks = {}): MonFile {
  const assumed = which.wanted ?? which.otherwise ?? 'none'
  const file = read(source, former, assumed)
  const own = which.wanted ?? quirksIn(file.globals) ?? assumed
  return own === assumed ? file : read(source, former, own)
}

function read(source: Source, former: readonly Problem[], quirks: QuirksName): MonFile {
  const report = new Report({ asMon: quirks === 'mon-1.3' })
  for (const problem of former) report.add(problem)
  reportOddCharacter(source, report)
  reportLoneReturn(source, report)
  const reader = new MonReader(report, quirks)
  eachLine(source, report, (line) => reader.take(line), quirks === 'mon-1.3' ? 'as mon' : 'mended')
  const { globals, groups, aliases, views, watches, own } = reader
  const { problems, omitted } = report
  return { source, quirks, globals, groups, aliases, views, watches, own, problems, omitted }
}

/** The last of several settings counts. One that means nothing is reported by resolve/settings.ts. */
function quirksIn(globals: readonly Statement[]): QuirksName | undefined {
  const value = globals.findLast(({ keyword }) => keyword.text === 'quirks')?.value.text
  return QUIRKS_NAMES.find((name) => name === value)
}

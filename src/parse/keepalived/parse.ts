/**
 * keepalived.conf: text -> KeepalivedFile. Source: keepalived.conf(5), the user guide of 2002 for old spellings, and
 * what keepalived 2.2.7 does when tried. It reads no file itself: where one is included it stops and asks.
 */
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import { Report } from '../text/report.ts'
import { Builder } from './builder.ts'
import type { KeepalivedFile } from './file.ts'
import { FILE } from './grammar.ts'
import { type IncludeAnswer, type IncludeLoader, type IncludeRequest, nothingIncluded } from './includes.ts'
import { Lines, type Settings } from './lines.ts'
import { readNouns } from './read-nouns.ts'

export interface KeepalivedOptions extends Partial<Settings> {
  /** Problems found while the bytes were decoded, so that one list holds them all. */
  readonly former?: readonly Problem[]
}

/** Where every file is read already. Without a loader nothing is included, and each include is a problem. */
export function parseKeepalived(
  source: Source,
  { load = () => nothingIncluded, ...options }: KeepalivedOptions & { readonly load?: IncludeLoader } = {},
): KeepalivedFile {
  const reading = readKeepalived(source, options)
  for (let step = reading.next(); ; ) {
    if (step.done === true) return step.value
    step = reading.next(load(step.value))
  }
}

/** Yields what it wants included and goes on with what it is handed for it; ends with the file. */
export function* readKeepalived(
  source: Source,
  { id = '', seed = 0, former = [] }: KeepalivedOptions = {},
): Generator<IncludeRequest, KeepalivedFile, IncludeAnswer> {
  const report = new Report()
  for (const problem of former) report.add(problem)
  const lines = new Lines(source, report, { id, seed })
  const builder = new Builder(FILE, report)
  for (;;) {
    const step = lines.next(builder.inside === 'global_defs')
    if (step.kind === 'end') break
    if (step.kind === 'line') builder.take(step.line)
    else lines.include(step.request, yield step.request)
  }
  builder.end()
  const read = readNouns(builder.statements, report)
  const problems = byFile(report.problems, lines.sources)
  return { source, sources: lines.sources, ...read, problems, omitted: report.omitted }
}

/** The files in the order in which they were read; within one the order of the text stays. */
export function byFile(problems: readonly Problem[], sources: readonly Source[]): Problem[] {
  const order = new Map<Source, number>()
  for (const [index, source] of sources.entries()) if (!order.has(source)) order.set(source, index)
  const rank = ({ span }: Problem) => order.get(span.source) ?? -1
  return [...problems].sort((a, b) => rank(a) - rank(b))
}

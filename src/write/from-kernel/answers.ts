/**
 * The answers of --answers: `VIRTUAL = CHECK` lines, with a virtual server as listings name it (`192.0.2.10:53/udp`,
 * `fwmark-7`), or `*` for all that are not named. Comments begin with #.
 */
import type { Problem } from '../../parse/problem.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { decode, type Span } from '../../parse/source.ts'
import { Report } from '../../parse/text/report.ts'
import { quoted } from '../../parse/text/visible.ts'
import { readAnswer } from './checks.ts'

/** For all virtual servers without a line of their own. */
export const ALL = '*'

export interface AnswersRead {
  readonly checks: ReadonlyMap<string, string>
  readonly problems: readonly Problem[]
}

/** `names`: of the virtual servers that there are. */
export function readAnswers(
  file: string,
  bytes: Uint8Array,
  names: ReadonlySet<string>,
  surroundings: Surroundings,
): AnswersRead {
  const decoded = decode(file, bytes)
  if (decoded.kind === 'unreadable') return { checks: new Map(), problems: decoded.problems }
  const { source } = decoded
  const report = new Report()
  for (const problem of decoded.problems) report.add(problem)
  const checks = new Map<string, string>()
  /** The same check stands in many lines, and judging it is a small parse. */
  const judged = new Map<string, ReturnType<typeof readAnswer>>()
  let start = 0
  for (const line of source.text.split('\n')) {
    const from = start
    start += line.length + 1
    const match = /^\s*([^\s#=][^\s=]*)\s*=\s*(\S.*?)\s*$/.exec(line)
    const [, name = '', text = ''] = match ?? []
    const span: Span = { source, start: from, end: from + line.trimEnd().length }
    if (match === null) {
      if (/^\s*(?:#|$)/.test(line)) continue
      report.error('answer', span, 'this line is no answer', 'write VIRTUAL = CHECK: 192.0.2.10:80 = http')
      continue
    }
    if (name !== ALL && !names.has(name)) {
      const nearest = report.nearest(name, names)
      const hint = nearest === null ? '"upalert ipvs list" shows them; * is for all others' : `did you mean ${nearest}?`
      report.error('answer-name', span, `there is no virtual server ${quoted(name)} in the table`, hint)
    } else if (checks.has(name))
      report.error('answer-twice', span, `${quoted(name)} is answered already`, 'keep one of the lines')
    const read = judged.get(text) ?? readAnswer(text, surroundings)
    judged.set(text, read)
    if (read.kind === 'value') checks.set(name, read.value)
    else report.error('answer-check', span, read.message, read.hint)
  }
  return { checks, problems: report.problems }
}

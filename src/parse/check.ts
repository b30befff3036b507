/**
 * From the bytes of a mon.cf to what `upalert check` says about it. daemon/configuration.ts reads the file and
 * finds out the surroundings; everything between is here, so that the daemon, its reload and the command judge alike.
 */

import type { MonFile } from './mon/file.ts'
import { parseMon } from './mon.ts'
import { formatProblems, type Problem, recordOf } from './problem.ts'
import { decode } from './source.ts'

type Loaded =
  | { readonly kind: 'parsed'; readonly file: MonFile }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }

export function loadMon(file: string, bytes: Uint8Array): Loaded {
  if (file.endsWith('.m4')) return { kind: 'unreadable', problems: [m4Problem(file)] }
  const decoded = decode(file, bytes)
  if (decoded.kind === 'unreadable') return { kind: 'unreadable', problems: decoded.problems }
  return { kind: 'parsed', file: parseMon(decoded.source, decoded.problems) }
}

/** mon pipes a file of this name through m4. */
function m4Problem(file: string): Problem {
  const span = { source: { file, text: '' }, start: 0, end: 0 }
  const message = 'files that need m4 are not yet supported'
  return { code: 'm4', severity: 'error', span, message, hint: `run m4 yourself: m4 ${file} > mon.cf` }
}

/** A file that could not be read at all; `reason` is the system's, as a sentence's tail: "it does not exist". */
export function fileProblem(file: string, reason: string): Problem {
  const span = { source: { file, text: '' }, start: 0, end: 0 }
  const hint = 'name the configuration with -c FILE, and see that this user may read it'
  return { code: 'file', severity: 'error', span, message: `this file cannot be read: ${reason}`, hint }
}

interface CheckAnswer {
  readonly text: string
  /** 0: nothing to say; 1: warnings; 2: errors, the file would be refused. */
  readonly exit: 0 | 1 | 2
}

export function checkAnswer(
  file: string,
  problems: readonly Problem[],
  { json = false, omitted = 0 }: { readonly json?: boolean; readonly omitted?: number } = {},
): CheckAnswer {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const exit = errors > 0 ? 2 : warnings > 0 ? 1 : 0
  if (json) {
    const record = { file, errors, warnings, omitted, problems: problems.map(recordOf) }
    return { text: JSON.stringify(record, null, 2), exit }
  }
  const total = `${file}: ${summary(errors, warnings)}${omitted > 0 ? `, and ${omitted} more that were not kept` : ''}`
  return { text: problems.length === 0 ? total : `${formatProblems(problems)}\n\n${total}`, exit }
}

function summary(errors: number, warnings: number): string {
  if (errors + warnings === 0) return 'no problems'
  const counted = (n: number, word: string) => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`])
  return [...counted(errors, 'error'), ...counted(warnings, 'warning')].join(', ')
}

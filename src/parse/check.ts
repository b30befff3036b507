/**
 * From the bytes of a mon.cf to what `upalert check` says about it. daemon/configuration.ts reads the file and
 * finds out the surroundings; everything between is here, so that the daemon, its reload and the command judge alike.
 */

import { acceptedByMon } from './accepted.ts'
import { type MonFile, QUIRKS_NAMES } from './mon/file.ts'
import { parseMon } from './mon.ts'
import { formatProblems, type Problem, recordOf } from './problem.ts'
import type { Given } from './resolve/surroundings.ts'
import { decode } from './source.ts'

type Loaded =
  | { readonly kind: 'parsed'; readonly file: MonFile }
  | { readonly kind: 'unreadable'; readonly problems: readonly Problem[] }

/** `given`: the command line's quirks win over the file's. `fromM4`: the bytes are what `m4 -s` made of the file. */
export function loadMon(
  file: string,
  bytes: Uint8Array,
  { options, fallbacks, fromM4 = false }: Given & { readonly fromM4?: boolean } = {},
): Loaded {
  const decoded = decode(file, bytes, { fromM4 })
  if (decoded.kind === 'unreadable') return { kind: 'unreadable', problems: decoded.problems }
  const which = { wanted: quirksNamed(options?.quirks), otherwise: quirksNamed(fallbacks?.quirks) }
  return { kind: 'parsed', file: parseMon(decoded.source, decoded.problems, which) }
}

const quirksNamed = (text: string | undefined) => QUIRKS_NAMES.find((name) => name === text)

/** A file that could not be read at all; `reason` is the system's, as a sentence's tail: "it does not exist". */
export function fileProblem(file: string, reason: string): Problem {
  const span = { source: { file, text: '' }, start: 0, end: 0 }
  const hint = 'name the configuration with -c FILE, and see that this user may read it'
  return { code: 'file', severity: 'error', span, message: `this file cannot be read: ${reason}`, hint }
}

interface CheckSaid {
  readonly json?: boolean
  /** Problems beyond the number that is kept. */
  readonly omitted?: number
  /** The file is a mon.cf, so that what mon makes of it is worth a word. */
  readonly ofMon?: boolean
}

interface CheckAnswer {
  readonly text: string
  /** 0: nothing to say; 1: warnings; 2: errors, the file would be refused. */
  readonly exit: 0 | 1 | 2
}

export function checkAnswer(
  file: string,
  problems: readonly Problem[],
  { json = false, omitted = 0, ofMon = true }: CheckSaid = {},
): CheckAnswer {
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const exit = errors > 0 ? 2 : warnings > 0 ? 1 : 0
  if (json) {
    const record = { file, errors, warnings, omitted, problems: problems.map(recordOf) }
    return { text: JSON.stringify(record, null, 2), exit }
  }
  const total = `${file}: ${summary(errors, warnings)}${omitted > 0 ? `, and ${omitted} more that were not kept` : ''}`
  const lines = [
    ...(problems.length === 0 ? [] : [formatProblems(problems), '']),
    total,
    ...(ofMon ? offer(problems) : []),
  ]
  return { text: lines.join('\n'), exit }
}

/** What of it mon would have taken. */
function offer(problems: readonly Problem[]): string[] {
  const taken = problems.filter(({ severity, code }) => severity === 'error' && acceptedByMon(code) !== undefined)
  if (taken.length === 0) return []
  const those = taken.length === 1 ? 'one of these errors' : `${taken.length} of these errors`
  return [`mon 1.3 lets ${those} pass; with "quirks = mon-1.3" upalert does as well, and tells what comes of it`]
}

function summary(errors: number, warnings: number): string {
  if (errors + warnings === 0) return 'no problems'
  const counted = (n: number, word: string) => (n === 0 ? [] : [`${n} ${word}${n === 1 ? '' : 's'}`])
  return [...counted(errors, 'error'), ...counted(warnings, 'warning')].join(', ')
}

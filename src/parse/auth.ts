/**
 * auth.cf: who may give which command, and whose traps are taken. Text to AuthFile and problems.
 * Source: mon manual, "AUTHENTICATION FILE"; what mon 1.3.6 makes of odd lines is kept, and told. An error is what mon
 * refuses to start with; a warning is a line that does less, or more, than it seems to.
 */
import { type AuthFile, NOBODY } from '../model/auth.ts'
import { CommandRules } from './auth/commands.ts'
import { type AuthLine, eachAuthLine, type Heading, headingOf, spanOf, starred } from './auth/lines.ts'
import { TrapRules } from './auth/traps.ts'
import type { Problem } from './problem.ts'
import { decode, type Source } from './source.ts'
import { reportLoneReturn, reportOddCharacter } from './text/odd-character.ts'
import { Report } from './text/report.ts'

export interface ReadAuth {
  /** What could be read; with an error among the problems, do not start, and on a reload keep the file from before. */
  readonly file: AuthFile
  /** In the order of the file. What may be a password or a hash is starred in all that is printed of them. */
  readonly problems: readonly Problem[]
}

/** The bytes of the file `name`. */
export function loadAuth(name: string, bytes: Uint8Array): ReadAuth {
  const decoded = decode(name, bytes)
  if (decoded.kind === 'unreadable') return { file: NOBODY, problems: decoded.problems }
  return parseAuth(decoded.source, decoded.problems)
}

/** `already`: problems from before, which point into `source`. */
export function parseAuth(source: Source, already: readonly Problem[] = []): ReadAuth {
  const shown = starred(source)
  const report = new Report()
  for (const problem of already) report.add({ ...problem, span: { ...problem.span, source: shown } })
  reportLoneReturn(shown, report)
  reportOddCharacter(shown, report)
  const commands = new CommandRules(shown, report)
  const traps = new TrapRules(shown, report)
  eachAuthLine(source, (line) => {
    const heading = headingOf(line.text)
    if (heading !== null) reportRest(heading, line, shown, report)
    else if (line.section === 'command') commands.take(line)
    else traps.take(line)
  })
  return { file: { commands: commands.finish(), traps: traps.finish() }, problems: report.problems }
}

/** A file that could not be read at all; `reason` is the system's, as a sentence's tail: "it does not exist". */
export function authFileProblem(name: string, reason: string): Problem {
  const span = { source: { file: name, text: '' }, start: 0, end: 0 }
  const hint = 'name it with authfile = FILE, and see that the daemon may read it; without it nobody may do anything'
  return { code: 'auth-file', severity: 'error', span, message: `this file cannot be read: ${reason}`, hint }
}

function reportRest({ rest, section }: Heading, line: AuthLine, shown: Source, report: Report): void {
  if (rest === '') return
  const part = { text: rest, start: line.start + line.text.length - rest.length }
  const message = `what stands behind "${section} section" is ignored, and the section begins here`
  report.warning('auth-section-rest', spanOf(shown, part), message, `write only: ${section} section`)
}

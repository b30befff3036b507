/**
 * What is wrong in a configuration, where, and what to write instead; and how that is printed.
 * The one form for people is a line `file:line:column: message [code]`, the source line, and carets with the remedy.
 */
import { lineAround, placeOf, type Span } from './source.ts'
import { charWidth, visible } from './text/visible.ts'

export interface Problem {
  /** Stable, for programs: `interval-unit`. */
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly span: Span
  /** A sentence without its full stop that names the offending text. */
  readonly message: string
  /** What to write instead; may be empty. */
  readonly hint: string
}

/** A problem as `upalert check --json` prints it. */
interface ProblemRecord {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly file: string
  readonly line: number
  readonly column: number
  readonly length: number
  readonly message: string
  readonly hint: string
}

/** Problems printed in one run; the rest is counted. Nobody reads further before mending these. */
const PRINTED_PROBLEMS = 50
/** Columns of the source line that are shown around the offending text. */
const SHOWN_COLUMNS = 100
const INDENT = '    '

export function formatProblems(problems: readonly Problem[], most = PRINTED_PROBLEMS): string {
  const shown = problems.slice(0, most).map(formatProblem)
  const more = problems.length - shown.length
  if (more > 0) shown.push(`and ${more} more ${more === 1 ? 'problem' : 'problems'}, not shown`)
  return shown.join('\n')
}

export function formatProblem(problem: Problem): string {
  const { source, start } = problem.span
  const mark = problem.severity === 'warning' ? 'warning: ' : ''
  const { message, hint } = withoutSecrets(problem)
  const text = `${mark}${message} [${problem.code}]`
  if (source.text === '') return [`${visible(source.file)}: ${text}`, ...under(hint)].join('\n')
  const place = placeOf(source, start)
  const excerpt = excerptOf(starred(problem.span))
  const carets = ' '.repeat(excerpt.before) + '^'.repeat(excerpt.length)
  return [
    `${visible(place.file)}:${place.line}:${place.column}: ${text}`,
    `${INDENT}${withoutPasswords(excerpt.line)}`.trimEnd(),
    `${INDENT}${carets} ${hint}`.trimEnd(),
  ].join('\n')
}

export function recordOf(problem: Problem): ProblemRecord {
  const { code, severity, span } = problem
  const { message, hint } = withoutSecrets(problem)
  const { file, line, column } = placeOf(span.source, span.start)
  return { code, severity, file, line, column, length: Math.max(1, span.end - span.start), message, hint }
}

/** keepalived.conf's `auth_pass X` and `password X`, to the end of the line: what follows may be a part of it. */
const SECRET = /((?:^|[{;])[ \t]*(?:@\S+[ \t]+)?(?:(?:auth_pass|password)[ \t]+|(?:passwd|secret)[ \t]*=[ \t]*))(.+)/g

const stars = (text: string) => text.replace(/\S/g, '*')

/** The span in a text whose line has stars for such a password. */
function starred(span: Span): Span {
  const { source } = span
  const { start, end } = lineAround(source, span.start)
  const line = source.text.slice(start, end)
  const hidden = line.replace(SECRET, (_, word: string, secret: string) => word + stars(secret))
  if (hidden === line) return span
  return { ...span, source: { ...source, text: source.text.slice(0, start) + hidden + source.text.slice(end) } }
}

/** A message may quote the password, or the beginning of it. */
function withoutSecrets({ span, message, hint }: Problem): Pick<Problem, 'message' | 'hint'> {
  const { start, end } = lineAround(span.source, span.start)
  const secrets = [...span.source.text.slice(start, end).matchAll(SECRET)].map(([, , secret = '']) => secret)
  const hide = (text: string) =>
    withoutPasswords(text).replace(/"([^"]+)"/g, (all, part: string) =>
      secrets.some((secret) => secret.includes(part.replace(/…$/, ''))) ? `"${stars(part)}"` : all,
    )
  return { message: hide(message), hint: hide(hint) }
}

/** The password of a URL, star for letter, so that the carets stay where they are: problems end up in logs and chats. */
const withoutPasswords = (text: string): string =>
  text.replace(
    /(:\/\/[^\s:/@]{0,200}:)([^\s/@]{1,200})(?=@)/g,
    (_, before: string, password: string) => before + '*'.repeat(password.length),
  )

/** In the order of the text; of two at one place the error comes first. */
export function inFileOrder(problems: readonly Problem[]): Problem[] {
  const rank = (problem: Problem) => (problem.severity === 'error' ? 0 : 1)
  return [...problems].sort((a, b) => a.span.start - b.span.start || rank(a) - rank(b))
}

const under = (hint: string) => (hint === '' ? [] : [INDENT + hint])

interface Excerpt {
  readonly line: string
  /** Columns before the carets, and how many carets. */
  readonly before: number
  readonly length: number
}

/** The part of the line around the span that fits, with tabs and control characters made one column wide. */
function excerptOf(span: Span): Excerpt {
  const { text } = span.source
  const whole = lineAround(span.source, span.start)
  let from = whole.start
  while (from < span.start && (text[from] === ' ' || text[from] === '\t')) from += 1
  if (span.start - from > SHOWN_COLUMNS / 2) from = span.start - SHOWN_COLUMNS / 2
  const to = Math.min(whole.end, from + SHOWN_COLUMNS)
  const shown = { from: wholeCharacter(text, from), to: wholeCharacter(text, to) }
  const left =
    from > whole.start && text.slice(Math.max(whole.start, from - SHOWN_COLUMNS), from).trim() !== '' ? '…' : ''
  const right = to < whole.end ? '…' : ''
  const line = left + visible(text.slice(shown.from, shown.to)) + right
  const before = left.length + columns(visible(text.slice(shown.from, span.start)))
  const marked = visible(text.slice(span.start, Math.min(span.end, shown.to)))
  return { line, before, length: Math.max(1, columns(marked)) }
}

/** Moves off the second half of a surrogate pair. */
const wholeCharacter = (text: string, at: number) => {
  const code = text.charCodeAt(at)
  return code >= 0xdc00 && code <= 0xdfff ? at + 1 : at
}

function columns(text: string): number {
  let width = 0
  for (const char of text) width += charWidth(char.codePointAt(0) ?? 0)
  return width
}

/** One that keeps the configuration from being used. */
export const errorAt = (code: string, span: Span, message: string, hint: string): Problem => ({
  code,
  severity: 'error',
  span,
  message,
  hint,
})

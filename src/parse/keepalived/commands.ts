/**
 * Commands and patterns, which keepalived reads by richer rules than other words: ' and " quote, a backslash makes
 * control characters, and the first word of a command is split again, so that "/opt/up.sh web 'rack 4'" has two
 * arguments. No shell is involved. Source: keepalived.conf(5), "Quoted strings", "Script security"; 2.2.7 tried.
 */
import { quoted } from '../text/visible.ts'
import { isBlank, spanOf } from './line.ts'
import type { Args, Value } from './values.ts'

export interface Command {
  /** The program and its arguments; at least one word. */
  readonly argv: readonly string[]
  /** Whom to run it as; null: script_user. */
  readonly user: string | null
  readonly group: string | null
}

/** Arguments a command may have. */
const MOST_ARGUMENTS = 1000

export const command: Value<Command> = {
  wants: 'a command, in double quotes where it has arguments, and if need be the user and group to run it as',
  read: (args) => {
    const outer = escapedWords(args)
    if (outer === null) return null
    const [first, user, group, ...extra] = outer
    if (first === undefined) return args.missing()
    const inner = splitEscaped(first)
    if (inner?.length === 0) return args.missing()
    const odd = inner === null || inner.length > MOST_ARGUMENTS
    if (odd || inner.some((word) => word.includes('\0'))) return unreadable(args)
    warnOfArguments(
      args,
      [user, group].filter((word) => word !== undefined),
      extra,
    )
    return { argv: inner, user: user ?? null, group: group ?? null }
  },
}

/** A regular expression, or another text that may contain quotes and backslashes. */
export const pattern: Value<string> = {
  wants: 'a regular expression in double quotes, with every backslash written twice',
  read: (args) => {
    const [first, extra] = escapedWords(args) ?? []
    if (first === undefined) return args.statement.words.length === 0 ? args.missing() : null
    if (extra !== undefined) return unreadable(args, 'a pattern with blanks needs double quotes')
    return first
  },
}

function escapedWords(args: Args): string[] | null {
  args.all()
  const words = splitEscaped(args.statement.rest.text)
  return words ?? unreadable(args)
}

function unreadable(args: Args, hint = 'close each quote; arguments with blanks go in single quotes'): null {
  const { rest } = args.statement
  args.report.error('command', spanOf(rest), 'this cannot be split into words', hint)
  return null
}

/** `notify_up /opt/up.sh web1` runs /opt/up.sh as the user web1. */
function warnOfArguments(args: Args, account: readonly string[], extra: readonly string[]): void {
  const odd = extra[0] ?? account.find((word) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\$?$/.test(word))
  if (odd === undefined) return
  const message = `${quoted(odd)} is no argument: behind the command stand only the user and group to run it as`
  const hint = 'put the command with its arguments in double quotes'
  args.report.warning('command-arguments', spanOf(args.statement.rest), message, hint)
}

const CONTROLS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  E: '\x1b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** null: a quote is not closed, or a backslash ends the text. */
function splitEscaped(text: string): string[] | null {
  const words: string[] = []
  let at = 0
  while (at < text.length) {
    if (isBlank(text[at])) {
      at += 1
      continue
    }
    const quote = text[at] === '"' || text[at] === "'" ? text[at] : null
    const parts: string[] = []
    if (quote !== null) at += 1
    for (;;) {
      const char = text[at]
      if (char === undefined) {
        if (quote !== null) return null
        break
      }
      if (quote === null ? isBlank(char) || char === '"' || char === "'" : char === quote) break
      if (char !== '\\') {
        parts.push(char)
        at += 1
        continue
      }
      const escaped = escapeAt(text, at)
      if (escaped === null) return null
      parts.push(escaped.text)
      at = escaped.end
    }
    if (quote !== null) at += 1
    words.push(parts.join(''))
  }
  return words
}

function escapeAt(text: string, at: number): { readonly text: string; readonly end: number } | null {
  const char = text[at + 1]
  if (char === undefined) return null
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))
  if (octal !== null) return byte(Number.parseInt(octal[0], 8), at + 1 + octal[0].length)
  const hex = /^x([0-9a-fA-F]{1,2})/.exec(text.slice(at + 1, at + 4))
  if (hex !== null) return byte(Number.parseInt(hex[1] ?? '', 16), at + 1 + hex[0].length)
  const control = text[at + 2]
  if (char === 'c' && control !== undefined) return byte(control.charCodeAt(0) & 0x1f, at + 3)
  return { text: Object.hasOwn(CONTROLS, char) ? (CONTROLS[char] ?? char) : char, end: at + 2 }
}

const byte = (code: number, end: number) => ({ text: String.fromCharCode(code & 0xff), end })

/** What a database or its driver said, fit to be read: on one line, and without the password, which a server may repeat. */
import { oneLine } from '../../wire/mail/safe-text.ts'

const QUOTED = 160

export function shownOf(text: string, password: string): string {
  return oneLine(password === '' ? text : text.replaceAll(password, '***'), QUOTED * 2)
}

/** `"…"`, of a server's own words. The password goes first, so that no half of it is left where the words are cut. */
export function quoted(text: string, password: string): string {
  return `"${oneLine(password === '' ? text : text.replaceAll(password, '***'), QUOTED)}"`
}

/** `code` of an error of Node's, a driver's or a server's; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code ?? '') : ''
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

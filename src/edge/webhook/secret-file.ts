/** Files that options name: keys, URLs, certificates, templates. Read at each attempt, so a mended file helps what waits. */
import { readWhole } from '../files/whole-file.ts'

export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly text: string }

/** Characters of a key or a URL. */
const LONGEST_SECRET = 4096
/** Characters of a template, and of a list of certificates. */
const LONGEST_TEXT = 1_048_576

/** The first line of a file, which is what a key is. `what`: "the token file". */
export function readSecret(what: string, path: string): FileText {
  const read = readWhole(path)
  if (read.kind === 'unreadable') return unreadable(`${what} ${path} cannot be read: ${read.errno || read.reason}`)
  const line = (read.text.split(/\r?\n/, 1)[0] ?? '').trim()
  if (line === '') return unreadable(`${what} ${path} has an empty first line`)
  if (line.length > LONGEST_SECRET)
    return unreadable(`the first line of ${what} ${path} is longer than ${LONGEST_SECRET}`)
  if (!/^[\x21-\x7e]+$/.test(line))
    return unreadable(`the first line of ${what} ${path} has a blank or a letter in it that no key has`)
  return { kind: 'text', text: line }
}

export function readText(what: string, path: string): FileText {
  const read = readWhole(path)
  if (read.kind === 'unreadable') return unreadable(`${what} ${path} cannot be read: ${read.errno || read.reason}`)
  if (read.text.length > LONGEST_TEXT) return unreadable(`${what} ${path} is longer than ${LONGEST_TEXT} characters`)
  return { kind: 'text', text: read.text }
}

const unreadable = (text: string): FileText => ({ kind: 'unreadable', text })

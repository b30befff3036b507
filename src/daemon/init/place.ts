/**
 * Puts what init wrote into its place: whole or not at all, never over what somebody edited unless that is asked for, and
 * with the former text beside it.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { readWhole, replaceWhole } from '../../edge/files/whole-file.ts'
import { differenceOf } from '../../write/init/difference.ts'

export type Placed =
  /** The very bytes are there already. */
  | { readonly kind: 'no-change' }
  | { readonly kind: 'written' }
  /** The former text is in `backup`. `edited`: it was not as init had left it. */
  | {
      readonly kind: 'replaced'
      readonly backup: string
      readonly difference: readonly string[]
      readonly edited: boolean
    }
  /** Nothing was written, since somebody has edited what is there. */
  | { readonly kind: 'kept'; readonly difference: readonly string[] }
  /** `text`: a sentence without its full stop. */
  | { readonly kind: 'failed'; readonly text: string }

const ONLY_OWNER = 0o600
const FOR_ALL = 0o644
/** Bits of a mode that say who may do what. */
const PERMISSIONS = 0o777

interface Wanted {
  /** Passwords are in it. */
  readonly secret: boolean
  readonly force: boolean
}

export function place(named: string, text: string, { secret, force }: Wanted): Placed {
  const path = behindLinks(named)
  const there = lookAt(path)
  if (there.kind === 'failed') return there
  const sealed = seal(text)
  if (there.kind === 'absent') {
    const fault = parentFault(path) ?? written(path, sealed, secret ? ONLY_OWNER : FOR_ALL)
    return fault === null ? { kind: 'written' } : { kind: 'failed', text: fault }
  }
  if (there.text === sealed) return { kind: 'no-change' }
  const difference = differenceOf(there.text, sealed)
  const edited = !isSealed(there.text)
  if (edited && !force) return { kind: 'kept', difference }
  const backup = `${path}.bak`
  const mode = secret ? ONLY_OWNER : there.mode
  const fault = written(backup, there.text, there.mode) ?? written(path, sealed, mode)
  return fault === null ? { kind: 'replaced', backup, difference, edited } : { kind: 'failed', text: fault }
}

/** The last line says what the lines before it were, so that the next run knows whether somebody has edited them. */
export const seal = (text: string): string => `${text}${SEAL}${digestOf(text)}\n`

const SEAL = '\n# By this "upalert init" knows whether somebody has edited the file since it was written.\n# init: '

export function isSealed(text: string): boolean {
  const at = text.lastIndexOf(SEAL)
  return at >= 0 && text === seal(text.slice(0, at))
}

const DIGITS = 16

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGITS)

type There =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string; readonly mode: number }
  | { readonly kind: 'failed'; readonly text: string }

function lookAt(path: string): There {
  let mode = FOR_ALL
  try {
    const found = statSync(path)
    if (!found.isFile())
      return {
        kind: 'failed',
        text: `${path} is no file${found.isDirectory() ? ' but a directory; name a file in it' : ''}`,
      }
    mode = found.mode & PERMISSIONS
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'absent' }
    return { kind: 'failed', text: sentence(path, error) }
  }
  const read = readWhole(path)
  return read.kind === 'text'
    ? { kind: 'text', text: read.text, mode }
    : { kind: 'failed', text: `${path} is there and cannot be read: ${read.reason}` }
}

/** A link stays one; what it leads to is replaced. */
function behindLinks(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** /etc/upalert of a first run is made; a longer way that is missing is most likely mistyped. */
function parentFault(path: string): string | null {
  const directory = dirname(path)
  try {
    statSync(directory)
    return null
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') return sentence(path, error)
  }
  try {
    mkdirSync(directory)
    return null
  } catch (error) {
    return codeOf(error) === 'ENOENT'
      ? `there is no directory ${directory}; make it with "mkdir -p ${directory}", or name another file with -o`
      : sentence(directory, error)
  }
}

function written(path: string, text: string, mode: number): string | null {
  const reason = replaceWhole(path, text, mode)
  return reason === null ? null : worded(path, /^[A-Z0-9]+/.exec(reason)?.[0] ?? '', reason)
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '')

const sentence = (path: string, error: unknown): string =>
  worded(path, codeOf(error), error instanceof Error ? error.message : String(error))

function worded(path: string, code: string, reason: string): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return `this user may not write ${path}; name another file with -o, or be root`
    case 'EROFS':
      return `${path} is on a file system that can only be read; name another file with -o`
    case 'ENOSPC':
    case 'EDQUOT':
      return `${path} cannot be written, since the disk is full; what was there is as it was`
    case 'ENOTDIR':
      return `a part of ${path} is no directory; name another file with -o`
    default:
      return `${path} cannot be written: ${reason}`
  }
}

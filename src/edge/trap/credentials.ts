/**
 * User and password of a trap: from a file, from the environment, or from the words of the alert line. The environment wins
 * over the words, as with mon's trap.alert. No password is ever part of a text that comes from here.
 */
import { constants, type FileHandle, open } from 'node:fs/promises'

export interface TrapCredentialOptions {
  readonly user?: string
  readonly password?: string
  readonly passwordFile?: string
}

export type TrapCredentials =
  /** Both empty for none. */
  | { readonly kind: 'known'; readonly user: string; readonly password: string }
  | { readonly kind: 'unreadable'; readonly text: string }

/** Bytes of a password file that are read. */
const LONGEST_FILE = 4_096

/** `environment`: the service's own variables, which win over the daemon's. */
export async function trapCredentials(
  { user = '', password = '', passwordFile }: TrapCredentialOptions,
  environment: Readonly<Record<string, string>>,
): Promise<TrapCredentials> {
  const variable = (name: string): string => environment[name] ?? process.env[name] ?? ''
  const named = variable('MON_TRAP_USER') || user
  if (passwordFile === undefined) {
    return { kind: 'known', user: named, password: variable('MON_TRAP_PASS') || password }
  }
  let file: FileHandle | undefined
  try {
    // A pipe that nobody writes to does not hold us up: it is empty.
    file = await open(passwordFile, constants.O_RDONLY | constants.O_NONBLOCK)
    const read = await firstLine(file)
    if (read === '') return { kind: 'unreadable', text: `the password file ${passwordFile} has an empty first line` }
    return { kind: 'known', user: named, password: read }
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return { kind: 'unreadable', text: `the password file ${passwordFile} cannot be read: ${why}` }
  } finally {
    await file?.close()
  }
}

async function firstLine(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_FILE), 0, LONGEST_FILE)
  return buffer.toString('utf8', 0, bytesRead).split(/\r?\n/, 1)[0] ?? ''
}

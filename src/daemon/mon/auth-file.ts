/**
 * auth.cf as it is in force: read at the start and by `reload auth`, with the addresses that its names stood for then.
 * A file with mistakes, or none at all, never replaces a good one.
 */
import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { trapNames } from '../../engine/authority.ts'
import { type AuthFile, NOBODY } from '../../model/auth.ts'
import { authFileProblem, loadAuth, type ReadAuth } from '../../parse/auth.ts'
import type { Problem } from '../../parse/problem.ts'
import { LOOKUP_LIMITS, type LookupDoors, lookupPlaces, type TrapAddresses, trapAddresses } from './trap-addresses.ts'

export interface AuthRead extends ReadAuth {
  readonly inForce: boolean
  /** For the operator, a sentence without its full stop, which is among the problems too: names that do not resolve. */
  readonly complaint: string
}

export interface AuthInForce {
  file(): AuthFile
  trapAddresses(): ReadonlyMap<string, readonly string[]>
  /**
   * The outcome with its problems, whether or not it is in force now. One reading after another, so that an older file
   * never replaces a newer one; who asks while another waits to begin has that one's outcome.
   */
  read(): Promise<AuthRead>
  /** Names that are missing are no longer looked up. */
  close(): void
}

/** `path` is asked for at each reading, since a reset may name another. */
export function authInForce(path: () => string, { tell, ...given }: AuthDoors): AuthInForce {
  const doors: LookupDoors = { tell, lookup: given.lookup ?? lookupAll, limits: given.limits ?? LOOKUP_LIMITS }
  const places = lookupPlaces()
  let file = NOBODY
  let names: TrapAddresses = trapAddresses([], new Map(), places, doors)
  let underWay: Promise<unknown> = Promise.resolve()
  let waiting: Promise<AuthRead> | null = null
  const closing = new AbortController()

  function read(): Promise<AuthRead> {
    waiting ??= begin()
    return waiting
  }

  function begin(): Promise<AuthRead> {
    const next = underWay.then(() => {
      waiting = null
      return readNow()
    })
    underWay = next.catch(() => {})
    return next
  }

  async function readNow(): Promise<AuthRead> {
    const from = path()
    const fresh = readAuth(from)
    if (fresh.problems.some(({ severity }) => severity === 'error')) return { ...fresh, inForce: false, complaint: '' }
    names.close()
    const resolved = trapAddresses(namesThatCount(fresh.file), names.addresses, places, doors)
    if (closing.signal.aborted) resolved.close()
    closing.signal.onabort = resolved.close
    await resolved.asked
    file = fresh.file
    names = resolved
    const complaint = resolved.complaint()
    const problems = complaint === '' ? fresh.problems : [...fresh.problems, unresolved(from, complaint)]
    return { ...fresh, problems, inForce: true, complaint }
  }

  return {
    file: () => file,
    trapAddresses: () => names.addresses,
    read,
    close: () => closing.abort(),
  }
}

/** What a test puts in the place of the resolver, and of its limits. */
type AuthDoors = Pick<LookupDoors, 'tell'> & Partial<LookupDoors>

const lookupAll = (name: string) => lookup(name, { all: true })

/** An entry for host `*` leaves none of the others in force. */
function namesThatCount(file: AuthFile): readonly string[] {
  return file.traps.some(({ host }) => host.kind === 'any') ? [] : trapNames(file)
}

function unresolved(path: string, message: string): Problem {
  const span = { source: { file: path, text: '' }, start: 0, end: 0 }
  const hint = 'see whether the names are right, and whether the resolver in /etc/resolv.conf answers'
  return { code: 'trap-host-unresolved', severity: 'warning', span, message, hint }
}

/** The file and its problems, for whoever only wants to check it. */
export function readAuth(path: string): ReadAuth {
  let bytes: Uint8Array
  try {
    bytes = readFileSync(path)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { file: NOBODY, problems: [authFileProblem(path, reason)] }
  }
  return loadAuth(path, bytes)
}

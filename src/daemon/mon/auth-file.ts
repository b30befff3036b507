/**
 * auth.cf as it is in force: read at the start and by `reload auth`, with the addresses that its names stood for then.
 * A file with mistakes, or none at all, never replaces a good one.
 */
import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { trapNames } from '../../engine/authority.ts'
import { type AuthFile, NOBODY } from '../../model/auth.ts'
import { authFileProblem, loadAuth, type ReadAuth } from '../../parse/auth.ts'
import { canonical } from '../../parse/text/endpoint.ts'

/** A name server that is silent holds a reload up no longer than this. */
const LOOKUP_MS = 5_000

export interface AuthInForce {
  file(): AuthFile
  trapAddresses(): ReadonlyMap<string, readonly string[]>
  /** The outcome with its problems, whether or not it is in force now. */
  read(): Promise<ReadAuth & { readonly inForce: boolean }>
}

/** `path` is asked for at each reading, since a reset may name another. */
export function authInForce(path: () => string): AuthInForce {
  let file = NOBODY
  let addresses: ReadonlyMap<string, readonly string[]> = new Map()

  async function read(): Promise<ReadAuth & { readonly inForce: boolean }> {
    const fresh = readAuth(path())
    if (fresh.problems.some(({ severity }) => severity === 'error')) return { ...fresh, inForce: false }
    const resolved = await addressesOf(trapNames(fresh.file))
    file = fresh.file
    addresses = resolved
    return { ...fresh, inForce: true }
  }

  return { file: () => file, trapAddresses: () => addresses, read }
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

async function addressesOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), LOOKUP_MS).unref())
  const found = names.map(async (name): Promise<[string, readonly string[]]> => {
    const answers = await Promise.race([lookup(name, { all: true }).catch(() => []), late])
    return [name, (answers ?? []).map(({ address }) => canonical(address))]
  })
  return new Map(await Promise.all(found))
}

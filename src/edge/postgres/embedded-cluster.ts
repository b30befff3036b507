/**
 * The data directory of the embedded PostgreSQL: made once, and looked at before each start.
 * Source: PostgreSQL 18, "initdb", "Creating a Database Cluster"; postmaster.pid as miscadmin.h numbers its lines.
 */
import { randomUUID } from 'node:crypto'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncDirectory } from '../journal/files.ts'
import { runProgram } from '../program/process.ts'
import type { RunAs } from '../program/run-as.ts'
import type { Binaries } from './embedded-binaries.ts'

/** The superuser of the cluster, and the only one. */
export const SUPERUSER = 'upalert'

/** Making a cluster takes a second; a slow disk may take a minute to sync it. */
const INITDB_DEADLINE_MS = 300_000

/** Makes the cluster unless there is one. `null`, or a sentence that says why there is none. */
export async function prepareCluster(
  base: string,
  data: string,
  binaries: Binaries,
  user: RunAs | null,
): Promise<string | null> {
  const version = await readFile(join(data, 'PG_VERSION'), 'utf8').then(
    (text) => text.trim(),
    () => null,
  )
  if (version === binaries.major) return null
  if (version !== null) return otherVersion(data, version, binaries.major)
  return makeCluster(base, data, binaries, user)
}

/**
 * initdb works in a directory of another name each time and the result gets its name when it is complete. What is left
 * of one that was cut short is removed; should its orphan still be writing, it has lost its directory and gives up.
 */
async function makeCluster(base: string, data: string, binaries: Binaries, user: RunAs | null): Promise<string | null> {
  for (const name of await readdir(base))
    if (name.startsWith('initdb-')) await rm(join(base, name), { recursive: true, force: true })
  const fresh = join(base, `initdb-${randomUUID()}`)
  const { end, output } = await runProgram({
    command: [
      ...[binaries.initdb, '-D', fresh, '-U', SUPERUSER, '--encoding=UTF8', '--locale=C'],
      // The socket's directory is closed to everybody else, and there is no other way in.
      ...['--auth-local=trust', '--auth-host=reject', '--no-instructions'],
    ],
    environment: binaries.environment,
    input: null,
    directory: base,
    signal: AbortSignal.timeout(INITDB_DEADLINE_MS),
    runAs: user,
    leftovers: 'end',
  })
  if (end.kind === 'exited' && end.status === 0) {
    await rename(fresh, data)
    await syncDirectory(base)
    return null
  }
  await rm(fresh, { recursive: true, force: true })
  const why = end.kind === 'not-started' ? end.text : (lastLine(output.toString()) ?? `initdb: ${end.kind}`)
  return `The embedded PostgreSQL could not make its data directory in ${base}: ${why}.`
}

function otherVersion(data: string, theirs: string, ours: string): string {
  return (
    `${data} was made by PostgreSQL ${theirs}, and this upalert brings PostgreSQL ${ours}, which cannot read it. ` +
    `Copy the history out with a PostgreSQL ${theirs}, or move the directory away and a new history begins.`
  )
}

/** A server that runs on this data directory, as its postmaster.pid tells. */
interface Running {
  readonly pid: number
  readonly sockets: string
  /** `ready`, `starting`, `stopping`, `standby`; empty while it is not known. */
  readonly status: string
}

/** `null`: none runs. A file left by a crash names a process that is gone, or one that is something else by now. */
export async function runningServer(data: string): Promise<Running | null> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number.parseInt(lines[0] ?? '', 10)
  if (!Number.isSafeInteger(pid) || pid <= 0 || !(await isServerOf(pid, data))) return null
  return { pid, sockets: lines[4] ?? '', status: (lines[7] ?? '').trim() }
}

/** A server is started with `-D DIRECTORY`. Its command line may be read where, in a container, its cwd may not. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0')
  return words[words.indexOf('-D') + 1] === data
}

/**
 * Removes a postmaster.pid whose number has passed to another process: the server would take that one for its
 * predecessor and refuse. Where the process is gone, the server itself knows what to do.
 */
export async function removeStalePid(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10)
  if (!Number.isSafeInteger(pid) || pid <= 0 || !isAlive(pid) || (await isServerOf(pid, data))) return
  await rm(path, { force: true })
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** The last line that says something, without PostgreSQL's own prefix of time and process. */
export function lastLine(text: string): string | null {
  const line = text
    .split('\n')
    .filter((one) => /FATAL|PANIC|ERROR|error:/.test(one))
    .at(-1)
  return line?.replace(/^.*?(?:FATAL|PANIC|ERROR|error): +/, '').trim() ?? null
}

/**
 * Where the embedded PostgreSQL lives, and as whom it runs. It refuses to be root, so as root it gets a user without
 * privileges and directories that this user can reach; otherwise it runs as the daemon does.
 */
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type RunAs, runAs } from '../program/run-as.ts'

export interface Place {
  /** Holds the cluster, the log and what else belongs to it; owned by `user`. */
  readonly base: string
  /** Holds the socket; nobody else can enter it. */
  readonly sockets: string
  /** `null`: the daemon's own. */
  readonly user: RunAs | null
  /** Worth a line to the operator; `null` when all is where it is expected. */
  readonly remark: string | null
}

/** Users to run as, when the daemon is root: PostgreSQL's own where there is one. */
const USERS = ['postgres', 'nobody']
/** Where the data goes when that user cannot reach the state directory. */
const SHARED = '/var/lib/upalert'
/** unix(7): sun_path holds 108 bytes, the last of them zero. */
const LONGEST_SOCKET = 107
const SOCKET_NAME = '/.s.PGSQL.5432'

/** A text is a whole sentence that says why there is no such place. */
export function choosePlace(dataDir: string): Place | string {
  try {
    return process.getuid?.() === 0 ? placeForRoot(dataDir) : placeForUser(dataDir)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return `The embedded PostgreSQL cannot use ${dataDir} (${code}). Set statedir in mon.cf to a directory you may write.`
  }
}

function placeForUser(dataDir: string): Place | string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const base = realpathSync(dataDir)
  const owner = statSync(base).uid
  const we = process.getuid?.()
  if (owner !== we) {
    return (
      `${base} belongs to user id ${owner}, and upalert runs as user id ${we}. Run it as that user or as root, give ` +
      'the directory to this user with chown -R, or set statedir in mon.cf to another directory.'
    )
  }
  return { base, sockets: socketDirectory(base, null), user: null, remark: null }
}

function placeForRoot(dataDir: string): Place | string {
  const user = unprivilegedUser(dataDir)
  if (typeof user === 'string') return user
  mkdirSync(dirname(dataDir), { recursive: true, mode: 0o711 })
  const parent = realpathSync(dirname(dataDir))
  const wanted = join(parent, dataDir.slice(dirname(dataDir).length + 1))
  if (reachable(parent, user)) return settle(wanted, user, null)
  const base = join(SHARED, `postgres-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`)
  const name = user.environment.USER ?? String(user.uid)
  return settle(base, user, `The history is kept in ${base}, since user ${name} cannot enter ${parent}.`)
}

function settle(base: string, user: RunAs, remark: string | null): Place {
  mkdirSync(dirname(base), { recursive: true, mode: 0o711 })
  mkdirSync(base, { recursive: true, mode: 0o700 })
  chownSync(base, user.uid, user.gid)
  return { base: realpathSync(base), sockets: socketDirectory(base, user), user, remark }
}

/** Who owns the data already, for it may have been begun by an ordinary user; else the first user that exists. */
function unprivilegedUser(dataDir: string): RunAs | string {
  const there = statSync(dataDir, { throwIfNoEntry: false })
  if (there !== undefined && there.uid !== 0) return { uid: there.uid, gid: there.gid, environment: {} }
  for (const name of USERS) {
    const user = runAs(name)
    if (typeof user !== 'string') return user
  }
  return `PostgreSQL does not run as root, and there is neither a user ${USERS.join(' nor a user ')} to run it as.`
}

/** Whether a user without further groups may pass through every directory up to the root (path_resolution(7)). */
function reachable(directory: string, { uid, gid }: RunAs): boolean {
  const { mode, uid: owner, gid: group } = statSync(directory)
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001
  if ((mode & bit) === 0) return false
  return directory === '/' || reachable(dirname(directory), { uid, gid, environment: {} })
}

/** Beside the data where the path is short enough for a socket; else in the directory for temporary files. */
function socketDirectory(base: string, user: RunAs | null): string {
  const beside = join(base, 'socket')
  const hash = createHash('sha256').update(base).digest('hex').slice(0, 12)
  const short = Buffer.byteLength(beside + SOCKET_NAME) <= LONGEST_SOCKET
  const directory = short ? beside : join(tmpdir(), `upalert-postgres-${hash}`)
  try {
    mkdirSync(directory, { mode: 0o700 })
    if (user !== null) chownSync(directory, user.uid, user.gid)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  // Anybody may make a name in /tmp before us: only a directory that is really ours will do.
  const found = lstatSync(directory)
  if (!found.isDirectory() || found.uid !== (user?.uid ?? process.getuid?.()))
    throw Object.assign(new Error(), { code: `${directory} belongs to user id ${found.uid}` })
  chmodSync(directory, 0o700)
  return directory
}

/**
 * `npm ci`, run so that neither the outer npm's settings nor a missing home directory breaks it.
 * npm writes node_modules/.package-lock.json at the very end of an installation: a tree that has it is complete.
 */
import { accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { ended } from './child.mjs'

/** Settings of the outer npm that say what its own command shall do, and would make `npm ci` install something else. */
const OUTER_SETTINGS =
  /^npm_config_(omit|include|only|also|production|dev|optional|dry_run|global|location|package_lock|package_lock_only|workspaces?|include_workspace_root|install_strategy|legacy_bundling|global_style|save.*|json|loglevel|silent)$/i

/** What npm prints when the registry cannot be reached. */
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTCACHED|ERR_SOCKET|FETCH_ERROR/

/** Does node_modules hold what package-lock.json names? Optional packages of other platforms may be absent. */
export function modulesAreFresh(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'))
  const found = packagesOf(join(root, 'node_modules/.package-lock.json'))
  if (wanted === null || found === null) return false
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '') continue
    const present = found[path]
    if (present === undefined ? entry.optional !== true : !isSame(present, entry)) return false
  }
  return Object.keys(found).every((path) => path in wanted)
}

export async function install(root, say, why) {
  say(`installing the dependencies with "npm ci", since ${why}`)
  const cache = cacheOfOurOwn()
  try {
    const { code, output } = await run(root, cache === null ? [] : ['--cache', cache])
    if (code !== 0) throw failure(code, output)
    if (!modulesAreFresh(root))
      throw plain('"npm ci" ended well, yet node_modules is not what package-lock.json names.')
  } finally {
    if (cache !== null) rmSync(cache, { recursive: true, force: true })
  }
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null
  } catch {
    return null
  }
}

function isSame(one, other) {
  return one.version === other.version && one.integrity === other.integrity
}

function run(root, extra) {
  const [program, ...first] = npm()
  const args = [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error', ...extra]
  return ended(program, args, { cwd: root, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The very npm that started us where there is one, run by this Node; else the one on PATH. */
function npm() {
  const outer = process.env.npm_execpath ?? ''
  return basename(outer) === 'npm-cli.js' && existsSync(outer) ? [process.execPath, outer] : ['npm']
}

function environment() {
  const env = { ...process.env }
  for (const name of Object.keys(env)) if (OUTER_SETTINGS.test(name)) delete env[name]
  delete env.NODE_ENV
  return env
}

/** A user without a writable home (a service account) gets a cache that lasts as long as the installation. */
function cacheOfOurOwn() {
  const configured = process.env.npm_config_cache ?? join(homedir(), '.npm')
  return canWrite(configured) ? null : mkdtempSync(join(tmpdir(), 'upalert-npm-'))
}

function canWrite(path) {
  const nearest = existsSync(path) ? path : dirname(path)
  if (nearest !== path && !existsSync(nearest)) return nearest !== dirname(nearest) && canWrite(nearest)
  try {
    accessSync(nearest, constants.W_OK)
    return true
  } catch {
    return false
  }
}

function failure(code, output) {
  const said = output.trim()
  if (NO_NETWORK.test(said)) {
    return plain(
      'npm could not reach its package registry. Connect this machine to the network, or tell npm the way ' +
        `("npm config set proxy …" or "npm config set registry …"), and run the command again. npm said:\n${said}`,
    )
  }
  return plain(`"npm ci" failed (${code}). npm said:\n${said}`)
}

function plain(message) {
  return Object.assign(new Error(message), { plain: true })
}

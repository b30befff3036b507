/**
 * Brings node_modules in line with package-lock.json, and dist with the sources, one process at a time.
 * Whether something is stale is decided by contents, never by times: clones and copies have any times.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { build, distIsFresh } from './build.mjs'
import { install, modulesAreFresh } from './install.mjs'
import { whileLocked } from './lock.mjs'

const root = join(import.meta.dirname, '..')

/** The exit status: 0 when everything is ready. */
export async function prepare({ rebuild }) {
  if (!rebuild && modulesAreFresh(root) && distIsFresh(root)) return 0
  try {
    await whileLocked(join(root, '.ready.lock'), say, async () => {
      // Looked at again: whoever held the lock before may have done all of it.
      if (!modulesAreFresh(root)) await install(root, say, missingOr('node_modules'))
      if (rebuild || !distIsFresh(root)) await build(root, say, rebuild ? 'as asked' : missingOr('dist'))
    })
    return 0
  } catch (error) {
    console.error(explain(error))
    return 1
  }
}

function missingOr(folder) {
  return existsSync(join(root, folder)) ? `${folder} is out of date` : `${folder} is missing`
}

function say(line) {
  console.log(`upalert: ${line}`)
}

/** Steps throw an Error with `plain` set where its message is already the sentence for the operator. */
function explain(error) {
  if (error.plain) return `upalert: ${error.message}`
  if (['EROFS', 'EACCES', 'EPERM'].includes(error.code)) {
    return (
      `upalert: this copy is not ready to run, and this user may not write to it (${error.code} at ${error.path}). ` +
      `Run "npm run build" in ${root} once as its owner, or clone it to a directory of your own.`
    )
  }
  if (error.code === 'ENOSPC')
    return `upalert: the disk is full (at ${error.path ?? root}): free some space and run it again.`
  return `upalert: cannot get ready: ${error.stack}`
}

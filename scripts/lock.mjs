/**
 * A lock between processes: a directory, since making one either succeeds or finds another's. The holder's process id
 * is inside, and the holder touches it while it lives, so that a lock left by a crash is recognised: at once where its
 * process is gone, after LEFT_BEHIND where that cannot be seen (another container, a reused process id).
 */
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** How often the holder touches its lock, and a waiter looks, in milliseconds. */
const TOUCH_EVERY = 2_000
const LOOK_EVERY = 200
/** A lock untouched for this long has no living holder. */
const LEFT_BEHIND = 30_000

/** Runs `work` while this process alone holds the lock at `path`. */
export async function whileLocked(path, say, work) {
  await acquire(path, say)
  const touching = setInterval(() => touch(path), TOUCH_EVERY)
  const release = () => rmSync(path, { recursive: true, force: true })
  const interrupted = (signal) => {
    release()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  try {
    return await work()
  } finally {
    clearInterval(touching)
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
    release()
  }
}

async function acquire(path, say) {
  for (let told = false; !taken(path); await pause(LOOK_EVERY)) {
    const holder = holderOf(path)
    if (isLeftBehind(path, holder)) removeLeftBehind(path, holder)
    else if (!told) {
      say(`process ${holder?.pid ?? '(unknown)'} is already installing or building here; waiting for it`)
      told = true
    }
  }
}

function taken(path) {
  try {
    mkdirSync(path)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(path, 'holder.json'), JSON.stringify({ pid: process.pid, host: hostname() }))
  return true
}

/** `null` while the holder has not yet written who it is. */
function holderOf(path) {
  try {
    return JSON.parse(readFileSync(join(path, 'holder.json'), 'utf8'))
  } catch {
    return null
  }
}

function isLeftBehind(path, holder) {
  if (holder !== null && holder.host === hostname() && !isAlive(holder.pid)) return true
  const found = statSync(path, { throwIfNoEntry: false })
  return found !== undefined && Date.now() - found.mtimeMs > LEFT_BEHIND
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Ended, but not yet collected by its parent: a container's first process may never do so. */
function isZombie(pid) {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/**
 * Two waiters may find the same dead lock; the slower one must not remove the lock that the faster one has taken since.
 * So removing is itself done under a directory, and looks at the holder once more.
 */
function removeLeftBehind(path, seen) {
  const removing = `${path}.removing`
  try {
    mkdirSync(removing)
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const found = statSync(removing, { throwIfNoEntry: false })
    if (found !== undefined && Date.now() - found.mtimeMs > LEFT_BEHIND)
      rmSync(removing, { recursive: true, force: true })
    return
  }
  const now = holderOf(path)
  if (now?.pid === seen?.pid && isLeftBehind(path, now)) rmSync(path, { recursive: true, force: true })
  rmSync(removing, { recursive: true, force: true })
}

function touch(path) {
  try {
    const now = new Date()
    utimesSync(path, now, now)
  } catch {
    // Somebody removed the lock by hand: the work goes on, and there is nothing left to keep fresh.
  }
}

/**
 * Ends a process group: asks first, then insists. A program that we run leads a group of its own, so that the children
 * it forked end with it.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { within } from './patience.ts'

/** Between SIGTERM and SIGKILL. */
const TERM_GRACE_MS = 1000
/** Between SIGKILL and giving up on a process that hangs in the kernel. */
const KILL_GRACE_MS = 1000
/** How often we look whether the group is gone. */
const LOOK_EVERY_MS = 25

/** Whether any process of the group still runs. A dead one that nobody has waited for (a zombie) does not count. */
export function groupRuns(leader: number): boolean {
  return signalGroup(leader, 0) && !onlyZombies(leader)
}

/** Settles when no process of the group is left and its leader's exit was seen, or when all patience is at an end. */
export async function endGroup(leader: number, leaderExit: Promise<unknown>): Promise<void> {
  signalGroup(leader, 'SIGTERM')
  await groupGone(leader, TERM_GRACE_MS)
  if (signalGroup(leader, 'SIGKILL')) await groupGone(leader, KILL_GRACE_MS)
  await within(leaderExit, LOOK_EVERY_MS)
}

async function groupGone(leader: number, patienceMs: number): Promise<void> {
  const until = performance.now() + patienceMs
  while (groupRuns(leader) && performance.now() < until) await sleep(LOOK_EVERY_MS)
}

/** False when there is no such group, or none of it may be signalled. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal)
  } catch {
    return false
  }
}

/**
 * Orphans are reaped by process 1, which in a container may be slow to do it or not do it at all. proc(5): in
 * /proc/PID/stat the state and the group are the first and the third field behind the name in parentheses.
 */
function onlyZombies(leader: number): boolean {
  const pids = processIds()
  for (const pid of pids) {
    const [state, , group] = statFields(pid)
    if (group === String(leader) && state !== 'Z' && state !== 'X') return false
  }
  return pids.length > 0
}

/** None where /proc is not there to be read: then nothing speaks for zombies. */
function processIds(): string[] {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    return []
  }
}

function statFields(pid: string): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

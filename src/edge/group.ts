/**
 * Ends a process group: asks first, then insists. A program that we run leads a group of its own, so that the children
 * it forked end with it.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { within } from './patience.ts'

/** Between SIGTERM and SIGKILL. */
const TERM_GRACE_MS = 1000
/** Between SIGKILL and giving up on a process that hangs in the kernel. */
const KILL_GRACE_MS = 1000
/** How often we look whether the group is gone. */
const LOOK_EVERY_MS = 20

/** Whether any process of the group is there; a dead one that nobody has waited for counts. */
export function groupExists(leader: number): boolean {
  return signalGroup(leader, 0)
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
  while (groupExists(leader) && performance.now() < until) await sleep(LOOK_EVERY_MS)
}

/** False when there is no such group, or none of it may be signalled. */
function signalGroup(leader: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-leader, signal)
  } catch {
    return false
  }
}

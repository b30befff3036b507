/**
 * For a process that answers the daemon: a name service or a module that hangs must not outlive who asked.
 * Source: prctl(2), PR_SET_PDEATHSIG; the numbers from linux/prctl.h and signal(7).
 */
import { constants } from 'node:os'
import { libc } from '../libc.ts'

const PR_SET_PDEATHSIG = 1

/** The kernel ends this process when its parent ends, however that comes about. */
export function endWithParent(): void {
  const prctl = libc.func('int prctl(int option, ...)')
  prctl(PR_SET_PDEATHSIG, 'unsigned long', constants.signals.SIGKILL)
}

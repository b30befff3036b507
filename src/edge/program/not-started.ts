/**
 * Says in a sentence's tail why the kernel did not start a program. execve(2) has one errno for many causes (ENOENT is
 * a missing file, a missing interpreter or a missing directory), so the file is looked at once more.
 */
import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** How much of a script's first line is read to find its interpreter; the kernel itself reads 256 bytes. */
const FIRST_LINE_LIMIT = 256

export function whyNotStarted(program: string, directory: string | null, errno: string): string {
  if (directory !== null && kindOf(directory) !== 'directory') return `its working directory ${directory} is missing`
  switch (errno) {
    case 'ENOENT':
      return missing(program)
    case 'EACCES':
      return refused(program)
    default:
      return known[errno] ?? `the kernel refused to start ${program} (${errno})`
  }
}

const known: Readonly<Record<string, string>> = {
  E2BIG: 'its arguments and environment are too long for the kernel (E2BIG)',
  EAGAIN: 'this user may start no more processes (EAGAIN); raise the limit on processes (ulimit -u, TasksMax)',
  EMFILE: 'upalert has no free file descriptor (EMFILE); raise the limit on open files (ulimit -n, LimitNOFILE)',
  ENFILE: 'the system has no free file descriptor (ENFILE)',
  ENOEXEC: 'it is neither a program for this machine nor a script with a #! line (ENOEXEC)',
  ENOMEM: 'there is not enough memory (ENOMEM)',
  EPERM: 'upalert may not switch to that user (EPERM); only root may',
  ETXTBSY: 'somebody is writing to its file (ETXTBSY)',
}

function missing(program: string): string {
  if (!program.includes('/')) return `no directory in PATH has a program ${program}`
  if (kindOf(program) === 'missing') return `there is no file ${program}`
  const interpreter = interpreterOf(program)
  if (interpreter !== null) return `the interpreter on the first line of ${program}, ${interpreter}, does not exist`
  return `${program} exists, but the loader or interpreter it names does not`
}

function refused(program: string): string {
  if (!program.includes('/')) return `no directory in PATH has a program ${program} that this user may execute`
  const kind = kindOf(program)
  if (kind === 'directory') return `${program} is a directory, not a program`
  if (kind === 'plain') return `${program} is not executable; run chmod +x ${program}`
  const interpreter = interpreterOf(program)
  if (interpreter !== null && kindOf(interpreter) !== 'executable')
    return `the interpreter on the first line of ${program}, ${interpreter}, is not executable`
  return `the user it would run as may not execute ${program} (EACCES)`
}

function kindOf(path: string): 'missing' | 'directory' | 'plain' | 'executable' {
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) return 'directory'
    return (stat.mode & 0o111) === 0 ? 'plain' : 'executable'
  } catch {
    return 'missing'
  }
}

function interpreterOf(script: string): string | null {
  try {
    const fd = openSync(script, 'r')
    try {
      const start = Buffer.alloc(FIRST_LINE_LIMIT)
      const length = readSync(fd, start, 0, FIRST_LINE_LIMIT, 0)
      return /^#![ \t]*(\S+)/.exec(start.toString('utf8', 0, length))?.[1] ?? null
    } finally {
      closeSync(fd)
    }
  } catch {
    return null
  }
}

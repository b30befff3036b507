/**
 * The user that a program shall run as: from a name in /etc/passwd (passwd(5)) to its numbers and its environment.
 * Users that only a directory service knows are given by number.
 */
import { readFileSync } from 'node:fs'

export interface RunAs {
  readonly uid: number
  readonly gid: number
  /** HOME, USER and LOGNAME: the daemon's own would lead the program to root's files. */
  readonly environment: Readonly<Record<string, string>>
}

/** `NAME`, or `UID:GID`. A text is the tail of a sentence that says why there is no such user. */
export function runAs(user: string): RunAs | string {
  const numbers = /^(\d{1,9}):(\d{1,9})$/.exec(user)
  if (numbers !== null) return { uid: Number(numbers[1]), gid: Number(numbers[2]), environment: { HOME: '/' } }
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${user}:`))
    const [name, , uid, gid, , home = '/'] = line?.split(':') ?? []
    if (name === undefined) return `there is no user ${user} in /etc/passwd; write UID:GID for a user that is not in it`
    return { uid: Number(uid), gid: Number(gid), environment: { HOME: home, USER: name, LOGNAME: name } }
  } catch {
    return `/etc/passwd could not be read to find user ${user}; write UID:GID instead`
  }
}

/** The option by which an operator asks for it, the same for monitors and alerts that run programs. */
export const userProperty = {
  type: 'string',
  minLength: 1,
  description: "run the program as this user (a name, or UID:GID) instead of the daemon's; upalert must be root",
} as const

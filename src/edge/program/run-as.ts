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

/** `NAME`, or `UID:GID`. A text is the tail of a sentence that says why there is no such user, or group. */
export function runAs(user: string, group?: string): RunAs | string {
  const found = userOf(user)
  if (typeof found === 'string' || group === undefined) return found
  const gid = groupId(group)
  return typeof gid === 'string' ? gid : { ...found, gid }
}

function userOf(user: string): RunAs | string {
  const numbers = /^(\d{1,9}):(\d{1,9})$/.exec(user)
  if (numbers !== null) return { uid: Number(numbers[1]), gid: Number(numbers[2]), environment: { HOME: '/' } }
  try {
    const [name, , uid, gid, , home = '/'] = entryOf('/etc/passwd', user)
    if (name === undefined) return `there is no user ${user} in /etc/passwd; write UID:GID for a user that is not in it`
    return { uid: Number(uid), gid: Number(gid), environment: { HOME: home, USER: name, LOGNAME: name } }
  } catch {
    return `/etc/passwd could not be read to find user ${user}; write UID:GID instead`
  }
}

function groupId(group: string): number | string {
  if (/^\d{1,9}$/.test(group)) return Number(group)
  try {
    const [, , gid] = entryOf('/etc/group', group)
    return gid === undefined
      ? `there is no group ${group} in /etc/group; write its number if it is not in it`
      : Number(gid)
  } catch {
    return `/etc/group could not be read to find group ${group}; write its number instead`
  }
}

/** The fields of a line of passwd(5) or group(5); none where there is no such line. */
function entryOf(file: string, name: string): string[] {
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`))
  return line?.split(':') ?? []
}

/** The option by which an operator asks for it, the same for monitors and alerts that run programs. */
export const userProperty = {
  type: 'string',
  minLength: 1,
  description: "run the program as this user (a name, or UID:GID) instead of the daemon's; upalert must be root",
} as const

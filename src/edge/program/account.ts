/**
 * The account behind keepalived's `USER [GROUP]`: whom a script runs as, or to whom a FIFO belongs. Groups are looked up
 * in /etc/group (group(5)); those that only a directory service knows are given by number.
 */
import { readFileSync } from 'node:fs'
import type { OptionProperty } from '../../model/module.ts'
import { type RunAs, runAs } from './run-as.ts'

/**
 * Without a group, the user's own; without a user, ours. `null`: nobody is asked for. A text is the tail of a sentence
 * that says why there is no such account.
 */
export function accountOf(user: string | undefined, group: string | undefined): RunAs | string | null {
  if (user === undefined && group === undefined) return null
  const as = user === undefined ? ourselves() : runAs(user)
  if (typeof as === 'string' || group === undefined) return as
  const gid = groupId(group)
  return typeof gid === 'string' ? gid : { ...as, gid }
}

const ourselves = (): RunAs => ({ uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0, environment: {} })

function groupId(group: string): number | string {
  if (/^\d{1,9}$/.test(group)) return Number(group)
  try {
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((entry) => entry.startsWith(`${group}:`))
    const gid = line?.split(':')[2]
    return gid === undefined ? `there is no group ${group} in /etc/group; write its number instead` : Number(gid)
  } catch {
    return `/etc/group could not be read to find group ${group}; write its number instead`
  }
}

/** The option beside `user`. */
export const groupProperty = {
  type: 'string',
  minLength: 1,
  description: "the group, by name or number; without it the user's own",
} as const satisfies OptionProperty

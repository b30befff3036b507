/**
 * Several messages on one page: how many are down, which, and how many are up again, names whole or counted.
 *   3 DOWN: web/http db/sql cache/redis. 1 UP: dns/udp.
 *   30 DOWN: web/http db/sql +28. 2 UP. +12 more.
 */
import type { AlertMessage } from '../../model/alert.ts'
import { isTried, NAME, STATES } from './alert-words.ts'
import { gsmPlaces, oneLine, shorten } from './safe-text.ts'

/** A longer name of a service is counted: half a name would be another one's. */
const NAME_LONGEST = 50
/** Messages that are looked at; what is beyond is counted. */
const LOOKED_AT = 2000

interface Segment {
  readonly state: string
  readonly count: number
  /** Names that may stand on a page. */
  readonly names: readonly string[]
}

export interface Several {
  readonly members: readonly AlertMessage[]
  readonly omitted: number
  readonly counts: AlertMessage['counts'] | undefined
}

/** Those that are not listed are counted all the same. */
function withAll(segment: Segment, counts: Several['counts']): Segment {
  const all = { DOWN: counts?.down, UP: counts?.up }[segment.state]
  return { ...segment, count: Math.max(segment.count, all ?? 0) }
}

/** As much as fits into so many places; what is down is named before anything else is. */
export function combinedText({ members, omitted, counts }: Several, room: number): string {
  const looked = members.slice(0, LOOKED_AT)
  const all = segments(looked).map((segment) => withAll(segment, counts))
  const more = counts === undefined ? omitted + members.length - looked.length : 0
  const named = all.map(() => 0)
  for (const [index, { names }] of all.entries()) {
    for (let count = 1; count <= names.length; count += 1) {
      const trial = named.with(index, count)
      if (gsmPlaces(sentence(all, trial, more)) > room) break
      named[index] = count
    }
  }
  return shorten(sentence(all, named, more), room, '...', gsmPlaces)
}

/** What a service's last message says counts: that it was down before it came up is over. */
function segments(members: readonly AlertMessage[]): readonly Segment[] {
  const last = new Map<string, string>()
  for (const member of members) {
    last.delete(member.key)
    last.set(member.key, isTried(member) ? 'TEST' : STATES[member.kind])
  }
  const states = new Set(['DOWN', 'UP', ...last.values()])
  return [...states].flatMap((state) => {
    const keys = [...last].filter(([, one]) => one === state).map(([key]) => oneLine(key, NAME))
    if (keys.length === 0) return []
    return [{ state, count: keys.length, names: keys.filter((key) => gsmPlaces(key) <= NAME_LONGEST) }]
  })
}

function sentence(all: readonly Segment[], named: readonly number[], more: number): string {
  const parts = all.map(({ state, count, names }, index) => {
    const shown = names.slice(0, named[index] ?? 0)
    if (shown.length === 0) return `${count} ${state}.`
    return `${count} ${state}: ${shown.join(' ')}${count > shown.length ? ` +${count - shown.length}` : ''}.`
  })
  return [...parts, ...(more > 0 ? [`+${more} more.`] : [])].join(' ')
}

/**
 * What an operator means by the name of a real or virtual server: `10.1.1.2:8080`, `10.1.1.2` if it has one port only,
 * `web/10.1.1.2:8080` for one virtual server alone, or `web` for all of its real servers.
 */
import type { State } from '../model/state.ts'
import { canonicalEnd } from '../parse/text/endpoint.ts'

export interface Target {
  readonly virtual: string | null
  readonly real: string | null
}

export type Found =
  | ({ readonly kind: 'target' } & Target)
  | { readonly kind: 'unclear'; readonly text: string }
  | { readonly kind: 'none' }

export function targetNamed({ pools }: Pick<State, 'pools'>, subject: string, virtual: string | null): Found {
  const [before, written] = parted(subject, new Set(pools.map(({ name }) => name)))
  const after = written === null ? null : canonicalEnd(written)
  const within = virtual ?? before
  if (virtual !== null && before !== null && virtual !== before) {
    return { kind: 'unclear', text: `${subject} names ${before}, and --virtual names ${virtual}` }
  }
  if (within !== null && pools.every(({ name }) => name !== within)) {
    return { kind: 'unclear', text: `there is no virtual server ${within}` }
  }
  if (after === null) return { kind: 'target', virtual: within, real: null }
  const named = pools.filter(({ name }) => within === null || name === within)
  const ends = new Set(named.flatMap(({ reals }) => reals.map(({ real }) => real)))
  if (ends.has(after)) return { kind: 'target', virtual: within, real: after }
  const ports = [...ends].filter((end) => addressOf(end) === after)
  if (ports.length === 1 && ports[0] !== undefined) return { kind: 'target', virtual: within, real: ports[0] }
  if (ports.length > 1)
    return { kind: 'unclear', text: `${after} is a real server on several ports: ${ports.join(', ')}` }
  return { kind: 'none' }
}

/** What was decided about something that is no longer configured is found by its own name, so that it can be ended. */
export function decidedTarget({ controls }: Pick<State, 'controls'>, subject: string, virtual: string | null): Found {
  const found = controls.overrides.find((one) =>
    virtual === null ? nameOf(one) === subject : one.virtual === virtual && (one.real ?? virtual) === subject,
  )
  return found === undefined ? { kind: 'none' } : { kind: 'target', virtual: found.virtual, real: found.real }
}

const nameOf = ({ virtual, real }: Target): string => [virtual, real].filter((part) => part !== null).join('/')

/** A virtual server's name in front of the first slash; a virtual server may itself be named with one. */
function parted(subject: string, names: ReadonlySet<string>): readonly [string | null, string | null] {
  if (names.has(subject)) return [subject, null]
  const slash = subject.lastIndexOf('/')
  const front = slash === -1 ? '' : subject.slice(0, slash)
  return names.has(front) ? [front, subject.slice(slash + 1)] : [null, subject]
}

/** `10.1.1.2` of `10.1.1.2:80`, `2001:db8::1` of `[2001:db8::1]:80`. */
const addressOf = (end: string): string => end.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')

/**
 * Operators' decisions about real and virtual servers: drain, disable, weight, and their end. They outlive restarts, end
 * by themselves at their time, and never leave a pool without a usable server unless that is asked for in so many words.
 */
import { durationText } from '../../model/duration.ts'
import type { Command } from '../../model/event.ts'
import type { Override, PoolState, State } from '../../model/state.ts'
import { endpointText } from '../../model/table.ts'
import { type Now, wallTime } from '../../model/units.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { decisionOn, decisionText, isOver, sameTarget } from '../pool/override.ts'
import { recomputePools } from '../pool/pools.ts'
import type { Scribe } from '../scribe.ts'

type OverrideCommand = Extract<Command, { kind: 'override' }>
type EndCommand = Extract<Command, { kind: 'end-override' }>

/** Decisions at once: one for each real server of a large director is well below it. */
export const mostOverrides = 10_000

export function onOverride(state: State, command: OverrideCommand, who: string, write: Scribe, now: Now): Carried {
  const { virtual, real, remarks } = command
  const unknown = unknownTarget(state, virtual, real)
  if (unknown !== null) return refused(unknown)
  const override = overrideOf(command, who, now)
  const others = state.controls.overrides.filter((one) => !sameTarget(one, override))
  if (others.length >= mostOverrides) return refused(`there are ${mostOverrides} decisions already; end some of them`)
  const next = withOverrides(state, [...others, override])
  const judged = recomputePools(next, concerned(next, [override]), write, now)
  const emptied = command.force ? [] : poolsEmptied(state, judged.state)
  if (emptied.length > 0) {
    const which = emptied.map(({ name }) => name).join(', ')
    return refused(`${which} would have no usable server left; add --force if that is meant`)
  }
  const until = command.lasts === null ? 'until "upalert enable"' : `for ${durationText(command.lasts)}`
  const spared = sparedText(override, next)
  const buts = [...(spared === null ? [] : [spared]), ...remarks]
  const also = buts.length === 0 ? '' : `. BUT: ${buts.join(' ')}`
  const limit = command.what.kind === 'drain' ? command.what.most : null
  const latest = limit === null ? '' : `, out after ${durationText(limit)} at the latest`
  const text = `${targetText(override)} is ${decisionText(override)}${latest}, ${until}${also}`
  return done(judged.state, text, judged.effects)
}

/** Decisions that are named when they stand in the way of a wider one. */
const namesShown = 5

/** Who is left out of a wide decision, since a narrower one counts before it: a sentence, or `null`. */
function sparedText(wide: Override, { pools, controls }: State): string | null {
  const covers = ({ virtual, real }: Override): boolean => {
    if (real === null) return false
    if (wide.real !== null) return wide.virtual === null && virtual !== null && real === wide.real
    const inside = pools.find(({ name }) => name === wide.virtual)?.reals.some((one) => one.real === real) === true
    return inside && (virtual === null || virtual === wide.virtual)
  }
  // Whoever is out in both ways is out.
  const isOther = ({ what }: Override): boolean => what.kind !== wide.what.kind || what.kind === 'weight'
  const narrower = controls.overrides.filter((one) => covers(one) && isOther(one))
  if (narrower.length === 0) return null
  const listed = narrower.slice(0, namesShown).map((one) => `${targetText(one)} (${decisionText(one)})`)
  const more = narrower.length > namesShown ? ` and ${narrower.length - namesShown} more` : ''
  return `narrower decisions still count: ${listed.join(', ')}${more}; "upalert enable" ends them.`
}

function overrideOf({ virtual, real, what, lasts, reason }: OverrideCommand, who: string, now: Now): Override {
  const later = (time: number | null) => (time === null ? null : wallTime(now.wall + time))
  const decided = what.kind === 'drain' ? { kind: what.kind, limit: later(what.most) } : what
  return { virtual, real, what: decided, at: now.wall, who, reason, until: later(lasts) }
}

/**
 * Ends what was decided of the target itself; of a real server without a virtual server, also what was decided of it in
 * single ones; and of a virtual server, also what was decided of its real servers.
 */
export function onEndOverride(state: State, { virtual, real }: EndCommand, write: Scribe, now: Now): Carried {
  const ends = (one: Override): boolean =>
    (virtual === null || one.virtual === virtual) && (real === null || one.real === real)
  const over = state.controls.overrides.filter(ends)
  // What was decided about something that is no longer configured can be ended all the same.
  const unknown = over.length > 0 ? null : unknownTarget(state, virtual, real)
  if (unknown !== null) return refused(unknown)
  if (over.length === 0) {
    return done(
      state,
      `nothing was decided about ${targetText({ virtual, real })}${stillText(state, { virtual, real })}`,
    )
  }
  const next = withOverrides(
    state,
    state.controls.overrides.filter((one) => !ends(one)),
  )
  const judged = recomputePools(next, concerned(next, over), write, now)
  const ended = over.map((one) => `${targetText(one)} (${decisionText(one)})`).join(', ')
  const text = `its checks decide again: ${ended}${stillText(next, { virtual, real })}`
  return done(judged.state, text, judged.effects)
}

/** What else is decided about the same real servers and goes on: a wider decision, or a file. */
function stillText({ model, controls }: State, { virtual, real }: Pick<Override, 'virtual' | 'real'>): string {
  const left = model.virtuals.flatMap((one) => {
    if (virtual !== null && one.name !== virtual) return []
    return one.reals.flatMap((each) => {
      const decision = real === null || endpointText(each.id) === real ? decisionOn(controls, one, each) : null
      return decision === null ? [] : [`${endpointText(each.id)} of ${one.name} (${decisionText(decision)})`]
    })
  })
  if (left.length === 0) return ''
  const more = left.length > namesShown ? ` and ${left.length - namesShown} more` : ''
  return `. BUT: there is still ${left.slice(0, namesShown).join(', ')}${more}.`
}

/** The pools that hear of these decisions. */
function concerned({ pools }: State, decisions: readonly Override[]): readonly number[] {
  const named = new Set(decisions.flatMap(({ virtual }) => (virtual === null ? [] : [virtual])))
  const everywhere = new Set(
    decisions.flatMap(({ virtual, real }) => (virtual === null && real !== null ? [real] : [])),
  )
  return pools.flatMap(({ name, reals }, i) => {
    const isMeant = named.has(name) || (everywhere.size > 0 && reals.some(({ real }) => everywhere.has(real)))
    return isMeant ? [i] : []
  })
}

/** Those whose time is over go, and their pools are judged anew by whoever calls. */
export function withoutExpired(
  state: State,
  now: Now,
): { readonly state: State; readonly expired: readonly Override[] } {
  const expired = state.controls.overrides.filter((one) => isOver(one, now))
  if (expired.length === 0) return { state, expired }
  const left = state.controls.overrides.filter((one) => !isOver(one, now))
  return { state: withOverrides(state, left), expired }
}

export const targetText = ({ virtual, real }: Pick<Override, 'virtual' | 'real'>): string =>
  real === null ? `virtual server ${virtual}` : virtual === null ? real : `${real} of ${virtual}`

/** As operators write it: `web/10.1.1.2:80`. */
export const targetName = ({ virtual, real }: Pick<Override, 'virtual' | 'real'>): string =>
  [virtual, real].filter((part) => part !== null).join('/')

function unknownTarget({ pools }: State, virtual: string | null, real: string | null): string | null {
  const named = virtual === null ? pools : pools.filter(({ name }) => name === virtual)
  if (named.length === 0)
    return virtual === null ? 'no virtual server is configured' : `there is no virtual server ${virtual}`
  if (real === null) return virtual === null ? 'name a real server or a virtual server' : null
  if (named.some(({ reals }) => reals.some((one) => one.real === real))) return null
  return `no real server ${real} is ${virtual === null ? 'in any virtual server' : `in ${virtual}`}`
}

const withOverrides = (state: State, overrides: readonly Override[]): State => ({
  ...state,
  controls: { ...state.controls, overrides },
})

/** Pools that could serve before and could not after. The sorry server counts: it says sorry, and is meant to. */
function poolsEmptied(before: State, after: State): readonly PoolState[] {
  return after.pools.filter((pool, i) => !serves(pool) && serves(before.pools[i]))
}

const serves = (pool: PoolState | undefined): boolean =>
  pool !== undefined &&
  (pool.standing === 'sorry' ||
    pool.reals.some(({ standing, weight }) => standing === 'held' || (standing === 'in' && weight > 0)))

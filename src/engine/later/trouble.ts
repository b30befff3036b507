/**
 * A way of telling that does not get through is told by the others: those whom `undelivered` names hear of it when it has
 * lasted for `undelivered_after`, or at once when something was given up, and hear when it gets through again, or is named
 * no more.
 */
import { type AlertMessage, isFailing } from '../../model/alert.ts'
import { durationText } from '../../model/duration.ts'
import type { Effect } from '../../model/effect.ts'
import { fraction } from '../../model/fraction.ts'
import type { AlertCall } from '../../model/model.ts'
import { groupName, type Id, serviceKey, serviceName } from '../../model/names.ts'
import { channelOf, toldName } from '../../model/receiver.ts'
import type { Delivery, Noise, State, Trouble } from '../../model/state.ts'
import { milliseconds, type Now, type WallTime, wallTime } from '../../model/units.ts'
import { earliest } from '../pool/judge.ts'
import { send } from '../pool/send.ts'
import type { Decided, Scribe } from '../scribe.ts'
import { channelsNamed } from './channels.ts'

/** An attempt has failed. `final`: nobody will try it again, which is told at once. */
export function troubled(
  state: State,
  { call, message }: Delivery,
  text: string,
  final: boolean,
  write: Scribe,
  now: Now,
): Decided {
  const channel = channelOf(call)
  const before = state.noise.troubles[channel]
  const { undeliveredAfter } = state.model.settings.notify
  if (before !== undefined && !final) return { state, effects: [] }
  const begun: Trouble = before ?? { call, since: now.wall, text, told: null }
  const trouble: Trouble = final ? { ...begun, text, lost: lostWith(begun, message) } : begun
  const noted = withTrouble(state, channel, trouble)
  if (final && trouble.told !== null) return { state: noted, effects: [] }
  if (final) return tellTroubles(noted, write, now, (one) => one === trouble)
  return { state: noted, effects: [{ kind: 'wake', at: wallTime(now.wall + undeliveredAfter) }] }
}

/** What was given up is named, as far as there is room: `ALERT web/http`. */
const lostWith = ({ lost = [] }: Trouble, { kind, key }: AlertMessage): readonly string[] =>
  lost.length >= LOST_KEPT ? lost : [...lost, `${isFailing(kind) ? 'the failure' : 'the end'} of ${key}`]

/** Notifications that were given up and are named in one message. */
const LOST_KEPT = 20

/** It gets through: who was told that it does not hears of it. */
export const throughAgain = (state: State, { call }: Delivery, write: Scribe, now: Now): Decided =>
  over(state, channelOf(call), {}, write, now)

/** Whoever was told of it hears of its end. */
function over(state: State, channel: string, why: { readonly because?: string }, write: Scribe, now: Now): Decided {
  const trouble = state.noise.troubles[channel]
  if (trouble === undefined) return { state, effects: [] }
  const { [channel]: _, ...troubles } = state.noise.troubles
  const clear: State = { ...state, noise: { ...state.noise, troubles } }
  const told = trouble.told ?? []
  const ended = send(clear, told, (id) => ({ ...troubleMessage(id, 'up', trouble, clear, now), ...why }), write, now)
  // It may be the way by which others' troubles can be told now.
  const others = tellTroubles(ended.state, write, now, (one) => dueAt(one, ended.state) <= now.wall)
  return { state: others.state, effects: [...ended.effects, ...others.effects] }
}

export function troublesTold(state: State, write: Scribe, now: Now): Decided {
  const told = tellTroubles(state, write, now, (trouble) => dueAt(trouble, state) <= now.wall)
  return unnamed(state).reduce<Decided>((before, channel) => {
    const ended = over(before.state, channel, { because: 'the configuration no longer names it' }, write, now)
    return { state: ended.state, effects: [...before.effects, ...ended.effects] }
  }, told)
}

export function nextTrouble(state: State): WallTime | null {
  // While nobody can be told, nothing is to be looked at: what changes that looks by itself.
  const can = tellable(state).length > 0
  const untold = can ? Object.values(state.noise.troubles).filter(({ told }) => told === null) : []
  return earliest([...untold.map((trouble) => dueAt(trouble, state)), ...unnamed(state).map(() => wallTime(0))])
}

/** Channels in trouble that no line names any more, and that nothing waits for: they will never get through again. */
function unnamed({ model, noise, outbox }: State): readonly string[] {
  const troubles = Object.keys(noise.troubles)
  if (troubles.length === 0) return troubles
  const named = channelsNamed(model)
  const gone = troubles.filter((channel) => !named.has(channel))
  if (gone.length === 0) return gone
  const waited = new Set(outbox.map(({ call }) => channelOf(call)))
  return gone.filter((channel) => !waited.has(channel))
}

const dueAt = ({ since }: Trouble, { model }: State): WallTime =>
  wallTime(since + model.settings.notify.undeliveredAfter)

function tellTroubles(before: State, write: Scribe, now: Now, isDue: (trouble: Trouble) => boolean): Decided {
  let state = before
  const effects: Effect[] = []
  for (const [channel, trouble] of Object.entries(before.noise.troubles)) {
    if (trouble.told !== null || !isDue(trouble)) continue
    const told = tellable(before)
    if (told.length === 0) continue
    state = withTrouble(state, channel, { ...trouble, told })
    const sent = send(state, told, (id) => troubleMessage(id, 'failure', trouble, before, now), write, now)
    state = sent.state
    effects.push(...sent.effects)
  }
  return { state, effects }
}

/** Nobody is told by what does not get through. */
const tellable = ({ model, noise }: State): readonly AlertCall[] =>
  model.settings.notify.undelivered.filter((call) => !isTroubled(call, noise))

const isTroubled = (call: AlertCall, { troubles }: Noise): boolean => Object.hasOwn(troubles, channelOf(call))

const withTrouble = (state: State, channel: string, trouble: Trouble): State => ({
  ...state,
  noise: { ...state.noise, troubles: { ...state.noise.troubles, [channel]: trouble } },
})

const GROUP = groupName('upalert')
/** Characters of a channel's name in the name of its trouble. */
const NAME_KEPT = 100

function troubleMessage(id: Id, kind: 'failure' | 'up', trouble: Trouble, state: State, now: Now): AlertMessage {
  const name = toldName(trouble.call).slice(0, NAME_KEPT)
  const channel = channelOf(trouble.call)
  // Two that are in trouble at once are two, also where they are called alike (without addresses): the end of one is not the other's.
  const alike = name.includes('@') ? '' : ` (${mark(channel)})`
  const service = serviceName(`delivery to ${name}${alike}`)
  const waiting = state.outbox.filter(({ call }) => channelOf(call) === channel).length
  const lasted = milliseconds(now.wall - trouble.since)
  const left = waiting === 0 ? 'none waits' : waiting === 1 ? 'one waits' : `${waiting} wait`
  const lost = trouble.lost ?? []
  const given = lost.length === 0 ? '' : `; given up: ${lost.join(', ')}`
  const since = lasted < LEAST_SAID ? '' : ` for ${durationText(lasted)}`
  const summary =
    kind === 'up'
      ? `notifications get through to ${name} again after ${durationText(lasted)}${given}`
      : `notifications have not got through to ${name}${since}: ${trouble.text}; ${left}${given}`
  return {
    ...{ id, kind, key: serviceKey(GROUP, service), group: GROUP, service, hosts: [], failing: [] },
    ...{ description: 'the delivery of notifications', exit: kind === 'up' ? 0 : 1, summary, detail: '' },
    ...{ output: `${summary}\n`, at: now.wall, firstFailure: trouble.since, lastFailure: null, lastSuccess: null },
    ...{ lasted: kind === 'up' ? lasted : null, failures: 0, acknowledged: null, pools: [], environment: {} },
    outage: `${service}@${trouble.since}`,
  }
}

/** A trouble that has only begun is told without its length. */
const LEAST_SAID = 1_000

/** Four hexadecimal digits that tell channels apart, and tell nobody their options. */
const mark = (channel: string): string =>
  Math.floor(fraction(channel) * 0x10000)
    .toString(16)
    .padStart(4, '0')

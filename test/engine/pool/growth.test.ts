/** Whatever happens to pools whose weights grow, by properties: bounds, what the journal keeps, and what must not matter. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decide } from '../../../src/engine/decide.ts'
import { GREATEST_WEIGHT } from '../../../src/engine/limits.ts'
import { nextWake } from '../../../src/engine/on-time.ts'
import { patchOf } from '../../../src/engine/patch.ts'
import { restoredState } from '../../../src/engine/restore.ts'
import { stateFor } from '../../../src/engine/start.ts'
import type { Command, EventBody } from '../../../src/model/event.ts'
import {
  type Initial,
  LAST_KNOWN,
  type Model,
  type Real,
  type Service,
  type Virtual,
} from '../../../src/model/model.ts'
import { host, id } from '../../../src/model/names.ts'
import type { WeightSaid } from '../../../src/model/result.ts'
import type { PoolState, State } from '../../../src/model/state.ts'
import { milliseconds, type Now, seconds, wallTime, weight } from '../../../src/model/units.ts'
import { addPatch, foldOf, savedOf } from '../../../src/wire/history/saved.ts'
import { at, checked, model, real, result, service, virtual } from '../build.ts'
import { sorryServer } from './rig.ts'

const DOWN: Initial = { remembered: true, unknown: 'down', waitMost: null }
const WAIT: Initial = { remembered: false, unknown: 'wait', waitMost: seconds(30) }
const numbers = [1, 2, 3]

/** Real servers of one virtual server: `a` checks whether they live, `b` only advises. */
const checkOf = (what: string, n: number): Service =>
  service({ called: `${what}/${n}`, hosts: [host(`10.1.1.${n}`)], periods: [] })

const realOf = (n: number, prefix: string, advised: boolean, share: number, initial: Initial): Real => ({
  ...real(`10.1.1.${n}`, { weight: weight(share), initial }),
  checks: [
    { service: checkOf(`${prefix}a`, n).key, host: host(`10.1.1.${n}`) },
    ...(advised ? [{ service: checkOf(`${prefix}b`, n).key, host: host(`10.1.1.${n}`), advice: true as const }] : []),
  ],
})

const pools = fc.record({
  share: fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: GREATEST_WEIGHT })),
  quorum: fc.integer({ min: 1, max: 3 }),
  advised: fc.boolean(),
  initial: fc.constantFrom(LAST_KNOWN, DOWN, WAIT),
  sorry: fc.boolean(),
  slowStart: fc.constantFrom(0, 30).map(seconds),
  doubling: fc.option(
    fc.record({ share: fc.integer({ min: 1, max: 64 }), every: fc.constantFrom(5, 20).map(seconds) }),
  ),
  loadFeedback: fc.option(fc.record({ every: fc.constantFrom(5, 20).map(seconds) })),
})
type PoolRule = typeof pools extends fc.Arbitrary<infer T> ? T : never

function virtualOf(rule: PoolRule, name: string, prefix: string, port: number): Virtual {
  const { share, quorum, sorry, slowStart, doubling, loadFeedback, advised, initial } = rule
  const reals = numbers.map((n) => realOf(n, prefix, advised, share, initial))
  const services = [{ kind: 'address', family: 4, protocol: 'tcp', address: '192.0.2.1', port }] as const
  const rules = { quorum: weight(quorum), slowStart, doubling, loadFeedback, sorry: sorry ? sorryServer : null }
  return { ...virtual(reals, rules), name, services }
}

const servicesOf = (prefix: string): Service[] =>
  numbers.flatMap((n) => [checkOf(`${prefix}a`, n), checkOf(`${prefix}b`, n)])

const modelOf = (rule: PoolRule): Model => model(servicesOf(''), [virtualOf(rule, 'web', '', 80)])

const said: fc.Arbitrary<WeightSaid | null> = fc.option(
  fc.oneof(
    fc.record({ kind: fc.constant('load' as const), value: fc.constantFrom(0, 0.1, 0.9, 1, 1.2, 8, -1) }),
    fc.record({ kind: fc.constant('percent' as const), value: fc.constantFrom(0, 1, 50, 100, 200) }),
    fc.record({ kind: fc.constantFrom('is' as const, 'plus' as const), value: fc.integer({ min: -3, max: 300 }) }),
    fc.record({
      kind: fc.constantFrom('is' as const, 'plus' as const, 'percent' as const, 'load' as const),
      value: fc.double(),
    }),
  ),
)

type Step = { readonly after: number } & (
  | {
      readonly kind: 'check'
      readonly of: 'a' | 'b'
      readonly n: number
      readonly end: string
      readonly share: WeightSaid | null
    }
  | { readonly kind: 'time' }
  | { readonly kind: 'command'; readonly command: Command }
)

const overrides = fc.constantFrom(
  { kind: 'drain', most: seconds(20) } as const,
  { kind: 'disable' } as const,
  { kind: 'weight', weight: weight(7) } as const,
)
const commands = (name: string): fc.Arbitrary<Command> =>
  fc
    .tuple(fc.constantFrom(...numbers), fc.option(overrides), fc.constantFrom(null, seconds(30)))
    .map(([n, what, lasts]) => {
      const target = { virtual: name, real: `10.1.1.${n}:80` }
      if (what === null) return { kind: 'end-override', ...target }
      return { kind: 'override', ...target, what, lasts, reason: '', force: true, remarks: [] }
    })

const waits = fc.constantFrom(0, 1, 5, 20, 60)
const stepsOf = (name: string, timely: boolean): fc.Arbitrary<Step[]> => {
  const results: fc.Arbitrary<Step> = fc.record({
    after: waits,
    kind: fc.constant('check' as const),
    of: fc.constantFrom('a' as const, 'a' as const, 'b' as const),
    n: fc.constantFrom(...numbers),
    end: fc.constantFrom('+', '+', '+', '-', '?'),
    share: said,
  })
  const times: fc.Arbitrary<Step> = fc.record({ after: waits, kind: fc.constant('time' as const) })
  const orders: fc.Arbitrary<Step> = fc.record({
    after: waits,
    kind: fc.constant('command' as const),
    command: commands(name),
  })
  const all = [
    { weight: 6, arbitrary: results },
    { weight: 1, arbitrary: orders },
  ]
  return fc.array(fc.oneof(...all, ...(timely ? [{ weight: 4, arbitrary: times }] : [])), { maxLength: 40 })
}

function eventOf(step: Step, prefix = ''): EventBody {
  if (step.kind === 'time') return { kind: 'time' }
  if (step.kind === 'command') return { kind: 'command', who: 'ann', command: step.command }
  const of = checkOf(`${prefix}${step.of}`, step.n)
  const ran = result(of.hosts, step.end === '-' ? of.hosts : [])
  const hosts = ran.hosts.map((one) => {
    if (step.end === '?') return { ...one, kind: 'unknown' as const, code: 'broken', text: 'could not be checked' }
    return one.kind === 'up' && step.share !== null ? { ...one, share: step.share } : one
  })
  return checked(of, { ...ran, exit: step.end === '+' ? 0 : 1, hosts })
}

let count = 0
function next(state: State, event: EventBody, now: Now): State {
  count += 1
  return decide(state, { ...event, id: id(`t-${count}`) }, now).state
}

/** What of a pool reaches the table, without what names the entries. */
const shown = (pool: PoolState | undefined) => [
  pool?.standing,
  pool?.upWeight,
  ...(pool?.reals ?? []).map(({ standing, weight: share, reason, text }) => ({ standing, share, reason, text })),
]

/** Each state with its time; the first is that of the start. */
function* played(
  of: Model,
  steps: readonly Step[],
): Generator<{ readonly state: State; readonly now: Now; readonly step: Step | null }> {
  let state = next(stateFor(of, null), { kind: 'started', text: '' }, at(0))
  yield { state, now: at(0), step: null }
  let second = 0
  for (const step of steps) {
    second += step.after
    state = next(state, eventOf(step), at(second))
    yield { state, now: at(second), step }
  }
}

test('weights are whole and within what the kernel knows, and none but a server in use has one', () => {
  fc.assert(
    fc.property(pools, stepsOf('web', true), (rule, steps) => {
      for (const { state, now, step } of played(modelOf(rule), steps)) {
        for (const one of state.pools[0]?.reals ?? []) {
          assert(
            Number.isInteger(one.weight) && one.weight >= 0 && one.weight <= GREATEST_WEIGHT,
            `weight ${one.weight}`,
          )
          assert(one.standing === 'in' || one.weight === 0)
          assert(one.loaded === undefined || (one.standing === 'in' && one.loaded.weight >= one.loaded.of))
        }
        const wake = nextWake(state)
        if (step?.kind === 'time') assert(wake === null || wake > now.wall, 'it would be woken over and over')
      }
    }),
  )
})

test('what the patches amount to is the pool as it is in memory, but for when to look at it again', () => {
  fc.assert(
    fc.property(pools, stepsOf('web', true), (rule, steps) => {
      const of = modelOf(rule)
      const fold = foldOf(null)
      let before = stateFor(of, null)
      for (const { state } of played(of, steps)) {
        addPatch(fold, JSON.parse(JSON.stringify(patchOf(before, state))))
        before = state
        const inMemory = state.pools.map((pool) => ({ ...pool, wakeAt: null }))
        const kept = savedOf(fold).pools.map((pool) => ({ ...pool, wakeAt: null }))
        assert.deepEqual(kept, kept.length === 0 ? [] : JSON.parse(JSON.stringify(inMemory)))
      }
    }),
  )
})

test('what is remembered of a judgement never stands in the way of a new one', () => {
  fc.assert(
    fc.property(pools, stepsOf('web', true), (rule, steps) => {
      const of = modelOf(rule)
      let forgetful = next(stateFor(of, null), { kind: 'started', text: '' }, at(0))
      const remembering = played(of, steps)
      remembering.next()
      let second = 0
      for (const step of steps) {
        second += step.after
        // Another object for each real server is another server to the memory.
        const fresh = forgetful.pools.map((pool) => ({ ...pool, reals: pool.reals.map((one) => ({ ...one })) }))
        forgetful = next({ ...forgetful, pools: fresh }, eventOf(step), at(second))
        assert.deepEqual(shown(forgetful.pools[0]), shown(remembering.next().value?.state.pools[0]))
      }
    }),
  )
})

test('a clock that is set at any moment changes neither who is in use nor with what weight', () => {
  const hour = 3_600_000
  fc.assert(
    fc.property(
      pools,
      stepsOf('web', true),
      fc.nat(40),
      fc.integer({ min: -hour, max: hour }),
      (rule, steps, when, by) => {
        const of = modelOf(rule)
        const right = played(of, steps)
        let state = right.next().value?.state ?? stateFor(of, null)
        const shifted = (now: Now, ahead: number): Now => ({ ...now, wall: wallTime(now.wall + ahead) })
        let second = 0
        for (const [i, step] of steps.entries()) {
          if (i === when) state = next(state, { kind: 'clock-stepped', by: milliseconds(by) }, shifted(at(second), by))
          second += step.after
          state = next(state, eventOf(step), shifted(at(second), i >= when ? by : 0))
          assert.deepEqual(shown(state.pools[0]), shown(right.next().value?.state.pools[0]))
        }
      },
    ),
  )
})

test('what happens to another pool, and when, makes no difference', () => {
  fc.assert(
    fc.property(
      pools,
      pools,
      stepsOf('web', true),
      stepsOf('shop', false),
      fc.infiniteStream(fc.boolean()),
      (rule, other, mine, theirs, turns) => {
        const both = model(
          [...servicesOf(''), ...servicesOf('x')],
          [virtualOf(other, 'shop', 'x', 81), virtualOf(rule, 'web', '', 80)],
        )
        const alone = played(modelOf(rule), mine)
        alone.next()
        let state = next(stateFor(both, null), { kind: 'started', text: '' }, at(0))
        let second = 0
        const rest = [...theirs]
        for (const step of mine) {
          second += step.after
          while (rest.length > 0 && turns.next().value === true) {
            const [one] = rest.splice(0, 1)
            if (one !== undefined) state = next(state, eventOf(one, 'x'), at(second))
          }
          state = next(state, eventOf(step), at(second))
          assert.deepEqual(shown(state.pools[1]), shown(alone.next().value?.state.pools[0]))
        }
      },
    ),
  )
})

test('a restart at any moment, with the table as it was left, goes on with the same weights', () => {
  // Who waits for a first verdict waits anew at a start, whatever else is remembered.
  const remembers = pools.map((rule) => ({ ...rule, initial: LAST_KNOWN }))
  fc.assert(
    fc.property(remembers, stepsOf('web', true), (rule, steps) => {
      const of = modelOf(rule)
      const last = [...played(of, steps)].at(-1)
      assert(last !== undefined)
      const { now } = last
      // What was due and not yet looked at happens at the start.
      const before = next(last.state, { kind: 'time' }, now)
      const reals = before.pools[0]?.reals ?? []
      if (reals.some(({ told }) => told === null)) return
      const { services, pools: kept, controls, owned, outbox } = before
      const saved = JSON.parse(JSON.stringify({ version: 1, services, pools: kept, controls, owned, outbox }))
      const weights = new Map([
        ['tcp 192.0.2.1:80', new Map(reals.map(({ real: end, weight: share }) => [end, share]))],
      ])
      const seen = next(restoredState(of, saved, null, now), { kind: 'table-found', weights }, now)
      assert.deepEqual(shown(next(seen, { kind: 'started', text: '' }, now).pools[0]), shown(before.pools[0]))
    }),
  )
})

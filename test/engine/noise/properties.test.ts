/** What holds for grouping, digests and rates whatever is decided, delivered, killed and reloaded in between. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { nextHold } from '../../../src/engine/noise/held.ts'
import type { GroupBy, Receiver } from '../../../src/model/receiver.ts'
import { seconds } from '../../../src/model/units.ts'
import { type Handed, mail, modelWith, oncall, program, World } from './world.ts'

const burst = fc.record({ count: fc.integer({ min: 1, max: 4 }), within: fc.constantFrom(5, 20, 60).map(seconds) })

const receivers: fc.Arbitrary<Receiver> = fc
  .record({
    groupWait: fc.constantFrom(0, 1, 10).map(seconds),
    groupBy: fc.constantFrom<GroupBy>('host', 'watch', 'virtual', 'receiver'),
    digest: fc.option(burst),
    rate: fc.option(burst),
  })
  .map(oncall)

type Step =
  | { readonly kind: 'decide'; readonly key: string; readonly to: 'mail' | 'program' | 'both' }
  | { readonly kind: 'pass'; readonly length: number }
  | { readonly kind: 'jump'; readonly length: number }
  | { readonly kind: 'attempt'; readonly which: number; readonly outcome: 'sent' | 'gave-up' | 'retry' }
  | { readonly kind: 'restart' }
  | { readonly kind: 'reload'; readonly to: Receiver | null }

const keys = ['web/http', 'web/https', 'db/sql', 'mail/smtp']

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: decision() },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('pass' as const), length: fc.integer({ min: 0, max: 15 }) }) },
  // The engine is told of the time late, after others had their turn.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), length: fc.integer({ min: 0, max: 40 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('attempt' as const),
      which: fc.nat(7),
      outcome: fc.constantFrom('sent', 'sent', 'sent', 'retry', 'gave-up'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
)

function decision(): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('decide' as const),
    key: fc.constantFrom(...keys),
    to: fc.constantFrom('mail', 'program', 'both'),
  })
}

const reload: fc.Arbitrary<Step> = fc.option(receivers).map((to) => ({ kind: 'reload', to }))

/** Each service fails and recovers in turn. Gives the names of what was decided, by channel and key, in order. */
function live(world: World, steps: readonly Step[]): ReadonlyMap<string, readonly string[]> {
  const down = new Set<string>()
  const decided = new Map<string, string[]>()
  for (const one of steps) {
    switch (one.kind) {
      case 'decide': {
        const kind = down.delete(one.key) ? 'up' : 'failure'
        if (kind === 'failure') down.add(one.key)
        for (const call of one.to === 'both' ? [mail, program] : [one.to === 'mail' ? mail : program]) {
          world.decide(kind, call, one.key)
          const name = `${call.text} ${one.key}`
          const last = world.state.outbox.at(-1)
          decided.set(name, [...(decided.get(name) ?? []), last?.id ?? ''])
        }
        break
      }
      case 'pass':
        world.pass(one.length)
        break
      case 'jump':
        world.second += one.length
        break
      case 'attempt':
        world.attempt(one.which, one.outcome)
        break
      case 'restart':
        world.restart()
        break
      case 'reload':
        world.reload(one.to === null ? modelWith() : modelWith(one.to))
    }
  }
  settle(world)
  return decided
}

/** A relay that takes everything, and time enough. */
function settle(world: World): void {
  for (let i = 0; i < 2_000; i += 1) {
    world.deliverAll()
    const next = nextHold(world.state)
    if (next === null) break
    world.pass(Math.max(0, (next - world.now.wall) / 1000))
  }
  assert.deepEqual(world.state.outbox, [])
}

const told = ({ handed }: World): readonly string[] => handed.flatMap(({ tells }) => tells)

test('every message is told exactly once, alone or as one of several, and nothing waits for ever', () => {
  fc.assert(
    fc.property(
      receivers,
      fc.array(fc.oneof({ weight: 20, arbitrary: step }, reload), { maxLength: 80, size: 'max' }),
      (to, steps) => {
        const world = new World(modelWith(to))
        const decided = live(world, steps)
        assert.deepEqual([...told(world)].sort(), [...decided.values()].flat().sort())
        for (const { message, tells } of world.handed) {
          const members = message.members?.map(({ id }) => id) ?? [message.id]
          assert.deepEqual(members, tells)
        }
      },
    ),
  )
})

test('news of one service reach a channel in the order in which they were decided', () => {
  fc.assert(
    fc.property(
      receivers,
      fc.array(fc.oneof({ weight: 20, arbitrary: step }, reload), { maxLength: 80, size: 'max' }),
      (to, steps) => {
        const world = new World(modelWith(to))
        const decided = live(world, steps)
        const seen = new Map<string, string[]>()
        for (const { channel, message } of world.handed)
          for (const { key, id } of message.members ?? [message]) {
            const name = `${channel.replace('oncall: ', '')} ${key}`
            seen.set(name, [...(seen.get(name) ?? []), id])
          }
        assert.deepEqual(new Map([...seen].sort()), new Map([...decided].sort()))
      },
    ),
  )
})

test('no channel is handed more than its rate in any window, also when a relay comes back', () => {
  fc.assert(
    fc.property(receivers, burst, fc.array(step, { maxLength: 120, size: 'max' }), (to, rate, steps) => {
      const world = new World(modelWith({ ...to, rate }))
      live(world, steps)
      for (const one of [mail, program]) {
        const times = world.handed.filter((it) => wasSentTo(one.text, it)).map(({ at }) => at)
        for (const [i, time] of times.entries()) {
          const later = times[i + rate.count]
          assert.ok(later === undefined || later - time >= rate.within, `${rate.count} in ${rate.within}: ${times}`)
        }
      }
    }),
  )
})

const wasSentTo = (text: string, { channel, outcome }: Handed): boolean =>
  channel === `oncall: ${text}` && outcome === 'sent'

test('a burst is told as so many messages and one digest', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60, size: 'max' })
  fc.assert(
    fc.property(burst, gaps, (digest, waits) => {
      const world = new World(modelWith(oncall({ digest })))
      const expected: number[] = []
      let recent: number[] = []
      let burst: { readonly until: number; count: number } | null = null
      const window = digest.within / 1000
      for (const [i, wait] of waits.entries()) {
        world.pass(wait)
        const now = world.second
        if (burst !== null && burst.until <= now) {
          expected.push(burst.count)
          burst = null
          recent = []
        }
        recent = recent.filter((time) => time + window > now)
        const [first] = recent
        if (burst !== null) burst.count += 1
        else if (first !== undefined && recent.length >= digest.count) burst = { until: first + window, count: 1 }
        else {
          recent.push(now)
          expected.push(1)
        }
        world.decide('failure', mail, `g${i}/s`)
        world.deliverAll()
      }
      if (burst !== null) expected.push(burst.count)
      world.pass(window)
      world.deliverAll()
      assert.deepEqual(
        world.handed.map(({ tells }) => tells.length),
        expected,
      )
    }),
  )
})

test('whatever is asked for, one kind of waiting ends within its time where there is no rate', () => {
  fc.assert(
    fc.property(receivers, fc.array(step, { maxLength: 80, size: 'max' }), (to, steps) => {
      const world = new World(modelWith({ ...to, rate: null }))
      live(
        world,
        steps.filter(({ kind }) => kind !== 'jump'),
      )
      const longest = Math.max(to.groupWait, to.digest?.within ?? 0)
      for (const entry of world.entries)
        if (entry.kind === 'batch') {
          const message = world.handed.find(({ message: { id } }) => id === entry.delivery)?.message
          for (const { at } of message?.members ?? []) assert.ok(entry.at - at <= longest)
        }
    }),
  )
})

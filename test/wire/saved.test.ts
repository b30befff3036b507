import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { untestedPool } from '../../src/engine/pool/fresh.ts'
import { emptyPatch } from '../../src/model/commit.ts'
import { type Id, id } from '../../src/model/names.ts'
import type { Delivery, Patch, PoolState } from '../../src/model/state.ts'
import { addPatch, foldOf, savedOf } from '../../src/wire/history/saved.ts'

const pool = fc.record({ name: fc.constantFrom('a', 'b', 'c'), cause: fc.integer().map((n): Id => id(`${n}`)) })
const pools = fc
  .array(pool, { maxLength: 3 })
  .map((all) =>
    all.map(({ name, cause }): PoolState => ({ ...untestedPool({ name, reals: [] }), standing: 'serving', cause })),
  )
const owned = fc.option(fc.dictionary(fc.constantFrom('s', 't'), fc.array(fc.constantFrom('d', 'e'))))
const patches = fc.array(
  fc.record({ pools, owned }).map(({ pools, owned }): Patch => ({ ...emptyPatch, pools, owned })),
  { maxLength: 12 },
)

function fold(all: readonly Patch[], start = foldOf(null)) {
  for (const patch of all) addPatch(start, patch)
  return savedOf(start)
}

test('a snapshot and the patches after it amount to all the patches', () => {
  fc.assert(
    fc.property(patches, fc.nat(12), (all, cut) => {
      assert.deepEqual(fold(all.slice(cut), foldOf(fold(all.slice(0, cut)))), fold(all))
    }),
  )
})

test('patches that were in the snapshot already change nothing in the end', () => {
  fc.assert(
    fc.property(patches, fc.nat(12), (all, cut) => {
      assert.deepEqual(fold(all.slice(cut), foldOf(fold(all))), fold(all))
    }),
  )
})

test('each pool is there once, as the last patch with it has it', () => {
  fc.assert(
    fc.property(patches, (all) => {
      const last = new Map(all.flatMap((patch) => patch.pools).map((one) => [one.name, one]))
      assert.deepEqual(new Map(fold(all).pools.map((one) => [one.name, one])), last)
    }),
  )
})

test('a delivery stays in the outbox from its beginning to its end', () => {
  const delivery = { id: id('d1'), attempts: 0 } as Delivery
  const begun: Patch = { ...emptyPatch, deliveries: [delivery] }
  const tried: Patch = { ...emptyPatch, deliveries: [{ ...delivery, attempts: 1 }] }
  const over: Patch = { ...emptyPatch, delivered: [delivery.id] }
  assert.deepEqual(
    fold([begun, tried]).outbox.map((one) => one.attempts),
    [1],
  )
  assert.deepEqual(fold([begun, tried, over]).outbox, [])
})

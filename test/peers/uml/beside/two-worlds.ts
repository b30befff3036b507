/** The two guests of an act, booted at the same time, and what must hold of each of them. */
import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { bootGuest } from '../boot.ts'
import { expectStates, expectTold, type Lived, lived } from './compare.ts'
import { besideGuest } from './guest.ts'
import type { PeerName } from './peers.ts'
import type { Placed, World } from './scenario.ts'
import type { Act } from './scenarios.ts'

export interface TwoWorlds {
  readonly both: readonly World[]
  /** What one of them lived through; only inside a test. */
  the(world: World): Lived
}

/** Within a `describe`. */
export function twoWorlds(act: Act, peer: PeerName): TwoWorlds {
  const both: readonly World[] = [peer, 'upalert']
  const worlds = new Map<World, Lived>()
  before(async () => {
    const run = async (world: World) => worlds.set(world, lived(world, await bootGuest(besideGuest(world, act))))
    await Promise.all(both.map(run))
  })
  return {
    both,
    the(world) {
      const found = worlds.get(world)
      assert(found !== undefined, `the guest of ${world} came to nothing`)
      return found
    },
  }
}

/** `besides`: further tests of each world. */
export function testEach(
  { both, the }: TwoWorlds,
  scenarios: readonly Placed[],
  besides: (world: World) => void,
): void {
  for (const world of both) {
    const other = both.find((one) => one !== world)
    describe(world, () => {
      test('each moment comes to its end', () => {
        for (const { moment, missing } of the(world).story.moments) assert.deepEqual(missing, [], moment)
      })
      for (const scenario of scenarios) {
        test(scenario.name, () => {
          expectStates(scenario, the(world), other === undefined ? undefined : the(other))
          expectTold(scenario, the(world))
        })
      }
      test('no change of the table is missing in the record', () => assert.equal(the(world).missed, 0))
      besides(world)
    })
  }
}

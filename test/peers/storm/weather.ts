/** What goes up and down around the daemon while it is killed: the relay's moods, and PostgreSQL. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { StormDatabase } from './database.ts'
import type { Mood, StormRelay } from './relay.ts'

/** How long fair weather lasts, and foul, in milliseconds. */
const FAIR = [1_500, 4_000] as const
const FOUL = [300, 2_000] as const

const foul: readonly [Mood, ...Mood[]] = ['refusing', 'deaf', 'busy', 'cutting', 'swallowing']

export interface Weather {
  /** How often each came. */
  readonly counts: Readonly<Record<string, number>>
  /** All is well again, and stays so. */
  clear(): Promise<void>
}

/** `relayFoul`: whether the relay may still get into a mood. */
export function weatherOf(
  relay: StormRelay,
  database: StormDatabase,
  chances: { readonly relay: Chance; readonly database: Chance },
  relayFoul: () => boolean,
): Weather {
  const counts: Record<string, number> = {}
  const count = (what: string): void => {
    counts[what] = (counts[what] ?? 0) + 1
  }
  const over = new AbortController()
  const wait = (length: number): Promise<void> =>
    pause(length, undefined, { signal: over.signal }).catch(() => undefined)

  async function moods(chance: Chance): Promise<void> {
    while (!over.signal.aborted) {
      await wait(chance.between(...FAIR))
      if (over.signal.aborted || !relayFoul()) continue
      const mood = chance.pick(foul)
      count(mood)
      await relay.turn(mood)
      await wait(chance.between(...FOUL))
      await relay.turn('well')
    }
  }

  async function outages(chance: Chance): Promise<void> {
    database.cuts = true
    while (!over.signal.aborted) {
      await wait(chance.between(...FAIR))
      if (over.signal.aborted) break
      if (chance.happens(0.5)) {
        count('PostgreSQL killed')
        await database.crash()
      } else {
        count('PostgreSQL stopped')
        await database.stop()
      }
      await wait(chance.between(...FOUL))
      await database.start()
    }
    database.cuts = false
  }

  const both = Promise.all([moods(chances.relay), outages(chances.database)])
  return {
    counts,
    async clear() {
      over.abort()
      await both
      await relay.turn('well')
      await database.start()
    },
  }
}

/** What a virtual_server hands down to its servers and they to their checkers: the nearest word counts. */
import type { Initial } from '../../../model/model.ts'
import type { Milliseconds } from '../../../model/units.ts'
import type { RealServer, VirtualServer } from '../file.ts'
import type { Setting } from '../settings.ts'

/** The words of a block that those within it take over. */
export interface Level {
  readonly connect_timeout?: Setting<Milliseconds>
  readonly retry?: Setting<number>
  readonly delay_before_retry?: Setting<Milliseconds>
  readonly warmup?: Setting<Milliseconds>
  readonly delay_loop?: Setting<Milliseconds>
  readonly rise?: Setting<number>
  readonly fall?: Setting<number>
  readonly virtualhost?: Setting<string>
  readonly alpha?: Setting<boolean>
  readonly initial?: Setting<Initial>
}

/** Nearest first. */
export type Levels = readonly Level[]

export const levelsOf = (real: RealServer, virtual: VirtualServer): Levels => [real.settings, virtual.settings]

export function nearest<Key extends keyof Level>(levels: Levels, word: Key): Level[Key] | undefined {
  for (const level of levels) if (level[word] !== undefined) return level[word]
  return undefined
}

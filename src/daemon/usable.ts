/** Whether a configuration can be run, and counts in words: what start and reload both say. */
import type { Configuration } from './configuration.ts'
import type { Usable } from './running.ts'

export const isUsable = (configuration: Configuration): configuration is Usable =>
  configuration.model !== null && configuration.directories !== null

/** `1 service`, `3 services`. */
export const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

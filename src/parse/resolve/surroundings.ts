/**
 * What daemon/configuration.ts finds out beforehand and hands over, so that the meaning of a file can be worked out
 * without a door.
 */
import type { OptionShape } from '../../model/module.ts'
import type { GlobalWord } from '../mon/words.ts'

export interface NamedShape extends OptionShape {
  readonly name: string
  /** See Monitor. */
  readonly reachesHosts?: boolean
  /** See Alert. */
  receiver?(options: unknown): string
  combines?(options: unknown): boolean
  readonly keepAlive?: true
}

/** Settings by their names in mon.cf, each as it would be written there: `{ randstart: '60s', pidfile: '' }`. */
export type GivenSettings = { readonly [word in GlobalWord]?: string }

export interface Given {
  /** They win over the file: the words of the command line. */
  readonly options?: GivenSettings
  /** They count where the file is silent, before the defaults of defaults.ts. */
  readonly fallbacks?: GivenSettings
}

export interface Surroundings extends Given {
  /** Built-in and plugged-in modules by name. */
  readonly monitors: ReadonlyMap<string, NamedShape>
  readonly alerts: ReadonlyMap<string, NamedShape>
  /** Executables along mondir and alertdir, name -> absolute path; and absolute paths in the file that are executables. */
  readonly programs: {
    readonly monitors: ReadonlyMap<string, string>
    readonly alerts: ReadonlyMap<string, string>
  }
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of this machine, for the sender of mail. */
  readonly hostname: string
  /** Of this machine: a name of the IANA time zone database. Without it, UTC. */
  readonly timeZone?: string
  /** What is wrong with an alert's options that no schema can say (Alert.faults): sentences without their full stops. */
  readonly alertFaults?: (module: string, options: unknown) => readonly string[]
}

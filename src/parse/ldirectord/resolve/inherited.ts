/** What a service says itself, and else the file: every setting that may stand in both. Source: ldirectord(8). */
import { type Milliseconds, seconds } from '../../../model/units.ts'
import type { LdirectordFile, VirtualService } from '../file.ts'
import type { CommonSettings } from '../tables.ts'

/** ldirectord(8). `quiescent` is no in the program, whatever its manual says. */
const DEFAULTS = {
  checkinterval: 10,
  checktimeout: 5,
  negotiatetimeout: 30,
  checkcount: 1,
  failurecount: 1,
  emailalertfreq: 0,
  quiescent: false,
  cleanstop: true,
} as const

type Levels = readonly [own: CommonSettings, all: CommonSettings]

export const levelsOf = ({ settings }: VirtualService, { globals }: LdirectordFile): Levels => [settings, globals]

export function nearest<K extends keyof CommonSettings>([own, all]: Levels, name: K): CommonSettings[K] | undefined {
  return own[name] ?? all[name]
}

type Number = 'checkcount' | 'failurecount' | 'emailalertfreq'
export const numberOf = (levels: Levels, name: Number): number => nearest(levels, name)?.value ?? DEFAULTS[name]

export const flagOf = (levels: Levels, name: 'quiescent' | 'cleanstop'): boolean =>
  nearest(levels, name)?.value ?? DEFAULTS[name]

/** Each of the two stands in for the other: the service's own, its other, the file's own, its other, the default. */
export function timeoutOf([own, all]: Levels, name: 'checktimeout' | 'negotiatetimeout'): Milliseconds {
  const other = name === 'checktimeout' ? 'negotiatetimeout' : 'checktimeout'
  return seconds((own[name] ?? own[other] ?? all[name] ?? all[other])?.value ?? DEFAULTS[name])
}

/** A service's own counts only where each service has a process. */
export function intervalOf({ settings }: VirtualService, { globals }: LdirectordFile): Milliseconds {
  const own = globals.fork?.value === true ? settings.checkinterval : undefined
  return seconds((own ?? globals.checkinterval)?.value ?? DEFAULTS.checkinterval)
}

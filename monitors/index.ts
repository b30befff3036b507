/** The table: name in mon.cf -> Monitor. The one file that sees them all. */
import type { Monitor } from '../src/model/monitor.ts'
import { fping } from './fping.ts'
import { http } from './http.ts'
import { ping } from './ping.ts'
import { script } from './script.ts'
import { ssl } from './ssl.ts'
import { tcp } from './tcp.ts'

export const monitors: ReadonlyMap<string, Monitor> = new Map(
  [tcp, http, ssl, ping, fping, script].map((monitor): [string, Monitor] => [monitor.name, monitor]),
)

/** Whether a monitor, built in or plugged in, counts towards `maxprocs`. */
export const runsPrograms = (monitor: Monitor | undefined): boolean => monitor?.startsPrograms === true

/** The same by name, for the built-in ones. */
export const startsProgram = (name: string): boolean => runsPrograms(monitors.get(name))

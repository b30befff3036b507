/** What the world outside tells the running daemon: signals, and a clock that was set. */
import { clock } from '../edge/clock.ts'
import { atStopText } from '../engine/at-stop.ts'
import { smallestClockStep } from '../engine/limits.ts'
import { milliseconds } from '../model/units.ts'
import type { Running } from './running.ts'

/** A step of the wall clock becomes an event; sleep does not, since time really passed then. */
export function clockWatch({ loop }: Running): () => void {
  let before = clock.ahead()
  return () => {
    const now = clock.ahead()
    const step = now - before
    before = now
    if (Math.abs(step) >= smallestClockStep) loop.post({ kind: 'clock-stepped', by: milliseconds(step) })
  }
}

/** SIGUSR1 would open Node's debugger to everybody on this machine (Node, "Signal events"); a daemon has no use for it. */
export function ignoreDebugger(): void {
  process.on('SIGUSR1', () => {})
}

/** A log on a full disk, or a reader that has gone away, ends a command but no daemon: what it says is in the journal too. */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error')
    stream.on('error', () => {})
  }
}

/** SIGHUP reloads. One that comes during the start would end the process, so it is heeded from the beginning on. */
export function heedHangup(): { reloadBy(act: () => void): void } {
  let missed = false
  let heed = (): void => {
    missed = true
  }
  process.on('SIGHUP', () => heed())
  return {
    reloadBy(act) {
      heed = act
      if (missed) act()
    },
  }
}

/** SIGTERM and SIGINT end it, a second one at once; so does a client of mon's protocol. */
export function toldToStop(running: Running): { readonly told: Promise<void>; tell(by: string): void } {
  let told = (): void => {}
  const promise = new Promise<void>((resolve) => {
    told = resolve
  })
  let begun = false
  const tell = (by: string): void => {
    if (begun) return
    begun = true
    running.loop.post({ kind: 'stopping', text: `upalert stops (${by}); ${atStopText(running.loop.state().model)}` })
    told()
  }
  const end = (signal: NodeJS.Signals): void => {
    if (begun) process.exit(130)
    running.mon?.terminated()
    tell(signal)
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  return { told: promise, tell }
}

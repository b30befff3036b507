/** When the daemon is killed: at moments where a program that forgets something would show it, and at any other. */
import { type FSWatcher, watch } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { DaemonProcess } from '../../daemon/daemon-process.ts'
import type { Chance } from './chance.ts'
import type { StormDatabase } from './database.ts'
import type { Step, StormRelay } from './relay.ts'

/**
 * `start`: while it starts. `time`: later. `data`, `taken`, `answered`: see Step. `journal`: the journal's files change.
 * `history`: PostgreSQL answers. `said`: it has said something, which may not be on disk yet.
 */
export type Moment = 'start' | 'time' | Step | 'journal' | 'history' | 'said'

const moments: readonly [Moment, ...Moment[]] = [
  'time',
  'start',
  'data',
  'taken',
  'answered',
  'journal',
  'history',
  'said',
]

/** In milliseconds. What does not come by then is not waited for: in bad weather no mail may be taken at all. */
const LONGEST_WAIT = 1_500
const START = 1_500

export interface Scene {
  readonly daemon: DaemonProcess
  readonly relay: StormRelay
  readonly database: StormDatabase
  readonly chance: Chance
}

/** Starts the daemon, and kills it at a moment of chance. Answers which it was. */
export async function startAndKill(scene: Scene): Promise<Moment> {
  const { daemon, chance } = scene
  const moment = chance.pick(moments)
  const from = daemon.output.length
  daemon.start()
  if (moment === 'start') {
    await pause(chance.between(0, START))
    await daemon.kill('SIGKILL')
    return moment
  }
  await daemon.said(/ask it with/, from)
  const kill = (): void => daemon.signal('SIGKILL')
  const forget = arm(moment, scene, chance.between(1, 12), kill)
  // So that the moments are not all in the first instants of a run.
  await Promise.race([daemon.exit(), pause(moment === 'time' ? chance.between(0, LONGEST_WAIT) : LONGEST_WAIT)])
  forget()
  await daemon.kill('SIGKILL')
  return moment
}

/** Calls `kill` when the moment comes for the nth time; answers how to have done with it. */
function arm(moment: Moment, { daemon, relay, database }: Scene, nth: number, kill: () => void): () => void {
  let left = nth
  const once = (): void => {
    left -= 1
    if (left === 0) kill()
  }
  if (moment === 'data' || moment === 'taken' || moment === 'answered') {
    relay.heed = (step) => {
      if (step === moment) once()
      // A process that is killed while it waits for the answer never has it.
      return step === 'taken' && moment === 'taken' && left === 0 ? daemon.exit().then(() => {}) : undefined
    }
    return () => {
      relay.heed = () => {}
    }
  }
  if (moment === 'history') {
    database.heed = once
    return () => {
      database.heed = () => {}
    }
  }
  if (moment === 'journal') {
    const watcher: FSWatcher = watch(join(daemon.directory, 'var', 'journal'), once)
    return () => watcher.close()
  }
  if (moment === 'said') {
    const length = daemon.output.length
    const timer = setInterval(() => {
      if (daemon.output.length > length + nth * 100) kill()
    }, 1)
    return () => clearInterval(timer)
  }
  return () => {}
}

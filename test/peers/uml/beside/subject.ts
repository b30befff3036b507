/** Inside the guest: the program under test on the director, upalert or whom it stands beside. */
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { DIRECTOR } from '../farm.ts'
import { scratch } from '../guest.ts'
import type { Peer } from './peers.ts'
import type { World } from './scenario.ts'

/** Where the guest's own files of this story are; configurations name it. */
export const DIRECTORY = '/run/beside'
export interface Subject {
  reload(): void
  stop(): void
  /** The exit status, or the signal that ended it; `null` as long as it runs. */
  ended(): number | string | null
}

export const configurationOf = ({ file }: Peer): string => join(DIRECTORY, file)

export const monCf = (peer: Peer): string => `statedir = ${DIRECTORY}/state
database = none
director = ${configurationOf(peer)}
`

export function startSubject(world: World, peer: Peer): Subject {
  const words = world !== 'upalert' ? peer.command : ['guest', 'upalert', 'run', '-c', `${DIRECTORY}/mon.cf`]
  const log = openSync(join(scratch, `${world}.log`), 'a')
  const child: ChildProcess = spawn('ip', ['netns', 'exec', DIRECTOR, ...words], { stdio: ['ignore', log, log] })
  let ended: number | string | null = null
  child.once('error', (error) => {
    ended = error.message
  })
  child.once('exit', (status, signal) => {
    ended = status ?? signal
  })
  return {
    reload: () => void (peer.hangup && child.kill('SIGHUP')),
    stop: () => void child.kill('SIGTERM'),
    ended: () => ended,
  }
}

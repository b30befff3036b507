/** Inside the guest: the program under test on the director, keepalived or upalert. */
import { type ChildProcess, spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { DIRECTOR } from '../farm.ts'
import { scratch } from '../guest.ts'
import type { World } from './scenario.ts'

/** Where the guest's own files of this story are; configurations name it. */
export const DIRECTORY = '/run/beside'
export const CONFIGURATION = join(DIRECTORY, 'keepalived.conf')

export interface Subject {
  reload(): void
  stop(): void
  /** The exit status, or the signal that ended it; `null` as long as it runs. */
  ended(): number | string | null
}

/** Checkers only, in the foreground, everything said goes to a log. */
const KEEPALIVED = ['keepalived', '-n', '-C', '-l', '-D', '-f', CONFIGURATION, '-p', `${DIRECTORY}/keepalived.pid`]
KEEPALIVED.push('-c', `${DIRECTORY}/checkers.pid`)

/** The last brace of the first virtual server is forgotten. */
export function withoutBrace(text: string): string {
  const end = text.indexOf('\n}\n', text.indexOf('virtual_server'))
  return `${text.slice(0, end)}\n${text.slice(end + 3)}`
}

export const MON_CF = `statedir = ${DIRECTORY}/state
database = none
keepalived = ${CONFIGURATION}
`

export function startSubject(world: World): Subject {
  const words = world === 'keepalived' ? KEEPALIVED : ['guest', 'upalert', 'run', '-c', `${DIRECTORY}/mon.cf`]
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
    reload: () => void child.kill('SIGHUP'),
    stop: () => void child.kill('SIGTERM'),
    ended: () => ended,
  }
}

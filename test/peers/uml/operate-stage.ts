/** Inside the guest: what all chapters of the operators' story share: the farm's servers, the mailbox, and the daemon. */
import { mkdirSync, rmSync } from 'node:fs'
import { type Daemon, onDirector, reals, STATEDIR, startDaemon, until, writeConfiguration } from './director.ts'
import { real } from './farm.ts'
import { configuration, MAILBOX, MAINTENANCE, type Name, serviceOf } from './operate.config.ts'
import { openMailbox, webServer } from './servers.ts'

export const FILE = 'mon.cf'

export const servers = [1, 2, 3].map((number) => webServer(real(number).name, 80))
export const mailbox = await openMailbox(MAILBOX.address, MAILBOX.port)
export const driftMails = (): number => mailbox.subjects.filter((subject) => subject.includes('drift')).length

mkdirSync(MAINTENANCE, { recursive: true })

let daemon: Daemon | null = null

/** The daemon that runs now. */
export function running(): Daemon {
  if (daemon === null) throw new Error('no daemon runs')
  return daemon
}

export async function start(): Promise<Daemon> {
  daemon = await startDaemon(FILE)
  return daemon
}

export async function stop(): Promise<void> {
  running().send('SIGTERM')
  const status = await running().ended
  if (status !== 0) throw new Error(`the daemon ended with ${status}`)
}

/** Begins anew: no daemon, no memory, an empty table. */
export async function begin(changes: Parameters<typeof configuration>[0] = {}): Promise<Daemon> {
  if (daemon !== null) {
    daemon.send('SIGKILL')
    await daemon.ended
  }
  rmSync(STATEDIR, { recursive: true, force: true })
  await onDirector('ipvsadm', '-C')
  writeConfiguration(FILE, configuration(changes))
  return start()
}

/** The entries of a virtual server as `2=1 3=0`: the last number of the address, and the weight. */
export async function weights(name: Name): Promise<string> {
  const lines = await reals(serviceOf(name))
  return lines.map((line) => line.replace(/^10\.1\.1\.(\d+):\d+ .*-w (\d+).*$/, '$1=$2')).join(' ')
}

export const untilWeights = (name: Name, wanted: string): Promise<true> => {
  let seen = ''
  return until(`${name} is ${wanted}`, async () => {
    seen = await weights(name)
    return seen === wanted
  }).catch((error: unknown) => {
    throw new Error(`${String(error)}; it is ${seen}`)
  })
}

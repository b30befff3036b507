/** What the servers of mon's protocol may ask of the running daemon: MonDaemon, over the loop and mon's files. */
import { open, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { resolve } from 'node:path'
import type { Authenticator } from '../../edge/auth/authenticator.ts'
import { comparePassword } from '../../edge/auth/password.ts'
import { clock } from '../../edge/clock.ts'
import type { Syslog } from '../../edge/syslog.ts'
import type { Reset } from '../../model/event.ts'
import { seconds } from '../../model/units.ts'
import { formatProblems } from '../../parse/problem.ts'
import type { DowntimeLog, MonDaemon } from '../../server/mon/daemon.ts'
import type { Priority } from '../../wire/mon/syslog.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import { loadConfiguration } from '../configuration.ts'
import { reload } from '../reload.ts'
import type { Running } from '../running.ts'
import { isUsable } from '../usable.ts'
import type { AuthInForce } from './auth-file.ts'
import type { MonLogs } from './logs.ts'
import { readState, saveState } from './state-files.ts'

export interface ClientDoors {
  readonly running: Running
  readonly logs: MonLogs
  readonly auth: AuthInForce
  readonly login: Authenticator
  readonly syslog: Syslog | null
  /** Something to tell the operator. */
  trouble(text: string): void
  terminate(): void
}

/** The newest part of a downtime log that a client is sent. */
const DOWNTIME_SENT = 1024 * 1024

export function monDaemon({ running, logs, auth, login, syslog, trouble, terminate }: ClientDoors): MonDaemon {
  const { loop, checks } = running
  const statedir = (): string => running.configuration.directories.statedir

  async function reset(how: Reset): Promise<boolean> {
    // As in mon, the scheduler stops even if the file turns out to be wrong.
    if (how.stopped) loop.post({ kind: 'command', who: '', command: { kind: 'stop' } })
    return (await reload(running, how)).done
  }

  async function loadState(words: readonly string[]): Promise<void> {
    const { loaded, files, complaints } = readState(words, statedir())
    for (const complaint of complaints) trouble(messages.stateUnreadable(complaint).text)
    if (loaded === null) return
    loop.post({ kind: 'state-loaded', loaded, text: `state was loaded from ${files.join(' and ')} in ${statedir()}` })
    for (const file of files) syslog?.log(messages.stateLoaded(file))
  }

  return {
    pid: process.pid,
    hostname: hostname(),
    now: clock.now,
    state: loop.state,
    post: loop.post,
    run(service) {
      const { timer, running: runs, pid } = checks.report(service)
      return { timer: timer === null ? null : seconds(timer), running: runs, pid }
    },
    alertHistory: logs.alertHistory,
    failureHistory: logs.failureHistory,
    histlength: logs.kept,
    setHistlength: logs.keep,
    downtimeLog: () => downtimeLog(running),
    reset,
    async reloadAuth() {
      const { problems, inForce, complaint } = await auth.read()
      if (problems.length > 0) process.stderr.write(`${formatProblems(problems)}\n`)
      if (!inForce) trouble('auth.cf cannot be used; what was in force before stays so')
      if (complaint !== '') trouble(complaint)
    },
    async saveState(words) {
      const complaints = saveState(loop.state(), words, statedir())
      for (const complaint of complaints) trouble(messages.stateUnwritable(complaint).text)
      return complaints.length === 0
    },
    loadState,
    async testConfiguration() {
      const fresh = await loadConfiguration(running.configuration.file, running.configuration.given)
      return isUsable(fresh) ? null : formatProblems(fresh.problems.filter(({ severity }) => severity === 'error'))
    },
    terminate() {
      syslog?.log(messages.terminatedByCommand())
      terminate()
    },
    authFile: auth.file,
    login,
    trapAddresses: auth.trapAddresses,
    // In a lane of its own, so that forged traps do not hold logins up.
    comparePassword: (password, hash) => comparePassword(password, hash, 'trap'),
    log(priority, text) {
      if (syslog !== null) syslog.log({ priority, text })
      else if (LOUD.has(priority)) process.stderr.write(`${text.replace(/\p{Cc}/gu, '?')}\n`)
    },
  }
}

/** Without syslog the operator still hears of these. */
const LOUD: ReadonlySet<Priority> = new Set(['emerg', 'alert', 'crit', 'err', 'warning'])

async function downtimeLog({ configuration: { model, directories } }: Running): Promise<DowntimeLog> {
  const { dtlogging, dtlogfile } = model.settings.logs
  if (!dtlogging) return { kind: 'off' }
  const path = resolve(directories.logdir, dtlogfile)
  try {
    const { size } = await stat(path)
    const from = Math.max(0, size - DOWNTIME_SENT)
    const file = await open(path, 'r')
    try {
      const bytes = Buffer.alloc(size - from)
      const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
      const text = bytes.subarray(0, bytesRead).toString('utf8')
      return { kind: 'text', text: from === 0 ? text : text.slice(text.indexOf('\n') + 1) }
    } finally {
      await file.close()
    }
  } catch {
    return { kind: 'unreadable' }
  }
}

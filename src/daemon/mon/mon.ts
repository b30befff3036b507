/**
 * All that the daemon does as a mon: clients and traps over the network, syslog, histories, state files, monremote.
 * `upalert mon` has all of it; under `upalert run` a written `authfile` opens the ports, and a written `syslog_facility`
 * the way to syslog.
 */
import { resolve } from 'node:path'
import { authenticator } from '../../edge/auth/authenticator.ts'
import { clock } from '../../edge/clock.ts'
import { openSyslog, type Syslog } from '../../edge/syslog.ts'
import type { Note } from '../../model/effect.ts'
import type { Entry } from '../../model/entry.ts'
import { formatProblems } from '../../parse/problem.ts'
import { listenForMon, type MonServers } from '../../server/mon/servers.ts'
import { facilityNamed } from '../../wire/mon/syslog.ts'
import { messages, type SuppressReason } from '../../wire/mon/syslog-messages.ts'
import type { MonDoors, Running } from '../running.ts'
import { type AuthInForce, authInForce } from './auth-file.ts'
import { monDaemon } from './clients.ts'
import { createMonLogs, type MonLogs } from './logs.ts'
import { createMonRemote } from './monremote.ts'
import { saveState } from './state-files.ts'

export interface Mon extends MonDoors {
  /** Saves mon's state files, and closes what is open. */
  close(): Promise<void>
  readonly syslog: Syslog | null
}

export type OpenedMon =
  | { readonly kind: 'open'; readonly mon: Mon }
  /** `text` is a sentence for the operator. */
  | { readonly kind: 'failed'; readonly text: string }

export interface MonSituation {
  /** `upalert mon`: everything as in mon, written or not. */
  readonly standard: boolean
  /** The daemon is told to end by a client. */
  terminate(): void
}

export async function openMon(running: Running, { standard, terminate }: MonSituation): Promise<OpenedMon> {
  const { settings } = running.configuration.model
  const { clients, logs: logSettings } = settings
  const syslog = syslogFor(logSettings.syslogFacility, standard)
  const trouble = (text: string): void => void running.loop.post({ kind: 'notice', what: 'trouble', text })
  const logs = createMonLogs({ syslog, now: clock.wall, trouble })
  logs.begin(logSettings, running.configuration.directories.logdir)
  const remote = createMonRemote(() => running.configuration.model.settings.clients.monremote, trouble)
  let servers: MonServers | null = null
  let auth: AuthInForce | null = null
  if (standard || clients.authfile.written) {
    const { cfbasedir } = running.configuration.directories
    auth = authInForce(resolve(cfbasedir, clients.authfile.path))
    const read = await auth.read()
    if (read.problems.length > 0) process.stderr.write(`${formatProblems(read.problems)}\n`)
    if (!read.inForce)
      return { kind: 'failed', text: `nobody could be let in without ${clients.authfile.path}, or with its mistakes` }
    const login = authenticator({
      types: clients.authtypes,
      userfile: resolve(cfbasedir, clients.userfile.path),
      pamservice: clients.pamservice,
    })
    const daemon = monDaemon({ running, logs, auth, login, syslog, trouble, terminate })
    const listening = await listenForMon(clients, daemon)
    if (listening.kind === 'failed') {
      syslog?.log({ priority: 'err', text: `fatal, ${listening.text}` })
      return { kind: 'failed', text: listening.text }
    }
    servers = listening.servers
  }
  return { kind: 'open', mon: monDoors({ running, logs, remote, servers, syslog, standard, trouble }) }
}

function syslogFor(facility: string, standard: boolean): Syslog | null {
  if (facility === '' && !standard) return null
  const named = facilityNamed(facility === '' ? 'daemon' : facility) ?? 'daemon'
  return openSyslog({ facility: named, ident: 'mon', pid: process.pid, now: () => new Date() })
}

interface Parts {
  readonly running: Running
  readonly logs: MonLogs
  readonly remote: ReturnType<typeof createMonRemote>
  readonly servers: MonServers | null
  readonly syslog: Syslog | null
  readonly standard: boolean
  trouble(text: string): void
}

function monDoors({ running, logs, remote, servers, syslog, standard, trouble }: Parts): Mon {
  /** mon's files are kept where mon's words are in use. */
  const keepsFiles = standard || servers !== null

  function save(words: readonly string[]): void {
    if (!keepsFiles) return
    for (const complaint of saveState(running.loop.state(), words, running.configuration.directories.statedir)) {
      syslog?.log(messages.stateUnwritable(complaint))
      trouble(complaint)
    }
  }

  function note(of: Note): void {
    logs.note(of)
    if (of.kind !== 'control') return
    remote.tell(of.command)
    // After the event, whose state is not in place yet.
    setImmediate(() => save(['disabled']))
  }

  return {
    syslog,
    note,
    show(entry) {
      if (syslog !== null) suppressed(entry, syslog)
    },
    terminated() {
      syslog?.log(messages.terminated())
    },
    reloaded(reset) {
      const { model, directories } = running.configuration
      if (reset?.keepstate === true) save(['all'])
      logs.begin(model.settings.logs, directories.logdir)
    },
    async close() {
      save(['all'])
      await servers?.close()
      await remote.close()
      await logs.settled()
      syslog?.close()
    },
  }
}

/** Why nothing was sent, in mon's words; once for each reason, where mon says it at each failure. */
function suppressed(entry: Entry, syslog: Syslog): void {
  if (entry.kind !== 'quiet') return
  const [group = '', service = ''] = entry.service.split('/')
  const word = suppressions[entry.reason]
  if (word !== undefined) syslog.log(messages.suppressed({ group, service, label: entry.period }, word))
  else if (entry.reason === 'acknowledged') syslog.log(messages.acknowledged({ group, service }))
  else if (entry.reason === 'stopped') syslog.log(messages.stopped({ group, service }))
  else if (entry.reason === 'disabled' || entry.reason === 'watch-disabled')
    syslog.log(messages.disabled({ group, service }))
}

const suppressions: Readonly<Partial<Record<string, SuppressReason>>> = {
  'numalerts-reached': 'numalerts',
  alertevery: 'alertevery',
  'alertafter-count': 'consecutive',
  'alertafter-time': 'numval',
  'alertafter-window': 'numTimeval',
}

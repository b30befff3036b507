/**
 * All that the daemon does as a mon: clients and traps over the network, syslog, histories, state files, monremote.
 * `upalert mon` has all of it; under `upalert run` a written `authfile` opens the ports, and a written `syslog_facility`
 * the way to syslog.
 */
import { type Authenticator, authenticator } from '../../edge/auth/authenticator.ts'
import { clock } from '../../edge/clock.ts'
import { openSyslog, type Syslog } from '../../edge/syslog.ts'
import type { ClientSettings } from '../../model/client-settings.ts'
import type { Note } from '../../model/effect.ts'
import { formatProblems } from '../../parse/problem.ts'
import { listenForMon, type MonServers, type MonServing } from '../../server/mon/servers.ts'
import { facilityNamed } from '../../wire/mon/syslog.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import type { MonDoors, Running } from '../running.ts'
import { loginProblems } from './auth-check.ts'
import { authInForce } from './auth-file.ts'
import { type ClientDoors, monDaemon } from './clients.ts'
import { createMonLogs, type MonLogs } from './logs.ts'
import { createMonRemote } from './monremote.ts'
import { saveState } from './state-files.ts'
import { toSyslog } from './syslog-lines.ts'

export interface Mon extends MonDoors {
  /** Saves mon's state files, and closes what is open. */
  close(): Promise<void>
}

export type OpenedMon =
  | { readonly kind: 'open'; readonly mon: Mon }
  /** `text` is a sentence for the operator. */
  | { readonly kind: 'failed'; readonly text: string }

export interface MonSituation {
  /** `upalert mon`: everything as in mon, written or not. */
  readonly standard: boolean
  /** It has left the terminal. */
  readonly background: boolean
  /** The daemon is told to end by a client. */
  terminate(): void
}

export async function openMon(running: Running, { standard, background, terminate }: MonSituation): Promise<OpenedMon> {
  const { settings } = running.configuration.model
  const syslog = syslogFor(settings.logs.syslogFacility, standard)
  const trouble = (text: string): void => void running.loop.post({ kind: 'notice', what: 'trouble', text })
  if (background) syslog?.log(messages.daemonized())
  const logs = createMonLogs({ syslog, now: clock.wall, trouble })
  let servers: MonServers | null = null
  if (standard || settings.clients.authfile.written) {
    const opened = await openServers({ running, logs, syslog, trouble, terminate })
    if (opened.kind === 'failed') {
      syslog?.log(opened.message)
      syslog?.close()
      return opened
    }
    servers = opened.servers
  }
  logs.begin(settings.logs, running.configuration.directories.logdir)
  const remote = createMonRemote(() => running.configuration.model.settings.clients.monremote, trouble)
  return { kind: 'open', mon: monDoors({ running, logs, remote, servers, syslog, standard, trouble }) }
}

async function openServers(doors: Omit<ClientDoors, 'auth' | 'login'>): Promise<MonServing> {
  const { running } = doors
  const clients = (): ClientSettings => running.configuration.model.settings.clients
  const auth = authInForce(() => clients().authfile.path, { tell: doors.trouble })
  const { problems, inForce, complaint } = await auth.read()
  const all = [...problems, ...(await loginProblems(running.configuration.file, clients()))]
  if (all.length > 0) process.stderr.write(`${formatProblems(all)}\n`)
  if (!inForce) {
    const text = `nobody could be let in without ${clients().authfile.path}, or with its mistakes`
    return { kind: 'failed', text, message: { priority: 'err', text: `fatal, ${text}` } }
  }
  if (complaint !== '') {
    doors.trouble(complaint)
    // What the loop is told reaches syslog only once all is open.
    doors.syslog?.log({ priority: 'err', text: complaint })
  }
  const serving = await listenForMon(clients(), monDaemon({ ...doors, auth, login: loginBy(clients) }))
  if (serving.kind === 'failed') {
    auth.close()
    return serving
  }
  const close = async (): Promise<void> => {
    auth.close()
    await serving.servers.close()
  }
  return { kind: 'listening', servers: { ...serving.servers, close } }
}

/** By the settings that are in force; a reset may bring others. */
function loginBy(clients: () => ClientSettings): Authenticator {
  let settings: ClientSettings | null = null
  let login: Authenticator
  return (user, password, from) => {
    if (settings !== clients()) {
      settings = clients()
      const { authtypes: types, userfile, pamservice } = settings
      login = authenticator({ types, userfile: userfile.path, pamservice })
    }
    return login(user, password, from)
  }
}

function syslogFor(facility: string, standard: boolean): Syslog | null {
  if (facility === '' && !standard) return null
  const named = facilityNamed(facility === '' ? 'daemon' : facility) ?? 'daemon'
  return openSyslog({ facility: named, ident: 'mon', pid: process.pid, now: clock.wall })
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
    const { statedir } = running.configuration.directories
    for (const complaint of saveState(running.loop.state(), words, statedir)) {
      trouble(messages.stateUnwritable(complaint).text)
    }
  }

  let saveIsPending = false

  /** One command may switch off a thousand hosts, and a note comes for each. */
  function saveSoon(): void {
    if (saveIsPending) return
    saveIsPending = true
    setImmediate(() => {
      saveIsPending = false
      save(['disabled'])
    })
  }

  function note(of: Note): void {
    logs.note(of)
    if (of.kind !== 'control') return
    remote.tell(of.command)
    if (of.command.startsWith('test ')) return
    saveSoon()
  }

  return {
    note,
    show: syslog === null ? () => {} : toSyslog(syslog, () => running.configuration),
    terminated() {
      syslog?.log(messages.terminated())
    },
    reloaded(reset) {
      const { model, directories } = running.configuration
      if (reset?.keepstate === true) save(['all'])
      logs.begin(model.settings.logs, directories.logdir)
    },
    async close() {
      await servers?.close()
      save(['all'])
      await remote.close()
      await logs.settled()
      syslog?.close()
    },
  }
}

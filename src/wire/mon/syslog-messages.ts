/**
 * What mon tells syslog, word for word, with the priority it says it with: log watchers know these lines. Percent signs,
 * which mon deletes, stay. Successes are not told, and neither are passwords, hashes, or a login's line. What mon says of
 * its own processes has nothing here that it could be said of; nor is the name of an unknown user told, which may be a
 * password in the wrong place.
 * Source: Debian's mon 1.3.6, each message as it appears in the log.
 */
import type { WallTime } from '../../model/units.ts'
import { encodeFailureHistory, type HistoryType } from './history.ts'
import type { Priority, SyslogMessage } from './syslog.ts'
import { TRAP_VERSION, type Trap } from './trap.ts'

interface Named {
  readonly group: string
  readonly service: string
}

interface FailureTold extends Named {
  readonly at: WallTime
  readonly summary: string
}

interface AlertTold extends Named {
  /** `testalert` for those of `test`. Redistributions are not told. */
  readonly type: HistoryType | 'testalert'
  /** The script's full path; the name is its last part. */
  readonly path: string
  /** As configured, not split. */
  readonly args: string
  readonly summary: string
}

interface PeriodNamed extends Named {
  readonly label: string
}

/** Why a period keeps quiet, in mon's words. */
const SUPPRESSED = {
  numalerts: 'Suppressing alert since numalerts is met.',
  alertevery: 'Suppressing alert for now due to alertevery.',
  consecutive: 'Suppressing alert for now due to alertafter consecutive failures.',
  numval: 'Suppressing alert for now due to alertafter numval.',
  numTimeval: 'Suppressing alert for now due to alertafter num timeval.',
  upWithoutDown: 'Suppressing upalert since no down alert was sent.',
  ackWithoutDown: 'Suppressing ackalert since no down alert was sent.',
} as const
export type SuppressReason = keyof typeof SUPPRESSED

const message =
  <Words extends readonly unknown[]>(priority: Priority, words: (...of: Words) => string) =>
  (...of: Words): SyslogMessage => ({ priority, text: words(...of) })

export const messages = {
  started: message('info', () => 'mon server started'),
  daemonized: message('info', () => 'running as daemon'),
  /** Also for SIGINT. */
  terminated: message('info', () => 'caught TERM signal, exiting'),
  terminatedByCommand: message('info', () => 'terminating by user command'),
  cannotBind: message('err', (port: number, why: string) => `fatal, could not bind TCP server port ${port}: ${why}`),
  cannotBindTraps: message('err', (why: string) => `fatal, could not bind UDP server port: ${why}`),

  /** Every failing event, before any decision. */
  failure: message('crit', (of: FailureTold) => `failure for ${encodeFailureHistory(of)}`),
  /** Every alert that is started. */
  calling: message('alert', ({ type, path, group, service, args, summary }: AlertTold) => {
    const script = path.slice(path.lastIndexOf('/') + 1)
    return `calling ${type} ${script} for ${group}/${service} (${path},${args}) ${summary}`
  }),
  suppressed: message('debug', ({ group, service, label }: PeriodNamed, why: SuppressReason) => {
    return `${group}/${service}/${label}: ${SUPPRESSED[why]}`
  }),
  acknowledged: message(
    'debug',
    ({ group, service }: Named) => `no alert for ${group}.${service} because of ack'd failure`,
  ),
  disabled: message('notice', ({ group, service }: Named) => `ignoring alert for ${group},${service}`),
  stopped: message('notice', ({ group, service }: Named) => {
    return `ignoring alert for ${group},${service} because the mon scheduler is stopped`
  }),

  noMonitor: message('err', (name: string) => `no monitor found while trying to run [${name}]`),
  noAlert: message('err', (name: string) => `no alert found while trying to run ${name}`),
  noHosts: message('err', ({ group, service }: Named) => {
    return `monitor for ${group}/${service} not called because of no host arguments`
  }),

  clientConnected: message('info', (address: string, port: number) => `client connection from ${address}:${port}`),
  clientUnwanted: message('notice', (address: string) => `closing unwanted client: ${address}`),
  /** Not for a login. */
  clientCommand: message('info', (line: string) => `client command "${line}"`),
  clientCommandFinished: message('info', (line: string) => `finished client command "${line}"`),
  /** mon has the number of a file handle for `client`. */
  clientIdle: message(
    'info',
    (client: string, seconds: number) => `closing client ${client}: timeout after ${seconds}s`,
  ),
  authenticated: message('info', (user: string) => `authenticated ${user}`),
  /** auth.cf denies it, and does not just leave it unsaid. */
  denied: message('err', (user: string, command: string) => `user '${user}' tried '${command}', denied`),
  notAuthenticated: message('err', (user: string, command: string) => {
    return `user '${user}' tried '${command}', not authenticated`
  }),
  namelessLogin: message('err', () => 'an undef username or password supplied'),
  badPassword: message('warning', (user: string) => `User '${user}' gave bad password`),

  trap: message('info', ({ typ, spc, grp, svc, sta }: Trap, address: string) => {
    return `trap ${typ} ${spc} from ${address} grp=${grp} svc=${svc}, sta=${sta ?? ''}`
  }),
  trapFromStranger: message('err', (address: string) => `received trap from unauthorized host: ${address}`),
  trapUserUnknown: message(
    'err',
    (user: string, host: string) => `received trap from unknown user ${user}, host ${host}`,
  ),
  trapBadPassword: message('err', (user: string, host: string) => {
    return `received trap with bad password from user ${user}, host ${host}`
  }),
  trapTooOld: message('err', () => `cannot handle traps from version less than ${TRAP_VERSION}`),
  trapWithoutSta: message('err', (address: string) => `no trap sta value specified from ${address}`),
  trapForUnknownGroup: message('err', (group: string) => `trap received for undefined group ${group}`),
  trapForUnknownService: message('err', ({ group, service }: Named) => {
    return `trap received for undefined service type ${group}/${service}`
  }),
  trapLine: message('err', (line: string) => `unspecified tag in trap: ${line}`),

  resetting: message('info', (file: string) => `resetting, and re-reading configuration ${file}`),
  configurationRefused: message('err', (why: string) => `error reading config file: ${why}`),
  stateLoaded: message('info', (word: string) => `state '${word}' loaded`),
  stateUnreadable: message('err', (why: string) => `could not read state file: ${why}`),
  stateUnwritable: message('err', (why: string) => `could not write to state file: ${why}`),
  cannotAppend: message('err', (file: string, why: string) => `could not append to ${file}: ${why}`),
}

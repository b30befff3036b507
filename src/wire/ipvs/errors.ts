/**
 * What the kernel's errors mean, command by command, as sentences that say what to do. The table in memory uses the same.
 * Source: net/netfilter/ipvs/ip_vs_ctl.c by its observed answers (Linux 6.1); capabilities(7) for EPERM.
 */
import type { TableCommand, TableError } from '../../model/table.ts'
import { endpointText, serviceText } from '../../model/table.ts'

/** Said wherever the right is missing, when the table is opened and later. */
export const NO_PERMISSION =
  'the kernel does not let this process change the virtual server table: it needs CAP_NET_ADMIN ' +
  '(run it as root, or with "AmbientCapabilities=CAP_NET_ADMIN" in its systemd unit)'

export const NO_IPVS = 'this kernel has no IPVS loaded: run "modprobe ip_vs" as root, then start again'

export function tableError(errno: string, command: TableCommand): TableError {
  return { kind: 'error', errno, text: errorText(errno, command) }
}

/** Refusals of what is not in the table itself: timeouts, sync daemons, counters. `object` names what was to be changed. */
export function controlError(errno: string, object: string): TableError {
  return { kind: 'error', errno, text: controlText(errno, object) }
}

function controlText(errno: string, object: string): string {
  switch (errno) {
    case 'EPERM':
    case 'EACCES':
      return NO_PERMISSION
    case 'EEXIST':
      return `${object} cannot be started: one runs already; stop it first`
    case 'ESRCH':
      return `${object} is not there`
    case 'ENODEV':
      return `${object} cannot be started: there is no such interface, or it is down`
    case 'EINVAL':
      return (
        `the kernel does not take ${object} as asked for: a sync daemon needs an interface with multicast and an address, ` +
        'and no virtual server with real servers of another address family'
      )
    default:
      return `the kernel refused the change of ${object}`
  }
}

function errorText(errno: string, command: TableCommand): string {
  const service = serviceText(command.service)
  switch (errno) {
    case 'EPERM':
    case 'EACCES':
      return NO_PERMISSION
    case 'EEXIST':
      return `${objectOf(command)} is already in the table`
    case 'ESRCH':
      return `the virtual server ${service} is not in the table`
    case 'ENOENT':
      return 'settings' in command && 'scheduler' in command.settings
        ? `the kernel knows no scheduler "${command.settings.scheduler}"${engineText(command.settings.engine)}: ` +
            `check the name, and that its module (ip_vs_${command.settings.scheduler}) is installed`
        : `${objectOf(command)} is not in the table`
    case 'ERANGE':
      return `${objectOf(command)} has a weight or threshold out of range: a weight is 0 to 2147483647, and the lower threshold is at most the upper`
    case 'EINVAL':
      return `the kernel does not take ${objectOf(command)} as it is: ${invalidText(command)}`
    case 'EAFNOSUPPORT':
      return `this kernel has no support for the address family of ${service}`
    case 'ENOMEM':
      return `the kernel has no memory left for ${objectOf(command)}`
    case 'ENOBUFS':
    case 'EAGAIN':
    case 'EWOULDBLOCK':
      return `the kernel's answer about ${objectOf(command)} was lost: the table shows whether it was carried out`
    case 'EOPNOTSUPP':
      return `this kernel's IPVS does not know the change asked for on ${objectOf(command)}: it is older than the change`
    default:
      return `the kernel refused the change of ${objectOf(command)}`
  }
}

function objectOf(command: TableCommand): string {
  const service = serviceText(command.service)
  return 'destination' in command ? `${endpointText(command.destination)} in ${service}` : service
}

function engineText(engine: string): string {
  return engine === '' ? '' : ` or no persistence engine "${engine}"`
}

function invalidText(command: TableCommand): string {
  if (!('destination' in command)) return 'a scheduler, a persistence time or a mask is not valid'
  if (command.service.family === command.destination.family) return 'its address must be that of one machine'
  return 'a real server of another address family can only be reached by "forward tun", and not while a sync daemon runs'
}

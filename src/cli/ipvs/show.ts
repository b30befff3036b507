/** `upalert ipvs list`, `stats` and `rate`: what is asked for, out of what the kernel has. */
import { serviceText } from '../../model/table.ts'
import type { ControlDoor } from '../../model/table-control.ts'
import { connectionLines } from './connections.ts'
import { endpointIn } from './endpoint.ts'
import { daemonLines, type ListView, listLines, timeoutsLine } from './list.ts'
import { end, expectRead, type IpvsMachine, MISUSE, NO_TABLE, openDoor, REFUSED } from './machine.ts'

export interface ShowOptions {
  readonly tcpService?: string
  readonly udpService?: string
  readonly sctpService?: string
  readonly fwmarkService?: string
  readonly ipv6?: boolean
  readonly connection?: boolean
  readonly timeout?: boolean
  readonly daemon?: boolean
  readonly stats?: boolean
  readonly rate?: boolean
  readonly thresholds?: boolean
  readonly persistentConn?: boolean
  readonly tunInfo?: boolean
  readonly exact?: boolean
  readonly nosort?: boolean
  readonly json?: boolean
}

export function show(machine: IpvsMachine, options: ShowOptions): void {
  const { connection, timeout, daemon, json = false } = options
  const wanted = askedService(machine, options)
  if ([connection, timeout, daemon].filter(Boolean).length + Number(wanted !== null) > 1) {
    end(machine, 'ask for one of --connection, --timeout, --daemon or a virtual server at a time', MISUSE)
  }
  // Also for the connections, which are in a file: where there is no IPVS it says so, and what to do.
  const door = openDoor(machine, { loadModule: false })
  if (connection === true) showConnections(machine)
  else if (timeout === true) {
    const { timeouts } = expectRead(machine, door.timeouts())
    machine.print(json ? asJson(timeouts) : [timeoutsLine(timeouts)])
  } else if (daemon === true) showDaemons(machine, door, json)
  else showServices(machine, door, wanted, options)
}

export function showDaemons(machine: IpvsMachine, door: ControlDoor, json: boolean): void {
  const { daemons } = expectRead(machine, door.daemons())
  machine.print(json ? asJson(daemons) : daemonLines(daemons))
}

export const asJson = (value: unknown): string[] => [JSON.stringify(value, null, 2)]

function showServices(machine: IpvsMachine, door: ControlDoor, wanted: string | null, options: ShowOptions): void {
  const { info } = expectRead(machine, door.info())
  const { services } = expectRead(machine, door.read())
  const shown = wanted === null ? services : services.filter(({ id }) => serviceText(id) === wanted)
  if (wanted !== null && shown.length === 0) {
    end(machine, `there is no virtual server ${wanted} in the kernel's table`, REFUSED)
  }
  if (options.json === true) machine.print(asJson({ ...info, services: shown }))
  else machine.print(listLines(wanted === null ? info : null, shown, view(options)))
}

/** Of several kinds of columns ipvsadm takes the first in this order. */
function view({ stats, rate, thresholds, persistentConn, exact, tunInfo, nosort }: ShowOptions): ListView {
  const columns = stats
    ? 'stats'
    : rate
      ? 'rate'
      : thresholds
        ? 'thresholds'
        : persistentConn
          ? 'persistent-conn'
          : 'table'
  return { columns, exact: exact === true, tunnels: tunInfo === true, unsorted: nosort === true }
}

function showConnections(machine: IpvsMachine): void {
  const read = machine.connections()
  if (typeof read === 'string') end(machine, read, NO_TABLE)
  else machine.print(connectionLines(new TextDecoder('latin1').decode(read)))
}

/** The text of the service that was asked for, `null` if none was. */
function askedService(machine: IpvsMachine, options: ShowOptions): string | null {
  const { tcpService, udpService, sctpService, fwmarkService, ipv6 } = options
  const asked = [
    { protocol: 'tcp' as const, text: tcpService },
    { protocol: 'udp' as const, text: udpService },
    { protocol: 'sctp' as const, text: sctpService },
    { protocol: null, text: fwmarkService },
  ].flatMap(({ protocol, text }) => (text === undefined ? [] : [{ protocol, text }]))
  const [first, second] = asked
  if (first === undefined) return null
  if (second !== undefined) return end(machine, 'ask for one virtual server at a time', MISUSE)
  const { protocol, text } = first
  if (protocol === null) {
    if (!/^\d{1,10}$/.test(text)) return end(machine, `"${text}" is no firewall mark: write a number`, MISUSE)
    return serviceText({ kind: 'mark', family: ipv6 === true ? 6 : 4, mark: Number(text) })
  }
  const at = endpointIn(text)
  if ('wrong' in at) {
    return end(machine, `"${text}" is not an address with a port: write 192.0.2.1:80 or [2001:db8::1]:80`, MISUSE)
  }
  return serviceText({ kind: 'address', protocol, ...at, port: at.port ?? 0 })
}

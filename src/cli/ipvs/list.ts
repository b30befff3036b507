/**
 * The table as `ipvsadm -Ln` prints it, blanks at the ends of lines included: scripts have been reading these columns for
 * twenty years.
 * Source: ipvsadm 1.31's output as observed; test/peers/uml/ipvs-command.test.ts holds the two together.
 */
import type { Forward, TableCounters, TableDestination, TableService, TableTunnel } from '../../model/table.ts'
import type { SyncDaemon, TableInfo, TableTimeouts } from '../../model/table-control.ts'
import { sortedDestinations, sortedServices } from './order.ts'
import { endText, flagNames, hasOwnFlags, markText, maskText } from './words.ts'

/** Which columns; `tunnels` beside `table` only, since ipvsadm shows them nowhere else. */
export interface ListView {
  readonly columns: 'table' | 'stats' | 'rate' | 'thresholds' | 'persistent-conn'
  /** Numbers in full, never as thousands. */
  readonly exact: boolean
  readonly tunnels: boolean
  /** In the kernel's order instead of ipvsadm's. */
  readonly unsorted: boolean
}

/** `info` is `null` where one service was asked for: ipvsadm leaves its first line out then. */
export function listLines(info: TableInfo | null, services: readonly TableService[], view: ListView): string[] {
  const first = info === null ? [] : [`IP Virtual Server version ${info.version} (size=${info.connectionTable})`]
  const ordered = view.unsorted ? services : sortedServices(services)
  return [...first, ...heading(view), ...ordered.flatMap((service) => serviceLines(service, view))]
}

export function timeoutsLine({ tcp, tcpFin, udp }: TableTimeouts): string {
  return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}`
}

/** The master's line first. */
export function daemonLines(daemons: readonly SyncDaemon[]): string[] {
  const ordered = [...daemons].sort((a, b) => (a.state === b.state ? 0 : a.state === 'master' ? -1 : 1))
  return ordered.map(
    ({ state, interface: name, id, maxLength, group, port, ttl }) =>
      `${state} sync daemon (mcast=${name}, syncid=${id}, maxlen=${maxLength}, group=${group}, port=${port}, ttl=${ttl})`,
  )
}

function heading({ columns, tunnels }: ListView): string[] {
  const counted = 'Prot LocalAddress:Port'.padEnd(33)
  const counting = (names: readonly string[]) => counted + names.map((name) => name.padStart(9)).join('')
  switch (columns) {
    case 'table':
      return [
        'Prot LocalAddress:Port Scheduler Flags',
        `  -> RemoteAddress:Port           Forward ${tunnels ? 'TunnelInfo    ' : ''}Weight ActiveConn InActConn`,
      ]
    case 'stats':
      return [counting(['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes']), REMOTE]
    case 'rate':
      return [counting(['CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS']), REMOTE]
    case 'thresholds':
      return ['Prot LocalAddress:Port            Uthreshold Lthreshold ActiveConn InActConn ', REMOTE]
    case 'persistent-conn':
      return ['Prot LocalAddress:Port            Weight    PersistConn ActiveConn InActConn ', REMOTE]
  }
}

const REMOTE = '  -> RemoteAddress:Port'

function serviceLines(service: TableService, view: ListView): string[] {
  const destinations = view.unsorted ? service.destinations : sortedDestinations(service.destinations)
  const head =
    view.columns === 'stats' || view.columns === 'rate'
      ? counted(serviceName(service), 33, service.counters, view)
      : `${serviceName(service)} ${settingsText(service)}`
  return [head, ...destinations.map((destination) => destinationLine(destination, view))]
}

function serviceName({ id }: TableService): string {
  return id.kind === 'mark' ? `FWM  ${markText(id)}` : `${id.protocol.toUpperCase().padEnd(4)} ${endText(id)}`
}

function settingsText(service: TableService): string {
  // ipvsadm shows two flags of sh and mh, which have no third, and empty brackets where that alone is set.
  const flags = flagNames(service).filter((name) => name !== 'flag-3' || !hasOwnFlags(service.scheduler))
  const mask = maskText(service)
  return [
    service.scheduler,
    ...(service.schedulerFlags === 0 ? [] : [`(${flags.join(',')})`]),
    ...(service.persistenceSeconds > 0 ? [`persistent ${service.persistenceSeconds}`] : []),
    ...(service.persistenceSeconds > 0 && mask !== null ? [`mask ${mask}`] : []),
    ...(service.persistenceSeconds > 0 && service.engine !== '' ? [`pe ${service.engine}`] : []),
    ...(service.onePacket ? ['ops'] : []),
  ].join(' ')
}

function destinationLine(destination: TableDestination, view: ListView): string {
  const end = endText(destination.id)
  const { weight, upperThreshold, lowerThreshold, persistentConnections } = destination
  const connections = [destination.activeConnections, destination.inactiveConnections]
  const ten = (numbers: readonly number[]) => numbers.map((number) => String(number).padEnd(10)).join(' ')
  switch (view.columns) {
    case 'stats':
    case 'rate':
      return counted(`  -> ${end}`, 33, destination.counters, view)
    case 'thresholds':
      return `  -> ${end.padEnd(28)} ${ten([upperThreshold, lowerThreshold, ...connections])}`
    case 'persistent-conn':
      return `  -> ${end.padEnd(28)} ${String(weight).padEnd(9)} ${String(persistentConnections).padEnd(11)} ${ten(connections)}`
    case 'table': {
      const tunnel = view.tunnels ? `${tunnelText(destination).padEnd(13)} ` : ''
      return `  -> ${end.padEnd(28)} ${FORWARD[destination.forward].padEnd(7)} ${tunnel}${String(weight).padEnd(6)} ${ten(connections)}`
    }
  }
}

const FORWARD: Readonly<Record<Forward, string>> = {
  masq: 'Masq',
  local: 'Local',
  tunnel: 'Tunnel',
  route: 'Route',
  bypass: 'Bypass',
}

/** `n/a`, `ipip`, `gue:6080:+c`, `gre:-c`. */
function tunnelText({ forward, tunnel }: TableDestination): string {
  if (forward !== 'tunnel') return 'n/a'
  if (tunnel === undefined || tunnel.type === 'ipip') return 'ipip'
  const checksum = CHECKSUM[tunnel.checksum]
  return tunnel.type === 'gue' ? `gue:${tunnel.port}:${checksum}` : `gre:${checksum}`
}

const CHECKSUM: Readonly<Record<TableTunnel['checksum'], string>> = { none: '-c', checksum: '+c', remote: 'r+c' }

const NONE: TableCounters = {
  connections: 0,
  packetsIn: 0,
  packetsOut: 0,
  bytesIn: 0,
  bytesOut: 0,
  connectionsPerSecond: 0,
  packetsInPerSecond: 0,
  packetsOutPerSecond: 0,
  bytesInPerSecond: 0,
  bytesOutPerSecond: 0,
}

function counted(name: string, width: number, counters: TableCounters = NONE, { columns, exact }: ListView): string {
  const numbers =
    columns === 'stats'
      ? [counters.connections, counters.packetsIn, counters.packetsOut, counters.bytesIn, counters.bytesOut]
      : [
          counters.connectionsPerSecond,
          counters.packetsInPerSecond,
          counters.packetsOutPerSecond,
          counters.bytesInPerSecond,
          counters.bytesOutPerSecond,
        ]
  return name.padEnd(width) + numbers.map((number) => ` ${short(number, exact).padStart(8)}`).join('')
}

/** Eight characters: from a hundred million on as thousands, and so on, cut off rather than rounded. */
function short(number: number, exact: boolean): string {
  if (exact || number < 1e8) return String(number)
  if (number < 1e9) return `${Math.floor(number / 1e3)}K`
  if (number < 1e11) return `${Math.floor(number / 1e6)}M`
  if (number < 1e14) return `${Math.floor(number / 1e9)}G`
  return `${Math.floor(number / 1e12)}T`
}

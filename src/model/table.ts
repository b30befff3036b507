/**
 * The nouns of an IP virtual server table, and the door through which one is read and changed.
 * Facts: linux/ip_vs.h; identity of a service is (family, protocol, address, port) or (family, mark), of a destination
 * (family, address, port) within its service.
 */
import type { Weight } from './units.ts'

export type Family = 4 | 6
export type Protocol = 'tcp' | 'udp' | 'sctp'
/** How packets reach a real server: masq is NAT, route is direct routing (ip_vs.h IP_VS_CONN_F_*). */
export type Forward = 'masq' | 'local' | 'tunnel' | 'route' | 'bypass'

/** A service's identity. `address` is in its canonical text form (RFC 5952 for IPv6), `port` 0 to 65535. */
export type TableServiceId =
  | {
      readonly kind: 'address'
      readonly family: Family
      readonly protocol: Protocol
      readonly address: string
      readonly port: number
    }
  | { readonly kind: 'mark'; readonly family: Family; readonly mark: number }

/** Schedulers of Linux 6.1 (net/netfilter/ipvs/ip_vs_*.c). */
export const schedulers: readonly string[] = 'rr wrr lc wlc lblc lblcr dh sh sed nq fo ovf mh twos'.split(' ')

export interface TableDestinationId {
  readonly family: Family
  readonly address: string
  readonly port: number
}

/** Properties of a service that a change may alter. Times are whole seconds, as the kernel has them. */
export interface TableServiceSettings {
  readonly scheduler: string
  /** 0: no persistence. */
  readonly persistenceSeconds: number
  /** Prefix length by which clients are grouped for persistence; 32 or 128 keeps them apart. */
  readonly prefix: number
  readonly onePacket: boolean
  /** ip_vs.h IP_VS_SVC_F_SCHED1..3 as a number 0..7. */
  readonly schedulerFlags: number
  /** Persistence engine: "sip", or "" for none. */
  readonly engine: string
}

export interface TableDestinationSettings {
  readonly forward: Forward
  readonly weight: Weight
  /** 0: none. */
  readonly upperThreshold: number
  readonly lowerThreshold: number
  /** How a tunnel wraps its packets; without it plain IP in IP. Only for `forward: 'tunnel'`. */
  readonly tunnel?: TableTunnel
}

/** Linux 5.2 and later. `port` is for gue alone, 0 otherwise. */
export interface TableTunnel {
  readonly type: 'ipip' | 'gue' | 'gre'
  readonly port: number
  readonly checksum: 'none' | 'checksum' | 'remote'
}

/** What the kernel has counted; rates are averages it renews every two seconds. */
export interface TableCounters {
  readonly connections: number
  readonly packetsIn: number
  readonly packetsOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly connectionsPerSecond: number
  readonly packetsInPerSecond: number
  readonly packetsOutPerSecond: number
  readonly bytesInPerSecond: number
  readonly bytesOutPerSecond: number
}

export interface TableDestination extends TableDestinationSettings {
  readonly id: TableDestinationId
  readonly activeConnections: number
  readonly inactiveConnections: number
  readonly persistentConnections: number
  /** Missing in the table in memory, through which nothing flows. */
  readonly counters?: TableCounters
}

export interface TableService extends TableServiceSettings {
  readonly id: TableServiceId
  /** As found, where an IPv4 mask with holes is no prefix (`prefix` is -1 then); nobody here makes one. */
  readonly mask?: string
  readonly counters?: TableCounters
  readonly destinations: readonly TableDestination[]
}

/** One change, small enough to be one netlink message. */
export type TableCommand =
  | { readonly kind: 'new-service'; readonly service: TableServiceId; readonly settings: TableServiceSettings }
  | { readonly kind: 'set-service'; readonly service: TableServiceId; readonly settings: TableServiceSettings }
  | { readonly kind: 'delete-service'; readonly service: TableServiceId }
  | {
      readonly kind: 'new-destination' | 'set-destination'
      readonly service: TableServiceId
      readonly destination: TableDestinationId
      readonly settings: TableDestinationSettings
    }
  | { readonly kind: 'delete-destination'; readonly service: TableServiceId; readonly destination: TableDestinationId }

/** An errno by its name ("EEXIST"), and a sentence that says what to do about it. */
export interface TableError {
  readonly kind: 'error'
  readonly errno: string
  readonly text: string
}

export type TableAnswer = { readonly kind: 'ok' } | TableError

/** The way to a table: the kernel's, or the one in memory that answers with the same errors. No call throws. */
export interface TableDoor {
  readonly where: 'kernel' | 'memory'
  /** Why it is in memory, for people; empty for the kernel. */
  readonly because: string
  read(): { readonly kind: 'table'; readonly services: readonly TableService[] } | TableError
  apply(command: TableCommand): TableAnswer
  /**
   * Carries out all of them in the order given, each on its own: a refused one keeps none of the others back. The answers
   * stand where their commands stood. The kernel's table does it in few system calls, so many at once are cheap.
   */
  applyAll(commands: readonly TableCommand[]): readonly TableAnswer[]
  close(): void
}

/**
 * Connections that a removal would cut. Only of TCP the kernel knows which are at work; of what has no end, all that it
 * still remembers count. Behind a mark there may be any protocol; most are TCP.
 */
export function connectionsAtWork(
  service: TableServiceId,
  { activeConnections, inactiveConnections }: Pick<TableDestination, 'activeConnections' | 'inactiveConnections'>,
): number {
  const isTcp = service.kind === 'mark' || service.protocol === 'tcp'
  return isTcp ? activeConnections : activeConnections + inactiveConnections
}

/** `tcp 192.0.2.1:80`, `tcp [2001:db8::1]:443`, `fwmark 80 inet6`: the text by which people and maps know a service. */
export function serviceText(service: TableServiceId): string {
  if (service.kind === 'mark') return `fwmark ${service.mark}${service.family === 6 ? ' inet6' : ''}`
  return `${service.protocol} ${endpointText(service)}`
}

/** `192.0.2.1:80` or `[2001:db8::1]:80`. */
export function endpointText(end: {
  readonly family: Family
  readonly address: string
  readonly port: number
}): string {
  return end.family === 6 ? `[${end.address}]:${end.port}` : `${end.address}:${end.port}`
}

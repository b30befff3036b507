/**
 * What the kernel's IPVS has besides the table: its timeouts, its connection sync daemons, its counters' reset. Nobody
 * but an operator asks for these, so they stand beside the door through which the daemon goes.
 * Facts: linux/ip_vs.h, IPVS_CMD_GET_INFO, _CONFIG, _DAEMON, _ZERO, _FLUSH; ipvsadm(8).
 */
import type { TableAnswer, TableDoor, TableError, TableServiceId } from './table.ts'

export interface TableInfo {
  /** As `1.2.1`. */
  readonly version: string
  /** How many buckets the connection table has; it is no limit. */
  readonly connectionTable: number
}

/** How long a connection is remembered after its last packet, in whole seconds as the kernel has them. */
export interface TableTimeouts {
  readonly tcp: number
  readonly tcpFin: number
  readonly udp: number
}

/** A master tells its connections to the network, a backup listens; one machine may do both. */
export type SyncState = 'master' | 'backup'

/** A connection sync daemon as the kernel reports it. */
export interface SyncDaemon {
  readonly state: SyncState
  readonly interface: string
  /** 0 to 255; a backup with 0 takes what every master says. */
  readonly id: number
  /** Bytes of a sync message, 1472 where the network carries 1500. */
  readonly maxLength: number
  /** Multicast address, 224.0.0.81 if nobody chose another. */
  readonly group: string
  readonly port: number
  readonly ttl: number
}

/** What is left out the kernel chooses. */
export type NewSyncDaemon = Pick<SyncDaemon, 'state' | 'interface' | 'id'> &
  Partial<Pick<SyncDaemon, 'maxLength' | 'group' | 'port' | 'ttl'>>

/** The whole of IPVS. As with TableDoor no call throws. */
export interface ControlDoor extends TableDoor {
  info(): { readonly kind: 'info'; readonly info: TableInfo } | TableError
  timeouts(): { readonly kind: 'timeouts'; readonly timeouts: TableTimeouts } | TableError
  /** 0 leaves a timeout as it is. */
  setTimeouts(timeouts: TableTimeouts): TableAnswer
  daemons(): { readonly kind: 'daemons'; readonly daemons: readonly SyncDaemon[] } | TableError
  startDaemon(daemon: NewSyncDaemon): TableAnswer
  stopDaemon(state: SyncState): TableAnswer
  /** Sets the counters of one service and its destinations to 0, or all. */
  zero(service: TableServiceId | null): TableAnswer
  /** Removes every service of this network namespace, whoever made it. */
  flush(): TableAnswer
}

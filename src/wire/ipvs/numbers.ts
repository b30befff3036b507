/**
 * The numbers by which the kernel knows commands, attributes, flags and methods of the virtual server table.
 * Source: linux/ip_vs.h, each block by the prefix it names. Types and byte order of the attributes are in ipvs.ts.
 */
import type { Family, Forward, Protocol, TableTunnel } from '../../model/table.ts'
import type { SyncState } from '../../model/table-control.ts'

/** ip_vs.h IPVS_GENL_NAME. */
export const IPVS_FAMILY = 'IPVS'

/** ip_vs.h IPVS_CMD_*. FLUSH takes everybody's services away: only an operator's own `-C` asks for it. */
export const COMMAND = {
  'new-service': 1,
  'set-service': 2,
  'delete-service': 3,
  'get-service': 4,
  'new-destination': 5,
  'set-destination': 6,
  'delete-destination': 7,
  'get-destination': 8,
  'new-daemon': 9,
  'delete-daemon': 10,
  'get-daemon': 11,
  'set-config': 12,
  'get-config': 13,
  'set-info': 14,
  'get-info': 15,
  zero: 16,
  flush: 17,
} as const

/** ip_vs.h IPVS_CMD_ATTR_*. */
export const TOP = { service: 1, destination: 2, daemon: 3, timeoutTcp: 4, timeoutTcpFin: 5, timeoutUdp: 6 } as const
/** ip_vs.h IPVS_SVC_ATTR_*. */
export const SERVICE = {
  family: 1,
  protocol: 2,
  address: 3,
  port: 4,
  mark: 5,
  scheduler: 6,
  flags: 7,
  timeout: 8,
  netmask: 9,
  stats: 10,
  engine: 11,
  stats64: 12,
} as const
/** ip_vs.h IPVS_DEST_ATTR_*. */
export const DESTINATION = {
  address: 1,
  port: 2,
  forward: 3,
  weight: 4,
  upper: 5,
  lower: 6,
  active: 7,
  inactive: 8,
  persistent: 9,
  stats: 10,
  family: 11,
  stats64: 12,
  tunnelType: 13,
  tunnelPort: 14,
  tunnelFlags: 15,
} as const
/** ip_vs.h IPVS_DAEMON_ATTR_*. */
export const DAEMON = {
  state: 1,
  interface: 2,
  syncId: 3,
  maxLength: 4,
  group: 5,
  group6: 6,
  port: 7,
  ttl: 8,
} as const
/** ip_vs.h IP_VS_STATE_*. */
export const SYNC_STATE: Readonly<Record<SyncState, number>> = { master: 1, backup: 2 }
/** ip_vs.h IPVS_INFO_ATTR_*. */
export const INFO = { version: 1, connectionTable: 2 } as const

/** ip_vs.h IP_VS_SVC_F_*. The kernel adds 0x02 (hashed) to every answer; it means nothing to us. */
export const FLAG_PERSISTENT = 0x01
export const FLAG_ONE_PACKET = 0x04
export const SCHEDULER_FLAGS_SHIFT = 3
export const ALL_FLAGS = 0xffffffff

/** AF_INET and AF_INET6 of Linux. */
export const AF: Readonly<Record<Family, number>> = { 4: 2, 6: 10 }
export const PROTOCOL: Readonly<Record<Protocol, number>> = { tcp: 6, udp: 17, sctp: 132 }
/** ip_vs.h IP_VS_CONN_F_*; only the lowest three bits say how packets are forwarded (IP_VS_CONN_F_FWD_MASK). */
export const FORWARD: Readonly<Record<Forward, number>> = { masq: 0, local: 1, tunnel: 2, route: 3, bypass: 4 }
export const FORWARD_MASK = 0x07
/** ip_vs.h IP_VS_CONN_F_TUNNEL_TYPE_* and IP_VS_TUNNEL_ENCAP_FLAG_*. */
export const TUNNEL: Readonly<Record<TableTunnel['type'], number>> = { ipip: 0, gue: 1, gre: 2 }
export const CHECKSUM: Readonly<Record<TableTunnel['checksum'], number>> = { none: 0, checksum: 1, remote: 2 }

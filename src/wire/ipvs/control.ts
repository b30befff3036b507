/**
 * What the kernel's IPVS has besides its table, in netlink's bytes: version, timeouts, connection sync daemons, and the
 * end of the whole table.
 * Source: linux/ip_vs.h (IPVS_CMD_*, IPVS_CMD_ATTR_TIMEOUT_*, IPVS_DAEMON_ATTR_*, IPVS_INFO_ATTR_*). Requests are byte
 * for byte those of ipvsadm 1.31.
 */
import assert from 'node:assert/strict'
import type { NewSyncDaemon, SyncDaemon, SyncState, TableInfo, TableTimeouts } from '../../model/table-control.ts'
import { addressBytes, addressText } from './address.ts'
import type { Malformed } from './netlink.ts'
import {
  attribute,
  decodeAttributes,
  decodeGeneric,
  encodeGeneric,
  isMalformed,
  malformed,
  nested,
  text,
  textBytes,
  u8Bytes,
  u16Bytes,
  u32Bytes,
  unsigned,
} from './netlink.ts'
import { COMMAND, DAEMON, INFO, SYNC_STATE, TOP } from './numbers.ts'

/** Where the kernel reports less, as one before Linux 4.3 does, this is how it sends. */
const SYNC_DEFAULTS = { maxLength: 1472, group: '224.0.0.81', port: 8848, ttl: 1 }

/** Asks for the version: the cheapest question that needs the right to change the table. */
export function encodeInfoRequest(): Uint8Array {
  return encodeGeneric(COMMAND['get-info'], [])
}

export function decodeInfo(payload: Uint8Array): TableInfo | Malformed {
  const message = decodeGeneric(payload)
  if (isMalformed(message)) return message
  const version = unsigned(message.attributes, INFO.version)
  if (message.command !== COMMAND['set-info'] || version === null) return malformed('no IPVS version in the answer')
  return {
    version: [version >> 16, (version >> 8) & 0xff, version & 0xff].join('.'),
    connectionTable: unsigned(message.attributes, INFO.connectionTable) ?? 0,
  }
}

export function encodeTimeoutsRequest(): Uint8Array {
  return encodeGeneric(COMMAND['get-config'], [])
}

/** A timeout of 0 stays as it is. */
export function encodeTimeouts({ tcp, tcpFin, udp }: TableTimeouts): Uint8Array {
  return encodeGeneric(COMMAND['set-config'], [
    attribute(TOP.timeoutTcp, u32Bytes(tcp)),
    attribute(TOP.timeoutTcpFin, u32Bytes(tcpFin)),
    attribute(TOP.timeoutUdp, u32Bytes(udp)),
  ])
}

export function decodeTimeouts(payload: Uint8Array): TableTimeouts | Malformed {
  const message = decodeGeneric(payload)
  if (isMalformed(message)) return message
  const [tcp, tcpFin, udp] = [TOP.timeoutTcp, TOP.timeoutTcpFin, TOP.timeoutUdp].map((type) =>
    unsigned(message.attributes, type),
  )
  if (tcp == null || tcpFin == null || udp == null) return malformed('a timeout is missing in the answer')
  return { tcp, tcpFin, udp }
}

/** Asks for the running sync daemons, none, one or two; to be sent with DUMP_FLAGS. */
export function encodeDaemonsRequest(): Uint8Array {
  return encodeGeneric(COMMAND['get-daemon'], [])
}

export function encodeNewDaemon(daemon: NewSyncDaemon): Uint8Array {
  const { state, interface: name, id, maxLength, group, port, ttl } = daemon
  return encodeGeneric(COMMAND['new-daemon'], [
    nested(TOP.daemon, [
      attribute(DAEMON.state, u32Bytes(SYNC_STATE[state])),
      attribute(DAEMON.interface, textBytes(name)),
      attribute(DAEMON.syncId, u32Bytes(id)),
      ...(maxLength === undefined ? [] : [attribute(DAEMON.maxLength, u16Bytes(maxLength))]),
      ...(group === undefined ? [] : [groupAttribute(group)]),
      // Unlike every other port this one is in the machine's order, both ways (seen with Linux 6.1).
      ...(port === undefined ? [] : [attribute(DAEMON.port, u16Bytes(port))]),
      ...(ttl === undefined ? [] : [attribute(DAEMON.ttl, u8Bytes(ttl))]),
    ]),
  ])
}

/** The kernel looks at the state only, and insists on the rest. */
export function encodeDeleteDaemon(state: SyncState): Uint8Array {
  return encodeGeneric(COMMAND['delete-daemon'], [
    nested(TOP.daemon, [
      attribute(DAEMON.state, u32Bytes(SYNC_STATE[state])),
      attribute(DAEMON.interface, textBytes('')),
      attribute(DAEMON.syncId, u32Bytes(0)),
    ]),
  ])
}

export function decodeDaemon(payload: Uint8Array): SyncDaemon | Malformed {
  const message = decodeGeneric(payload)
  if (isMalformed(message)) return message
  const bytes = message.attributes.get(TOP.daemon)
  const attributes = bytes === undefined ? malformed('the answer has no sync daemon') : decodeAttributes(bytes)
  if (isMalformed(attributes)) return attributes
  const number = unsigned(attributes, DAEMON.state)
  const state = (['master', 'backup'] as const).find((name) => SYNC_STATE[name] === number)
  if (state === undefined) return malformed('a sync daemon that is neither master nor backup')
  const [four, six] = [attributes.get(DAEMON.group), attributes.get(DAEMON.group6)]
  const group = four !== undefined ? addressText(4, four) : six !== undefined ? addressText(6, six) : null
  return {
    state,
    interface: text(attributes, DAEMON.interface) ?? '',
    id: unsigned(attributes, DAEMON.syncId) ?? 0,
    maxLength: unsigned(attributes, DAEMON.maxLength) ?? SYNC_DEFAULTS.maxLength,
    group: group ?? SYNC_DEFAULTS.group,
    port: unsigned(attributes, DAEMON.port) ?? SYNC_DEFAULTS.port,
    ttl: unsigned(attributes, DAEMON.ttl) ?? SYNC_DEFAULTS.ttl,
  }
}

/** Takes away every service of the network namespace. */
export function encodeFlush(): Uint8Array {
  return encodeGeneric(COMMAND.flush, [])
}

function groupAttribute(group: string): Uint8Array {
  const four = addressBytes(4, group)
  if (four !== null) return attribute(DAEMON.group, four)
  const six = addressBytes(6, group)
  assert(six !== null, `a multicast group is checked where it is read: ${group}`)
  return attribute(DAEMON.group6, six)
}

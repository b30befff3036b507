/**
 * What the kernel lists: services, and the destinations of one. Decoded where the bytes lie, since a reconcile reads
 * thousands of them every few seconds.
 * Source: linux/ip_vs.h (IPVS_SVC_ATTR_*, IPVS_DEST_ATTR_*, IPVS_STATS_ATTR_*). Attributes that an older kernel lacks get
 * their default.
 */
import type {
  Family,
  TableCounters,
  TableDestination,
  TableService,
  TableServiceId,
  TableTunnel,
} from '../../model/table.ts'
import { weight } from '../../model/units.ts'
import { addressTextAt } from './address.ts'
import { AttributeIndex } from './attribute-index.ts'
import type { Malformed } from './netlink.ts'
import { GENERIC_HEADER, isMalformed, littleEndian, malformed } from './netlink.ts'
import {
  AF,
  CHECKSUM,
  DESTINATION,
  FLAG_ONE_PACKET,
  FLAG_PERSISTENT,
  FORWARD,
  FORWARD_MASK,
  PROTOCOL,
  SCHEDULER_FLAGS_SHIFT,
  SERVICE,
  TOP,
  TUNNEL,
} from './numbers.ts'

/** One for each depth: what lies in a nest is read while the nest around it is still being read. */
const top = new AttributeIndex(3)
const entry = new AttributeIndex(15)
const stats = new AttributeIndex(10)

/**
 * A service from a list, without its destinations. `null`: it is of a kind that has no place in our table (another
 * protocol than tcp, udp, sctp), and can only be somebody else's.
 */
export function decodeService(payload: Uint8Array): TableService | null | Malformed {
  const view = viewOf(payload)
  const wrong = readNest(view, TOP.service)
  if (wrong !== null) return wrong
  const family = familyOf(entry.unsigned(SERVICE.family))
  if (family === null) return malformed('a service without IPv4 or IPv6 as its family')
  const id = serviceId(view, family)
  if (id === null || isMalformed(id)) return id

  const flags = flagsOf(view)
  const counters = countersOf(view, SERVICE)
  const mask = maskOf(view, family)
  return {
    id,
    scheduler: entry.text(SERVICE.scheduler) ?? '',
    persistenceSeconds: (flags & FLAG_PERSISTENT) !== 0 ? (entry.unsigned(SERVICE.timeout) ?? 0) : 0,
    ...mask,
    onePacket: (flags & FLAG_ONE_PACKET) !== 0,
    schedulerFlags: (flags >> SCHEDULER_FLAGS_SHIFT) & 7,
    engine: entry.text(SERVICE.engine) ?? '',
    ...(counters === null ? {} : { counters }),
    destinations: [],
  }
}

/** Which service a message of the list is about, and nothing more of it. */
export function decodeServiceId(payload: Uint8Array): TableServiceId | null | Malformed {
  const view = viewOf(payload)
  const wrong = readNest(view, TOP.service)
  if (wrong !== null) return wrong
  const family = familyOf(entry.unsigned(SERVICE.family))
  return family === null ? malformed('a service without IPv4 or IPv6 as its family') : serviceId(view, family)
}

/** A destination from the list of `service`. `null`: forwarded in a way that ip_vs.h did not know when this was written. */
export function decodeDestination(payload: Uint8Array, service: TableServiceId): TableDestination | null | Malformed {
  const view = viewOf(payload)
  const wrong = readNest(view, TOP.destination)
  if (wrong !== null) return wrong
  const family = familyOf(entry.unsigned(DESTINATION.family) ?? AF[service.family])
  const address = family === null ? null : addressOf(view, DESTINATION.address, family)
  const port = entry.port(DESTINATION.port)
  if (family === null || address === null || port === null) return malformed('a destination without its address')
  const forward = nameOf(FORWARD, (entry.unsigned(DESTINATION.forward) ?? 0) & FORWARD_MASK)
  if (forward === null) return null

  const tunnel = forward === 'tunnel' ? tunnelOf() : null
  const counters = countersOf(view, DESTINATION)
  return {
    id: { family, address, port },
    forward,
    weight: weight((entry.unsigned(DESTINATION.weight) ?? 0) | 0),
    upperThreshold: entry.unsigned(DESTINATION.upper) ?? 0,
    lowerThreshold: entry.unsigned(DESTINATION.lower) ?? 0,
    ...(tunnel === null ? {} : { tunnel }),
    activeConnections: entry.unsigned(DESTINATION.active) ?? 0,
    inactiveConnections: entry.unsigned(DESTINATION.inactive) ?? 0,
    persistentConnections: entry.unsigned(DESTINATION.persistent) ?? 0,
    ...(counters === null ? {} : { counters }),
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Makes `entry` show the nest of that type. */
function readNest(view: DataView, type: number): Malformed | null {
  if (view.byteLength < GENERIC_HEADER) return malformed('a generic header is cut off')
  const wrong = top.read(view, GENERIC_HEADER, view.byteLength)
  if (wrong !== null) return wrong
  if (!top.has(type)) return malformed(`the answer lacks attribute ${type}`)
  return entry.read(view, top.start(type), top.start(type) + top.length(type))
}

function serviceId(view: DataView, family: Family): TableServiceId | null | Malformed {
  const mark = entry.unsigned(SERVICE.mark)
  if (mark !== null) return { kind: 'mark', family, mark }
  const address = addressOf(view, SERVICE.address, family)
  const port = entry.port(SERVICE.port)
  const number = entry.unsigned(SERVICE.protocol)
  if (address === null || port === null || number === null) return malformed('a service without mark or address')
  const protocol = nameOf(PROTOCOL, number)
  return protocol === null ? null : { kind: 'address', family, protocol, address, port }
}

function addressOf(view: DataView, type: number, family: Family): string | null {
  return entry.length(type) < (family === 4 ? 4 : 16) ? null : addressTextAt(view, entry.start(type), family)
}

/** The flags come as two integers, value and mask; the second is all ones in an answer. */
function flagsOf(view: DataView): number {
  if (entry.length(SERVICE.flags) < 4) return 0
  return view.getUint32(entry.start(SERVICE.flags), littleEndian)
}

/** An IPv4 mask with holes is no prefix: -1 equals no wanted one, and the mask itself is kept for the eye. */
function maskOf(view: DataView, family: Family): Pick<TableService, 'prefix' | 'mask'> {
  if (family === 6) return { prefix: entry.unsigned(SERVICE.netmask) ?? 128 }
  if (entry.length(SERVICE.netmask) < 4) return { prefix: 32 }
  const bits = view.getUint32(entry.start(SERVICE.netmask), false)
  const prefix = Math.clz32(~bits)
  const whole = prefix === 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
  return bits === whole ? { prefix } : { prefix: -1, mask: addressTextAt(view, entry.start(SERVICE.netmask), 4) }
}

/** `null`: plain IP in IP, which nobody needs to name. */
function tunnelOf(): TableTunnel | null {
  const type = nameOf(TUNNEL, entry.unsigned(DESTINATION.tunnelType) ?? 0) ?? 'ipip'
  const port = entry.port(DESTINATION.tunnelPort) ?? 0
  const checksum = nameOf(CHECKSUM, entry.unsigned(DESTINATION.tunnelFlags) ?? 0) ?? 'none'
  return type === 'ipip' && port === 0 && checksum === 'none' ? null : { type, port, checksum }
}

/** 64-bit counters (since Linux 4.1) where there are some, else those that wrap at 32 bits. `null`: no counters at all. */
function countersOf(view: DataView, table: { stats: number; stats64: number }): TableCounters | null {
  const type = entry.has(table.stats64) ? table.stats64 : table.stats
  if (!entry.has(type)) return null
  if (stats.read(view, entry.start(type), entry.start(type) + entry.length(type)) !== null) return null
  return {
    connections: stats.unsigned(1) ?? 0,
    packetsIn: stats.unsigned(2) ?? 0,
    packetsOut: stats.unsigned(3) ?? 0,
    bytesIn: stats.unsigned(4) ?? 0,
    bytesOut: stats.unsigned(5) ?? 0,
    connectionsPerSecond: stats.unsigned(6) ?? 0,
    packetsInPerSecond: stats.unsigned(7) ?? 0,
    packetsOutPerSecond: stats.unsigned(8) ?? 0,
    bytesInPerSecond: stats.unsigned(9) ?? 0,
    bytesOutPerSecond: stats.unsigned(10) ?? 0,
  }
}

function familyOf(number: number | null): Family | null {
  if (number === AF[4]) return 4
  return number === AF[6] ? 6 : null
}

function nameOf<Name extends string>(numbers: Readonly<Record<Name, number>>, number: number): Name | null {
  for (const name in numbers) if (numbers[name] === number) return name
  return null
}

/**
 * The virtual server table in netlink's bytes: every change as a request, the two lists, and what comes back.
 * Source: linux/ip_vs.h (commands IPVS_CMD_*, attributes IPVS_CMD_ATTR_*, IPVS_SVC_ATTR_*, IPVS_DEST_ATTR_*,
 * IPVS_STATS_ATTR_*). The requests are byte for byte those of ipvsadm 1.31, so a kernel meets nothing from us that it has not met before.
 */
import assert from 'node:assert/strict'
import type {
  Family,
  TableCommand,
  TableCounters,
  TableDestination,
  TableDestinationId,
  TableDestinationSettings,
  TableService,
  TableServiceId,
  TableServiceSettings,
  TableTunnel,
} from '../../model/table.ts'
import { weight } from '../../model/units.ts'
import { addressBytes, addressText } from './address.ts'
import type { Attributes, Malformed } from './netlink.ts'
import {
  attribute,
  decodeAttributes,
  decodeGeneric,
  encodeGeneric,
  isMalformed,
  malformed,
  nested,
  port,
  portBytes,
  text,
  textBytes,
  u8Bytes,
  u16Bytes,
  u32Bytes,
  unsigned,
} from './netlink.ts'
import {
  AF,
  ALL_FLAGS,
  CHECKSUM,
  COMMAND,
  DESTINATION,
  FLAG_ONE_PACKET,
  FLAG_PERSISTENT,
  FORWARD,
  FORWARD_MASK,
  INFO,
  PROTOCOL,
  SCHEDULER_FLAGS_SHIFT,
  SERVICE,
  TOP,
  TUNNEL,
} from './numbers.ts'

const PLAIN_TUNNEL: TableTunnel = { type: 'ipip', port: 0, checksum: 'none' }

/** What ipvsadm puts into requests where the kernel looks at the identity only. */
const IGNORED_SERVICE: Omit<TableServiceSettings, 'prefix'> = {
  scheduler: '',
  persistenceSeconds: 0,
  onePacket: false,
  schedulerFlags: 0,
  engine: '',
}
const IGNORED_DESTINATION: TableDestinationSettings = {
  forward: 'route',
  weight: weight(1),
  upperThreshold: 0,
  lowerThreshold: 0,
}

/** The payload of a change, to be sent with COMMAND_FLAGS. */
export function encodeCommand(command: TableCommand): Uint8Array {
  const identity = { ...IGNORED_SERVICE, prefix: longestPrefix(command.service.family) }
  switch (command.kind) {
    case 'new-service':
    case 'set-service':
      return encodeGeneric(COMMAND[command.kind], [serviceNest(command.service, command.settings)])
    case 'delete-service':
      return encodeGeneric(COMMAND[command.kind], [serviceNest(command.service, identity)])
    case 'new-destination':
    case 'set-destination':
    case 'delete-destination': {
      const settings = command.kind === 'delete-destination' ? IGNORED_DESTINATION : command.settings
      return encodeGeneric(COMMAND[command.kind], [
        serviceNest(command.service, identity),
        destinationNest(command.destination, settings),
      ])
    }
  }
}

/** Asks for all services; to be sent with DUMP_FLAGS. */
export function encodeServicesRequest(): Uint8Array {
  return encodeGeneric(COMMAND['get-service'], [])
}

/** Asks for one service's destinations; to be sent with DUMP_FLAGS. A service that is not there has none, without error. */
export function encodeDestinationsRequest(service: TableServiceId): Uint8Array {
  return encodeGeneric(COMMAND['get-destination'], [nested(TOP.service, identityAttributes(service))])
}

/** Asks for the version: the cheapest question that needs the right to change the table. */
export function encodeInfoRequest(): Uint8Array {
  return encodeGeneric(COMMAND['get-info'], [])
}

export function decodeInfo(payload: Uint8Array): { version: string; connectionTable: number } | Malformed {
  const message = decodeGeneric(payload)
  if (isMalformed(message)) return message
  const version = unsigned(message.attributes, INFO.version)
  if (message.command !== COMMAND['set-info'] || version === null) return malformed('no IPVS version in the answer')
  return {
    version: [version >> 16, (version >> 8) & 0xff, version & 0xff].join('.'),
    connectionTable: unsigned(message.attributes, INFO.connectionTable) ?? 0,
  }
}

/**
 * A service from a list, without its destinations. `null`: it is of a kind that has no place in our table (another
 * protocol than tcp, udp, sctp), and can only be somebody else's. Attributes that an older kernel lacks get their default.
 */
export function decodeService(payload: Uint8Array): TableService | null | Malformed {
  const attributes = nest(payload, TOP.service)
  if (isMalformed(attributes)) return attributes
  const family = familyOf(unsigned(attributes, SERVICE.family))
  if (family === null) return malformed('a service without IPv4 or IPv6 as its family')
  const id = decodeServiceId(attributes, family)
  if (id === null || isMalformed(id)) return id

  const flags = unsignedFlags(attributes)
  const counters = decodeCounters(attributes, SERVICE)
  return {
    id,
    scheduler: text(attributes, SERVICE.scheduler) ?? '',
    persistenceSeconds: (flags & FLAG_PERSISTENT) !== 0 ? (unsigned(attributes, SERVICE.timeout) ?? 0) : 0,
    prefix: decodePrefix(attributes, family),
    onePacket: (flags & FLAG_ONE_PACKET) !== 0,
    schedulerFlags: (flags >> SCHEDULER_FLAGS_SHIFT) & 7,
    engine: text(attributes, SERVICE.engine) ?? '',
    ...(counters === null ? {} : { counters }),
    destinations: [],
  }
}

/** A destination from the list of `service`. `null`: forwarded in a way that ip_vs.h did not know when this was written. */
export function decodeDestination(payload: Uint8Array, service: TableServiceId): TableDestination | null | Malformed {
  const attributes = nest(payload, TOP.destination)
  if (isMalformed(attributes)) return attributes
  const family = familyOf(unsigned(attributes, DESTINATION.family) ?? AF[service.family])
  const address = family === null ? null : decodeAddress(attributes, DESTINATION.address, family)
  const portNumber = port(attributes, DESTINATION.port)
  if (family === null || address === null || portNumber === null) return malformed('a destination without its address')
  const method = (unsigned(attributes, DESTINATION.forward) ?? 0) & FORWARD_MASK
  const forward = nameOf(FORWARD, method)
  if (forward === null) return null

  const tunnel = forward === 'tunnel' ? decodeTunnel(attributes) : PLAIN_TUNNEL
  const counters = decodeCounters(attributes, DESTINATION)
  return {
    id: { family, address, port: portNumber },
    forward,
    weight: weight((unsigned(attributes, DESTINATION.weight) ?? 0) | 0),
    upperThreshold: unsigned(attributes, DESTINATION.upper) ?? 0,
    lowerThreshold: unsigned(attributes, DESTINATION.lower) ?? 0,
    ...(isPlain(tunnel) ? {} : { tunnel }),
    activeConnections: unsigned(attributes, DESTINATION.active) ?? 0,
    inactiveConnections: unsigned(attributes, DESTINATION.inactive) ?? 0,
    persistentConnections: unsigned(attributes, DESTINATION.persistent) ?? 0,
    ...(counters === null ? {} : { counters }),
  }
}

function serviceNest(id: TableServiceId, settings: TableServiceSettings): Uint8Array {
  const flags =
    (settings.persistenceSeconds > 0 ? FLAG_PERSISTENT : 0) |
    (settings.onePacket ? FLAG_ONE_PACKET : 0) |
    (settings.schedulerFlags << SCHEDULER_FLAGS_SHIFT)
  return nested(TOP.service, [
    ...identityAttributes(id),
    attribute(SERVICE.scheduler, textBytes(settings.scheduler)),
    ...(settings.engine === '' ? [] : [attribute(SERVICE.engine, textBytes(settings.engine))]),
    attribute(SERVICE.flags, Uint8Array.of(...u32Bytes(flags), ...u32Bytes(ALL_FLAGS))),
    attribute(SERVICE.timeout, u32Bytes(settings.persistenceSeconds)),
    attribute(SERVICE.netmask, netmaskBytes(id.family, settings.prefix)),
  ])
}

function identityAttributes(id: TableServiceId): readonly Uint8Array[] {
  const family = attribute(SERVICE.family, u16Bytes(AF[id.family]))
  if (id.kind === 'mark') return [family, attribute(SERVICE.mark, u32Bytes(id.mark))]
  return [
    family,
    attribute(SERVICE.protocol, u16Bytes(PROTOCOL[id.protocol])),
    attribute(SERVICE.address, sixteenBytes(id.family, id.address)),
    attribute(SERVICE.port, portBytes(id.port)),
  ]
}

function destinationNest(id: TableDestinationId, settings: TableDestinationSettings): Uint8Array {
  const tunnel = settings.tunnel ?? PLAIN_TUNNEL
  return nested(TOP.destination, [
    attribute(DESTINATION.family, u16Bytes(AF[id.family])),
    attribute(DESTINATION.address, sixteenBytes(id.family, id.address)),
    attribute(DESTINATION.port, portBytes(id.port)),
    attribute(DESTINATION.forward, u32Bytes(FORWARD[settings.forward])),
    attribute(DESTINATION.weight, u32Bytes(settings.weight)),
    attribute(DESTINATION.tunnelType, u8Bytes(TUNNEL[tunnel.type])),
    attribute(DESTINATION.tunnelPort, portBytes(tunnel.port)),
    attribute(DESTINATION.tunnelFlags, u16Bytes(CHECKSUM[tunnel.checksum])),
    attribute(DESTINATION.upper, u32Bytes(settings.upperThreshold)),
    attribute(DESTINATION.lower, u32Bytes(settings.lowerThreshold)),
  ])
}

/** Addresses travel in 16 bytes, an IPv4 address in the first four of them. */
function sixteenBytes(family: Family, address: string): Uint8Array {
  const bytes = addressBytes(family, address)
  assert(bytes !== null, `a table address is checked where it is read: ${address}`)
  const field = new Uint8Array(16)
  field.set(bytes)
  return field
}

/** IPv4: the mask itself, in network order. IPv6: the prefix length, in the machine's order. */
function netmaskBytes(family: Family, prefix: number): Uint8Array {
  if (family === 6) return u32Bytes(prefix)
  const mask = prefix <= 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
  return Uint8Array.of(mask >>> 24, mask >>> 16, mask >>> 8, mask)
}

/** -1 for an IPv4 mask with holes: no prefix at all, so it equals no wanted one. */
function decodePrefix(attributes: Attributes, family: Family): number {
  if (family === 6) return unsigned(attributes, SERVICE.netmask) ?? 128
  const bytes = attributes.get(SERVICE.netmask)
  if (bytes === undefined || bytes.length < 4) return 32
  const bits = [...bytes.subarray(0, 4)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const prefix = bits.indexOf('0')
  if (prefix < 0) return 32
  return bits.includes('1', prefix) ? -1 : prefix
}

function longestPrefix(family: Family): number {
  return family === 4 ? 32 : 128
}

function nest(payload: Uint8Array, type: number): Attributes | Malformed {
  const message = decodeGeneric(payload)
  if (isMalformed(message)) return message
  const bytes = message.attributes.get(type)
  return bytes === undefined ? malformed(`the answer lacks attribute ${type}`) : decodeAttributes(bytes)
}

function decodeServiceId(attributes: Attributes, family: Family): TableServiceId | null | Malformed {
  const mark = unsigned(attributes, SERVICE.mark)
  if (mark !== null) return { kind: 'mark', family, mark }
  const address = decodeAddress(attributes, SERVICE.address, family)
  const portNumber = port(attributes, SERVICE.port)
  const protocolNumber = unsigned(attributes, SERVICE.protocol)
  if (address === null || portNumber === null || protocolNumber === null) {
    return malformed('a service without mark or address')
  }
  const protocol = nameOf(PROTOCOL, protocolNumber)
  return protocol === null ? null : { kind: 'address', family, protocol, address, port: portNumber }
}

function decodeAddress(attributes: Attributes, type: number, family: Family): string | null {
  const bytes = attributes.get(type)
  return bytes === undefined ? null : addressText(family, bytes)
}

/** The flags come as two integers, value and mask; the second is all ones in an answer. */
function unsignedFlags(attributes: Attributes): number {
  const pair = attributes.get(SERVICE.flags)
  return pair === undefined ? 0 : (unsigned(new Map([[SERVICE.flags, pair.subarray(0, 4)]]), SERVICE.flags) ?? 0)
}

function decodeTunnel(attributes: Attributes): TableTunnel {
  return {
    type: nameOf(TUNNEL, unsigned(attributes, DESTINATION.tunnelType) ?? 0) ?? 'ipip',
    port: port(attributes, DESTINATION.tunnelPort) ?? 0,
    checksum: nameOf(CHECKSUM, unsigned(attributes, DESTINATION.tunnelFlags) ?? 0) ?? 'none',
  }
}

function isPlain(tunnel: TableTunnel): boolean {
  return tunnel.type === 'ipip' && tunnel.port === 0 && tunnel.checksum === 'none'
}

/** 64-bit counters (since Linux 4.1) where there are some, else those that wrap at 32 bits. `null`: no counters at all. */
function decodeCounters(attributes: Attributes, table: { stats: number; stats64: number }): TableCounters | null {
  const bytes = attributes.get(table.stats64) ?? attributes.get(table.stats)
  const counters = bytes === undefined ? null : decodeAttributes(bytes)
  if (counters === null || isMalformed(counters)) return null
  const count = (type: number): number => unsigned(counters, type) ?? 0
  return {
    connections: count(1),
    packetsIn: count(2),
    packetsOut: count(3),
    bytesIn: count(4),
    bytesOut: count(5),
    connectionsPerSecond: count(6),
    packetsInPerSecond: count(7),
    packetsOutPerSecond: count(8),
    bytesInPerSecond: count(9),
    bytesOutPerSecond: count(10),
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

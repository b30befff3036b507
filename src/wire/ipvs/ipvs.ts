/**
 * The virtual server table in netlink's bytes: every change as a request, and the two lists asked for. What comes back is
 * read in listed.ts.
 * Source: linux/ip_vs.h (commands IPVS_CMD_*, attributes IPVS_CMD_ATTR_*, IPVS_SVC_ATTR_*, IPVS_DEST_ATTR_*). The requests are byte for byte those of ipvsadm 1.31, so a kernel meets nothing from us that it has not met before.
 */
import assert from 'node:assert/strict'
import type {
  Family,
  TableCommand,
  TableDestinationId,
  TableDestinationSettings,
  TableServiceId,
  TableServiceSettings,
  TableTunnel,
} from '../../model/table.ts'
import { weight } from '../../model/units.ts'
import { addressBytes } from './address.ts'
import { MessageWriter } from './message-writer.ts'
import { encodeGeneric, u32Bytes } from './netlink.ts'
import {
  AF,
  ALL_FLAGS,
  CHECKSUM,
  COMMAND,
  DESTINATION,
  FLAG_ONE_PACKET,
  FLAG_PERSISTENT,
  FORWARD,
  PROTOCOL,
  SCHEDULER_FLAGS_SHIFT,
  SERVICE,
  TOP,
  TUNNEL,
} from './numbers.ts'

const PLAIN_TUNNEL: TableTunnel = { type: 'ipip', port: 0, checksum: 'none' }

/** What ipvsadm puts into requests where the kernel looks at the identity only. */
const IGNORED_SERVICE: TableServiceSettings = {
  scheduler: '',
  prefix: 32,
  persistenceSeconds: 0,
  onePacket: false,
  schedulerFlags: 0,
  engine: '',
}
const IGNORED_SERVICE6: TableServiceSettings = { ...IGNORED_SERVICE, prefix: 128 }
const IGNORED_DESTINATION: TableDestinationSettings = {
  forward: 'route',
  weight: weight(1),
  upperThreshold: 0,
  lowerThreshold: 0,
}

/** The payload of a change, to be sent with COMMAND_FLAGS. */
export function encodeCommand(command: TableCommand): Uint8Array {
  return payload((writer) => writeCommand(writer, command))
}

/** Writes the same behind a message's header. */
export function writeCommand(writer: MessageWriter, command: TableCommand): void {
  const { service } = command
  writer.generic(COMMAND[command.kind])
  switch (command.kind) {
    case 'new-service':
    case 'set-service':
      writeService(writer, service, command.settings)
      break
    case 'delete-service':
      writeService(writer, service, ignored(service))
      break
    case 'new-destination':
    case 'set-destination':
    case 'delete-destination':
      writeService(writer, service, ignored(service))
      writeDestination(
        writer,
        command.destination,
        command.kind === 'delete-destination' ? IGNORED_DESTINATION : command.settings,
      )
  }
}

/** Sets the counters of one service and its destinations to 0, or all; to be sent with COMMAND_FLAGS. */
export function encodeZero(service: TableServiceId | null): Uint8Array {
  return payload((writer) => {
    writer.generic(COMMAND.zero)
    if (service !== null) writeService(writer, service, ignored(service))
  })
}

/** Asks for all services; to be sent with DUMP_FLAGS. */
export function encodeServicesRequest(): Uint8Array {
  return encodeGeneric(COMMAND['get-service'], [])
}

/** Asks for one service's destinations; to be sent with DUMP_FLAGS. A service that is not there has none, without error. */
export function encodeDestinationsRequest(service: TableServiceId): Uint8Array {
  return payload((writer) => {
    writer.generic(COMMAND['get-destination'])
    const nest = writer.nest(TOP.service)
    writeIdentity(writer, service)
    writer.endNest(nest)
  })
}

/** Each payload has bytes of its own. */
function payload(write: (writer: MessageWriter) => void): Uint8Array {
  scratch.clear()
  write(scratch)
  return scratch.written().slice()
}

const scratch = new MessageWriter()

function ignored(service: TableServiceId): TableServiceSettings {
  return service.family === 4 ? IGNORED_SERVICE : IGNORED_SERVICE6
}

function writeService(writer: MessageWriter, id: TableServiceId, settings: TableServiceSettings): void {
  const flags =
    (settings.persistenceSeconds > 0 ? FLAG_PERSISTENT : 0) |
    (settings.onePacket ? FLAG_ONE_PACKET : 0) |
    (settings.schedulerFlags << SCHEDULER_FLAGS_SHIFT)
  const nest = writer.nest(TOP.service)
  writeIdentity(writer, id)
  writer.text(SERVICE.scheduler, settings.scheduler)
  if (settings.engine !== '') writer.text(SERVICE.engine, settings.engine)
  writer.pair(SERVICE.flags, flags, ALL_FLAGS)
  writer.u32(SERVICE.timeout, settings.persistenceSeconds)
  writer.bytes(SERVICE.netmask, netmaskBytes(id.family, settings.prefix))
  writer.endNest(nest)
}

function writeIdentity(writer: MessageWriter, id: TableServiceId): void {
  writer.u16(SERVICE.family, AF[id.family])
  if (id.kind === 'mark') {
    writer.u32(SERVICE.mark, id.mark)
    return
  }
  writer.u16(SERVICE.protocol, PROTOCOL[id.protocol])
  writeAddress(writer, SERVICE.address, id)
  writer.port(SERVICE.port, id.port)
}

function writeDestination(writer: MessageWriter, id: TableDestinationId, settings: TableDestinationSettings): void {
  const tunnel = settings.tunnel ?? PLAIN_TUNNEL
  const nest = writer.nest(TOP.destination)
  writer.u16(DESTINATION.family, AF[id.family])
  writeAddress(writer, DESTINATION.address, id)
  writer.port(DESTINATION.port, id.port)
  writer.u32(DESTINATION.forward, FORWARD[settings.forward])
  writer.u32(DESTINATION.weight, settings.weight)
  writer.u8(DESTINATION.tunnelType, TUNNEL[tunnel.type])
  writer.port(DESTINATION.tunnelPort, tunnel.port)
  writer.u16(DESTINATION.tunnelFlags, CHECKSUM[tunnel.checksum])
  writer.u32(DESTINATION.upper, settings.upperThreshold)
  writer.u32(DESTINATION.lower, settings.lowerThreshold)
  writer.endNest(nest)
}

/** Addresses travel in 16 bytes, an IPv4 address in the first four of them. */
function writeAddress(
  writer: MessageWriter,
  type: number,
  id: { readonly family: Family; readonly address: string },
): void {
  const bytes = addressBytes(id.family, id.address)
  assert(bytes !== null, `a table address is checked where it is read: ${id.address}`)
  writer.bytes(type, bytes, 16)
}

/** IPv4: the mask itself, in network order. IPv6: the prefix length, in the machine's order. */
function netmaskBytes(family: Family, prefix: number): Uint8Array {
  if (family === 6) return u32Bytes(prefix)
  const mask = prefix <= 0 ? 0 : (0xffffffff << (32 - prefix)) >>> 0
  return Uint8Array.of(mask >>> 24, mask >>> 16, mask >>> 8, mask)
}

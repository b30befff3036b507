/**
 * A kernel at the end of a netlink socket, in bytes: it keeps a table, acknowledges changes and hands out lists as Linux
 * does, and can be told to do badly what Linux does badly once in a blue moon.
 */
import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { openMemoryTable } from '../../src/edge/table/memory-table.ts'
import type { NetlinkSocket } from '../../src/edge/table/netlink-socket.ts'
import type { TableCommand, TableDoor, TableService } from '../../src/model/table.ts'
import { serviceText } from '../../src/model/table.ts'
import { encodeCommand } from '../../src/wire/ipvs/ipvs.ts'
import { decodeDestination, decodeService, decodeServiceId } from '../../src/wire/ipvs/listed.ts'
import type { NetlinkMessage } from '../../src/wire/ipvs/netlink.ts'
import {
  DUMP_FLAGS,
  decodeMessages,
  encodeMessage,
  isMalformed,
  NLMSG_DONE,
  NLMSG_ERROR,
  QUIET_FLAGS,
} from '../../src/wire/ipvs/netlink.ts'

export interface FakeKernel {
  readonly socket: NetlinkSocket
  /** The table that it keeps. */
  readonly table: TableDoor
  /** How many messages each datagram carried that was sent to it. */
  readonly sent: readonly number[]
  /** How large a receive buffer it was asked for, each time. */
  readonly grown: readonly number[]
}

/** What it does badly. Each is asked every time, and says by its answer whether it applies. */
export interface Faults {
  /** Entries of a list in one datagram. */
  readonly perDatagram?: number
  /** An errno's name: the datagram is not taken. */
  send?(count: number): string | null
  /** An errno's name instead of the datagram, which stays where it is. */
  receive?(count: number): string | null
  /** The datagram is changed, or lost (`null`), before it is queued. */
  answer?(datagram: Uint8Array, count: number): Uint8Array | null
  /** Called before a list's datagram is made: somebody changes the table. */
  beforeList?(what: 'services' | 'destinations', count: number): void
  /** A list is refused. */
  refuseList?(what: 'services' | 'destinations', count: number): keyof typeof constants.errno | null
}

const KINDS = new Map<number, TableCommand['kind']>([
  [1, 'new-service'],
  [2, 'set-service'],
  [3, 'delete-service'],
  [5, 'new-destination'],
  [6, 'set-destination'],
  [7, 'delete-destination'],
])
const GET_SERVICE = 4

export function fakeKernel(faults: Faults = {}): FakeKernel {
  const table = openMemoryTable('a test')
  const queue: Uint8Array[] = []
  const sent: number[] = []
  const grown: number[] = []
  const counts = { send: 0, receive: 0, answer: 0, list: 0 }

  const answer = (datagram: Uint8Array) => {
    counts.answer += 1
    const changed = faults.answer === undefined ? datagram : faults.answer(datagram, counts.answer)
    if (changed !== null) queue.push(changed)
  }
  const end = (to: NetlinkMessage, type: number, errno: number) => {
    const payload = new Uint8Array(new Int32Array([-errno]).buffer)
    answer(encodeMessage({ ...to, type, flags: 0, payload }))
  }
  const list = (request: NetlinkMessage) => {
    counts.list += 1
    const what = request.payload[0] === GET_SERVICE ? 'services' : 'destinations'
    const refusal = faults.refuseList?.(what, counts.list) ?? null
    if (refusal !== null) return end(request, NLMSG_ERROR, constants.errno[refusal])
    faults.beforeList?.(what, counts.list)
    const payloads = what === 'services' ? services(table).map(servicePayload) : destinationPayloads(table, request)
    const most = faults.perDatagram ?? payloads.length
    for (let at = 0; at < payloads.length; at += most) {
      const messages = payloads.slice(at, at + most).map((payload) => encodeMessage({ ...request, flags: 2, payload }))
      answer(Buffer.concat(messages))
      if (at + most < payloads.length) faults.beforeList?.(what, counts.list)
    }
    return end(request, NLMSG_DONE, 0)
  }

  /** Who asks for no acknowledgement hears of a refusal alone (netlink(7)). */
  const change = (message: NetlinkMessage) => {
    const errno = carryOut(table, message)
    if (errno !== 0 || message.flags !== QUIET_FLAGS) end(message, NLMSG_ERROR, errno)
  }

  const socket: NetlinkSocket = {
    send(bytes) {
      counts.send += 1
      const refusal = faults.send?.(counts.send) ?? null
      if (refusal !== null) return refusal
      const messages = decodeMessages(bytes)
      assert(!isMalformed(messages))
      sent.push(messages.length)
      for (const message of messages) {
        if (message.flags === DUMP_FLAGS) list(message)
        else change(message)
      }
      return null
    },
    receive(into) {
      counts.receive += 1
      const refusal = faults.receive?.(counts.receive) ?? null
      if (refusal !== null) return refusal
      const next = queue.shift()
      if (next === undefined) return 'EAGAIN'
      into.set(next.subarray(0, into.length))
      return next.length
    },
    grow: (bytes) => void grown.push(bytes),
    close() {},
  }
  return { socket, table, sent, grown }
}

function services(table: TableDoor): readonly TableService[] {
  const read = table.read()
  assert(read.kind === 'table')
  return read.services
}

/** The kernel lists a service in the very form in which it is made. */
function servicePayload({ id, ...settings }: TableService): Uint8Array {
  return encodeCommand({ kind: 'new-service', service: id, settings })
}

function destinationPayloads(table: TableDoor, request: NetlinkMessage): Uint8Array[] {
  const id = decodeServiceId(request.payload)
  assert(id !== null && !isMalformed(id))
  const service = services(table).find((one) => serviceText(one.id) === serviceText(id))
  return (service?.destinations ?? []).map(({ id: destination, ...settings }) =>
    encodeCommand({ kind: 'new-destination', service: id, destination, settings }),
  )
}

function carryOut(table: TableDoor, { payload }: NetlinkMessage): number {
  const kind = KINDS.get(payload[0] ?? 0)
  const service = decodeService(payload)
  assert(kind !== undefined && service !== null && !isMalformed(service))
  const answered = table.apply(command(kind, service, payload))
  if (answered.kind === 'ok') return 0
  const number = Object.entries(constants.errno).find(([name]) => name === answered.errno)?.[1]
  assert(number !== undefined)
  return number
}

function command(kind: TableCommand['kind'], service: TableService, payload: Uint8Array): TableCommand {
  const { id } = service
  if (kind === 'delete-service') return { kind, service: id }
  if (kind === 'new-service' || kind === 'set-service') return { kind, service: id, settings: settingsOf(service) }
  const destination = decodeDestination(payload, id)
  assert(destination !== null && !isMalformed(destination))
  if (kind === 'delete-destination') return { kind, service: id, destination: destination.id }
  const { forward, weight, upperThreshold, lowerThreshold } = destination
  const settings = { forward, weight, upperThreshold, lowerThreshold }
  return { kind, service: id, destination: destination.id, settings }
}

function settingsOf({ id: _, destinations: __, counters: ___, ...settings }: TableService) {
  return settings
}

/**
 * Requests and their answers on a netlink socket: many changes in one datagram with an acknowledgement each, and lists of
 * any length. What may succeed when it is tried again is tried again here, a few times and no more; every other refusal
 * is handed on by its errno.
 * Source: netlink(7), "ENOBUFS"; linux/netlink.h, NLM_F_DUMP_INTR; net/netlink/af_netlink.c by its observed answers.
 */
import { MessageWriter } from '../../wire/ipvs/message-writer.ts'
import type { Malformed, NetlinkMessage } from '../../wire/ipvs/netlink.ts'
import {
  COMMAND_FLAGS,
  decodeErrno,
  decodeMessages,
  encodeMessage,
  isMalformed,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
  QUIET_FLAGS,
} from '../../wire/ipvs/netlink.ts'
import { errnoName } from '../libc.ts'
import type { NetlinkSocket } from './netlink-socket.ts'

/** What came of one change. */
export interface Acknowledged {
  /** `null`: it is done. */
  readonly errno: string | null
  /** An earlier answer to it was lost, so the kernel may have carried it out then already. */
  readonly resent: boolean
}

export type Listed<Item> =
  | {
      readonly kind: 'listed'
      readonly items: readonly Item[]
      /** In how many datagrams they came: only what is in one has been read in one moment. */
      readonly datagrams: number
    }
  | { readonly kind: 'refused'; readonly errno: string; readonly detail: string }

/** Says what a payload is, `null` to pass it over. It is read before the next one is received, so nothing is copied. */
export type Decode<Item> = (payload: Uint8Array) => Item | null | Malformed

/** Writes a change's payload behind its header. Called again if it must be sent again. */
export type Write = (writer: MessageWriter) => void

export interface Exchange {
  /** Changes, in order; a refused one keeps none of the others back. */
  commandAll(type: number, changes: readonly Write[]): readonly Acknowledged[]
  /** All that the kernel answers to one request. */
  list<Item>(type: number, flags: number, payload: Uint8Array, decode: Decode<Item>): Listed<Item>
  close(): void
}

/** One datagram: the kernel fills at most 32 KiB with a list's messages. */
const DATAGRAM_BYTES = 64 * 1024
/** A datagram that did not fit is asked for again with so much room at most. */
const MAX_DATAGRAM_BYTES = 1024 * 1024
/** What may queue up between two reads; a list never needs it all. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024
const MAX_RECEIVE_BUFFER_BYTES = 16 * 1024 * 1024
/** Changes in one datagram: so that their acknowledgements, a kilobyte of kernel memory each, fit any receive buffer. */
const BATCH_COMMANDS = 128
/** How often one request is sent before its error is handed on. */
const REQUEST_ATTEMPTS = 5
/** How many datagrams may answer one request; a list of a million destinations needs about 13 000. */
const MAX_DATAGRAMS = 100_000

/**
 * Errors after which the same request may well succeed. EAGAIN, also named EWOULDBLOCK: an answer that should be there
 * is not. EMSGSIZE: our own word for a cut datagram. EBUSY: the socket is still handing out an earlier list.
 */
const PASSING = new Set(['EINTR', 'EAGAIN', 'EWOULDBLOCK', 'ENOBUFS', 'EBUSY', 'EMSGSIZE', 'ENOMEM'])
const NOTHING_THERE = new Set(['EAGAIN', 'EWOULDBLOCK'])

export function exchangeOn(socket: NetlinkSocket): Exchange {
  let datagram = new Uint8Array(DATAGRAM_BYTES)
  let receiveBuffer = RECEIVE_BUFFER_BYTES
  const writer = new MessageWriter()
  let sequence = 0
  socket.grow(receiveBuffer)

  /** The next datagram, or an errno. Being interrupted means nothing: it is read again. */
  function receive(): Uint8Array | string {
    for (let attempt = 1; ; attempt += 1) {
      const length = socket.receive(datagram)
      if (length === 'EINTR' && attempt < REQUEST_ATTEMPTS) continue
      if (typeof length === 'string') {
        if (length === 'ENOBUFS') makeRoom()
        return length
      }
      if (length <= datagram.length) return datagram.subarray(0, length)
      if (length <= MAX_DATAGRAM_BYTES) datagram = new Uint8Array(length)
      return 'EMSGSIZE'
    }
  }

  function makeRoom(): void {
    receiveBuffer = Math.min(MAX_RECEIVE_BUFFER_BYTES, receiveBuffer * 2)
    socket.grow(receiveBuffer)
  }

  /** Throws away what is left of an answer that broke off; the kernel starts no second list before the first is read. */
  function drain(): void {
    for (let count = 0; count < MAX_DATAGRAMS; count += 1) {
      const got = receive()
      if (typeof got === 'string' && got !== 'EMSGSIZE' && got !== 'ENOBUFS') return
    }
  }

  function listOnce<Item>(type: number, flags: number, payload: Uint8Array, decode: Decode<Item>): Listed<Item> {
    // A new number each time, so that what is left of an answer that broke off is not taken for this one's.
    sequence = (sequence + 1) >>> 0
    const sent = socket.send(encodeMessage({ type, flags, sequence, port: 0, payload }))
    if (sent !== null) return refusedList(sent)
    const items: Item[] = []
    let datagrams = 0
    let interrupted = false
    for (let count = 0; count < MAX_DATAGRAMS; count += 1) {
      const bytes = receive()
      if (typeof bytes === 'string') return refusedList(bytes)
      const messages = decodeMessages(bytes)
      if (isMalformed(messages)) return refusedList('EPROTO', messages.text)
      let found = false
      for (const message of messages) {
        if (message.sequence !== sequence) continue
        interrupted ||= (message.flags & NLM_F_DUMP_INTR) !== 0
        const end = endOf(message)
        if (end === 0)
          return interrupted ? refusedList('EINTR') : { kind: 'listed', items, datagrams: datagrams + Number(found) }
        if (end !== null) return refusedList(end === -1 ? 'EPROTO' : errnoName(end))
        const item = decode(message.payload)
        if (isMalformed(item)) return refusedList('EPROTO', item.text)
        if (item !== null) items.push(item)
        found = true
      }
      datagrams += Number(found)
    }
    return refusedList('EOVERFLOW')
  }

  /**
   * Sends some changes and notes every answer. `null`: whatever has no answer now, has lost it; else nothing was done.
   * `each`: every one is acknowledged; otherwise the last alone, which the kernel answers after all refusals before it.
   */
  function sendBatch(type: number, batch: readonly Change[], each: boolean): string | null {
    const first = (sequence + 1) >>> 0
    writer.clear()
    for (const [i, { write }] of batch.entries()) {
      const flags = each || i === batch.length - 1 ? COMMAND_FLAGS : QUIET_FLAGS
      const message = writer.message(type, flags, (first + i) >>> 0)
      write(writer)
      writer.end(message)
    }
    sequence = (sequence + batch.length) >>> 0
    const sent = socket.send(writer.written())
    if (sent !== null) return sent
    let waiting = batch.length
    let lost = false
    for (let count = 0; waiting > 0 && count < MAX_DATAGRAMS; count += 1) {
      const got = receive()
      if (typeof got === 'string') {
        if (got === 'ENOBUFS' || got === 'EMSGSIZE') {
          lost = true
          continue
        }
        if (!NOTHING_THERE.has(got)) for (const change of batch) change.errno ??= got
        return null
      }
      const messages = decodeMessages(got)
      lost ||= isMalformed(messages)
      for (const message of isMalformed(messages) ? [] : messages) {
        const change = batch[(message.sequence - first) >>> 0]
        if (change === undefined || change.errno !== undefined || message.type !== NLMSG_ERROR) continue
        const end = endOf(message)
        change.errno = end === 0 ? null : end === null || end === -1 ? 'EPROTO' : errnoName(end)
        waiting -= 1
        // After the last one's nothing more comes: whoever was not refused is done, unless a refusal may have been lost.
        if (each || lost || change !== batch.at(-1)) continue
        for (const quiet of batch) quiet.errno ??= null
        return null
      }
    }
    return null
  }

  return {
    commandAll(type, writes) {
      const changes = writes.map((write): Change => ({ write, errno: undefined, resent: false }))
      let size = BATCH_COMMANDS
      let failures = 0
      for (let from = 0; from < changes.length; ) {
        // Whatever was sent and not answered is first in line: no later change overtakes it.
        const open = changes.slice(from, from + size).filter((change) => change.errno === undefined)
        if (open.length === 0) {
          from += size
          failures = 0
          continue
        }
        const sent = sendBatch(type, open, failures > 0)
        if (sent === 'EMSGSIZE' && size > 1) {
          size = Math.max(1, size >> 2)
          continue
        }
        if (sent !== null && !PASSING.has(sent)) for (const change of open) change.errno = sent
        if (open.every((change) => change.errno !== undefined)) continue
        failures += 1
        for (const change of open) {
          if (change.errno !== undefined) continue
          if (failures === REQUEST_ATTEMPTS) change.errno = sent ?? 'ENOBUFS'
          else if (sent === null) change.resent = true
        }
        if (failures < REQUEST_ATTEMPTS) drain()
      }
      return changes.map(({ errno, resent }) => ({ errno: errno ?? null, resent }))
    },
    list(type, flags, payload, decode) {
      for (let attempt = 1; ; attempt += 1) {
        const reply = listOnce(type, flags, payload, decode)
        if (reply.kind === 'listed' || !PASSING.has(reply.errno) || attempt === REQUEST_ATTEMPTS) return reply
        drain()
      }
    },
    close: () => socket.close(),
  }
}

interface Change {
  readonly write: Write
  /** `undefined`: not answered yet. */
  errno: string | null | undefined
  resent: boolean
}

/** `null`: the answer goes on. Else the errno with which it ends, 0 for success, -1 if it is cut off. */
function endOf(message: NetlinkMessage): number | null {
  if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) return null
  return decodeErrno(message.payload) ?? (message.type === NLMSG_DONE ? 0 : -1)
}

function refusedList(errno: string, detail = ''): Listed<never> {
  return { kind: 'refused', errno, detail }
}

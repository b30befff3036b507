/**
 * Sends ICMP echo requests and waits for what comes of them. All requests of one family and way out share a socket, which
 * exists only while one of them is under way. The socket is looked at every few milliseconds; the kernel's time stamps
 * keep round trips exact all the same.
 */
import { randomBytes, randomInt } from 'node:crypto'
import type { Family } from '../../model/table.ts'
import type { Milliseconds, Uptime } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import { decodeIcmp, encodeEchoRequest, withoutIpv4Header } from '../../wire/icmp.ts'
import { addressBytes, addressText } from '../../wire/ipvs/address.ts'
import { clock, elapsed } from '../clock.ts'
import type { Outlet, SocketTrouble } from '../probe/own-socket.ts'
import { type Arrival, type IcmpSocket, openIcmpSocket } from './icmp-socket.ts'

interface EchoRequest {
  readonly family: Family
  readonly address: string
  readonly outlet: Outlet
  /** Bytes behind the ICMP header, at least TOKEN_BYTES. */
  readonly size: number
  readonly wait: Milliseconds
  readonly signal: AbortSignal
}

export type EchoAnswer =
  | { readonly kind: 'reply'; readonly roundTrip: Milliseconds }
  /** `from` says so; `text` is a sentence's tail. */
  | { readonly kind: 'unreachable'; readonly from: string; readonly text: string }
  | { readonly kind: 'silent' }
  | { readonly kind: 'not-sent'; readonly errno: string }
  | { readonly kind: 'no-socket'; readonly trouble: SocketTrouble }
  | { readonly kind: 'too-many' }

/** How often a socket with requests under way is looked at. */
const LOOK_EVERY_MS = 4
/** Packets read at one look; what is left waits for the next, so that a flood cannot hold the daemon up. */
const READS_AT_ONCE = 500
/** Requests under way at one time through one socket; well below the 65536 sequence numbers. */
const UNDER_WAY_LIMIT = 20_000
/** Random bytes at the start of each request; only what answers that very request knows them. */
export const TOKEN_BYTES = 12

interface Flight {
  readonly token: Buffer
  readonly destination: string
  readonly sent: Uptime
  readonly wait: Milliseconds
  settle(answer: EchoAnswer): void
}

interface Channel {
  readonly family: Family
  readonly socket: IcmpSocket
  readonly id: number
  readonly flights: Map<number, Flight>
  next: number
}

const channels = new Map<string, Channel>()

/** Settles with the answer, or as silent after `wait` or soon after `signal`; never rejects. */
export function echo(request: EchoRequest): Promise<EchoAnswer> {
  if (request.signal.aborted) return Promise.resolve({ kind: 'silent' })
  const channel = channelFor(request)
  if ('step' in channel) return Promise.resolve({ kind: 'no-socket', trouble: channel })
  if (channel.flights.size >= UNDER_WAY_LIMIT) return Promise.resolve({ kind: 'too-many' })
  return new Promise((resolve) => {
    const sequence = freeSequence(channel)
    const settle = (answer: EchoAnswer): void => {
      channel.flights.delete(sequence)
      request.signal.removeEventListener('abort', onAbort)
      if (channel.flights.size === 0) closeChannel(channel)
      resolve(answer)
    }
    const onAbort = (): void => settle({ kind: 'silent' })
    request.signal.addEventListener('abort', onAbort, { once: true })

    const token = randomBytes(TOKEN_BYTES)
    const payload = Buffer.alloc(Math.max(request.size, TOKEN_BYTES))
    token.copy(payload)
    const { family, address, wait } = request
    const bytes = encodeEchoRequest(family, { id: channel.id, sequence, payload })
    const destination = onWire(family, address)
    channel.flights.set(sequence, { token, destination, sent: clock.uptime(), wait, settle })
    const outcome = channel.socket.send(bytes, address)
    if (outcome !== 'OK') settle({ kind: 'not-sent', errno: outcome })
  })
}

function channelFor({ family, outlet }: EchoRequest): Channel | SocketTrouble {
  const key = `${family} ${outlet.source} ${outlet.bindIf} ${outlet.mark}`
  const open = channels.get(key)
  if (open !== undefined) return open
  const socket = openIcmpSocket(family, outlet)
  if ('step' in socket) return socket
  const channel = {
    family,
    socket,
    id: randomInt(0x10000),
    flights: new Map<number, Flight>(),
    next: randomInt(0x10000),
  }
  channels.set(key, channel)
  setTimeout(look, LOOK_EVERY_MS, channel)
  return channel
}

function closeChannel(channel: Channel): void {
  for (const [key, open] of channels) if (open === channel) channels.delete(key)
  channel.socket.close()
}

function freeSequence(channel: Channel): number {
  while (channel.flights.has(channel.next)) channel.next = (channel.next + 1) & 0xffff
  const sequence = channel.next
  channel.next = (sequence + 1) & 0xffff
  return sequence
}

/** Reads what has arrived, then settles what has waited long enough; arranges the next look while anything is under way. */
function look(channel: Channel): void {
  for (let reads = 0; reads < READS_AT_ONCE && channel.flights.size > 0; reads++) {
    const arrival = channel.socket.receive()
    if (arrival === null) break
    hear(channel, arrival)
  }
  for (const flight of channel.flights.values()) {
    if (elapsed(flight.sent) >= flight.wait) flight.settle({ kind: 'silent' })
  }
  if (channel.flights.size > 0) setTimeout(look, LOOK_EVERY_MS, channel)
}

/** A raw socket hears everybody's answers, so an answer counts only if it carries our number and our token. */
function hear(channel: Channel, { packet, from, ageMs }: Arrival): void {
  const { family, socket, id, flights } = channel
  const bytes = family === 4 && socket.raw ? withoutIpv4Header(packet) : packet
  if (bytes === null) return
  const message = decodeIcmp(family, bytes)
  if (message.kind === 'echo-reply') {
    const flight = flights.get(message.echo.sequence)
    if (flight === undefined || !flight.token.equals(message.echo.payload.subarray(0, TOKEN_BYTES))) return
    const waited = elapsed(flight.sent)
    flight.settle({ kind: 'reply', roundTrip: milliseconds(Math.max(0, waited - ageMs)) })
  }
  if (message.kind === 'error' && message.original?.id === id) {
    const flight = flights.get(message.original.sequence)
    if (flight === undefined || flight.destination !== message.original.destination) return
    flight.settle({ kind: 'unreachable', from, text: message.text })
  }
}

/** An address as an error message quotes it: without a zone, which is not on the wire, and in its shortest form. */
function onWire(family: Family, address: string): string {
  const bytes = addressBytes(family, address.split('%')[0] ?? '')
  return bytes === null ? '' : (addressText(family, bytes) ?? '')
}

/**
 * An ICMP socket, version 4 or 6. Raw where this process may open one (root, CAP_NET_RAW): it also hears what routers
 * say of packets that did not arrive. Otherwise a datagram socket, which Linux grants to the groups in
 * net.ipv4.ping_group_range (icmp(7)); it hears the replies to its own requests only.
 * Constants: linux/in.h, linux/icmp.h, linux/icmpv6.h, asm-generic/socket.h.
 */
import type { Family } from '../../model/table.ts'
import { addressText } from '../../wire/ipvs/address.ts'
import { errnoName, libc } from '../libc.ts'
import { leaveBy, type Outlet, type SocketTrouble } from '../probe/own-socket.ts'
import { ADDRESS_AT, ADDRESS_LENGTH, DOMAIN, socketAddress } from '../probe/socket-address.ts'

export interface IcmpSocket {
  readonly raw: boolean
  /** `OK`, or the errno's name. */
  send(bytes: Uint8Array, address: string): string
  /** The next packet that has arrived; `null` if none has. */
  receive(): Arrival | null
  close(): void
}

export interface Arrival {
  /** Valid until the next `receive`; a raw socket of version 4 puts the IP header before the ICMP message. */
  readonly packet: Uint8Array
  readonly from: string
  /** How long it has lain in the socket, in milliseconds, by the kernel's own time stamp. */
  readonly ageMs: number
}

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)')
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)')
const sendto = libc.func(
  'intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t addressLength)',
)
const recvfrom = libc.func(
  'intptr_t recvfrom(int fd, _Out_ void *data, size_t length, int flags, _Out_ void *address, _Inout_ uint32_t *addressLength)',
)
const ioctl = libc.func('int ioctl(int fd, unsigned long request, _Out_ void *argument)')
const clockGettime = libc.func('int clock_gettime(int clock, _Out_ void *time)')
const close = libc.func('int close(int fd)')

const SOCK_DGRAM = 2
const SOCK_RAW = 3
const NONBLOCKING_CLOEXEC = 0o4000 | 0o2000000
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const CLOCK_REALTIME = 0
/** Gives the time stamp of the packet read last; the first call switches time stamps on. */
const SIOCGSTAMPNS = 0x8907

const kinds = {
  4: {
    protocol: 1,
    /** ICMP_FILTER on SOL_RAW: a set bit keeps that type out. Echo reply 0, unreachable 3, time exceeded 11 pass. */
    filter: { level: 255, name: 1, words: [~((1 << 0) | (1 << 3) | (1 << 11))] },
  },
  6: {
    protocol: 58,
    /** ICMPV6_FILTER, 256 bits: errors 1 to 3 and echo reply 129 pass. */
    filter: { level: 58, name: 1, words: [~0b1110, -1, -1, -1, ~(1 << 1), -1, -1, -1] },
  },
} as const

/** The largest packet read, in bytes: more than the longest request and its headers. What is longer is cut. */
const PACKET_LIMIT = 10_000
/** Room for the replies to some thousand requests that arrive between two looks, in bytes. */
const RECEIVE_BUFFER = 1_048_576

/** The socket, or what refused it. */
export function openIcmpSocket(family: Family, outlet: Outlet): IcmpSocket | SocketTrouble {
  const { protocol, filter } = kinds[family]
  let fd: number = socket(DOMAIN[family], SOCK_RAW | NONBLOCKING_CLOEXEC, protocol)
  const raw = fd >= 0
  if (!raw) fd = socket(DOMAIN[family], SOCK_DGRAM | NONBLOCKING_CLOEXEC, protocol)
  if (fd < 0) return { step: 'socket', errno: errnoName() }

  if (raw) setOption(fd, filter.level, filter.name, filter.words)
  setOption(fd, SOL_SOCKET, SO_RCVBUF, [RECEIVE_BUFFER])
  const trouble = leaveBy(fd, outlet) ?? bindTo(fd, family, outlet)
  if (trouble !== null) {
    close(fd)
    return trouble
  }
  ioctl(fd, SIOCGSTAMPNS, new Uint8Array(16))
  return { raw, ...doors(fd, family, outlet) }
}

function bindTo(fd: number, family: Family, { source, bindIf }: Outlet): SocketTrouble | null {
  if (source === null) return null
  const address = socketAddress(family, source, 0, bindIf)
  return bind(fd, address, address.length) === 0 ? null : { step: 'bind', errno: errnoName() }
}

function doors(fd: number, family: Family, { bindIf }: Outlet): Omit<IcmpSocket, 'raw'> {
  const room = new Uint8Array(PACKET_LIMIT)
  const from = new Uint8Array(ADDRESS_LENGTH[family])
  return {
    send(bytes, address) {
      const to = socketAddress(family, address, 0, bindIf)
      return sendto(fd, bytes, bytes.length, 0, to, to.length) < 0 ? errnoName() : 'OK'
    },
    receive() {
      const length = Number(recvfrom(fd, room, room.length, 0, from, [from.length]))
      if (length < 0) return null
      const sender = addressText(family, from.subarray(ADDRESS_AT[family])) ?? ''
      return { packet: room.subarray(0, length), from: sender, ageMs: ageOfLast(fd) }
    },
    close: () => close(fd),
  }
}

function ageOfLast(fd: number): number {
  const stamp = new BigInt64Array(2)
  const now = new BigInt64Array(2)
  if (ioctl(fd, SIOCGSTAMPNS, stamp) !== 0 || clockGettime(CLOCK_REALTIME, now) !== 0) return 0
  return Math.max(0, (nanoseconds(now) - nanoseconds(stamp)) / 1e6)
}

/** Exact for differences of a day; these differ by milliseconds. */
const nanoseconds = ([secs = 0n, nanos = 0n]: BigInt64Array): number =>
  Number((secs % 86_400n) * 1_000_000_000n + nanos)

function setOption(fd: number, level: number, name: number, words: readonly number[]): void {
  const value = Int32Array.from(words)
  setsockopt(fd, level, name, value, value.byteLength)
}

/**
 * The only way into the kernel's virtual server table: a generic netlink socket. The kernel answers a request before the
 * call that sent it returns, so reading without waiting finds the whole answer, and nothing here blocks the daemon.
 * Source: netlink(7), socket(7), recv(2); numbers of asm-generic/socket.h and linux/netlink.h.
 */
import { errnoName, libc } from '../libc.ts'

/** Datagrams to the kernel and back. No call throws or waits; a text is an errno's name. */
export interface NetlinkSocket {
  /** `null`: the kernel has taken it, and has answered already. */
  send(bytes: Uint8Array): string | null
  /** The next datagram, as far as it fits; its true length, which may be more. EAGAIN: there is none. */
  receive(into: Uint8Array): number | string
  /** Asks for room for more answers that nobody has received yet. */
  grow(bytes: number): void
  close(): void
}

const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const NETLINK_GENERIC = 16
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVBUFFORCE = 33
const SOL_NETLINK = 270
/** Refusals quote the request's header only, not the whole request: that would fill the buffer sooner. Since Linux 4.3. */
const NETLINK_CAP_ACK = 10
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)')
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)')
const send = libc.func('intptr_t send(int fd, const void *data, size_t length, int flags)')
const recv = libc.func('intptr_t recv(int fd, _Out_ void *data, size_t length, int flags)')
const close = libc.func('int close(int fd)')

/** A text says which errno refused it, and at which call. */
export function openNetlinkSocket(): NetlinkSocket | { readonly errno: string; readonly call: 'socket' | 'bind' } {
  const fd: number = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC)
  if (fd < 0) return { errno: errnoName(), call: 'socket' }
  // struct sockaddr_nl with port 0: the kernel chooses one.
  const address = new Uint8Array(12)
  address.set(new Uint8Array(new Uint16Array([AF_NETLINK]).buffer))
  if (bind(fd, address, address.length) < 0) {
    const errno = errnoName()
    close(fd)
    return { errno, call: 'bind' }
  }
  setOption(fd, SOL_NETLINK, NETLINK_CAP_ACK, 1)
  return netlinkOn(fd)
}

function netlinkOn(fd: number): NetlinkSocket {
  let closed = false
  return {
    send(bytes) {
      if (closed) return 'EBADF'
      return send(fd, bytes, bytes.length, 0) < 0 ? errnoName() : null
    },
    receive(into) {
      if (closed) return 'EBADF'
      // With MSG_TRUNC the result is the datagram's true length, also where the buffer was too small for it.
      const length: number = recv(fd, into, into.length, MSG_DONTWAIT | MSG_TRUNC)
      return length < 0 ? errnoName() : length
    },
    grow(bytes) {
      // Only root may pass the system's limit; if that is refused, what is allowed will do.
      if (!closed && !setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, bytes)) setOption(fd, SOL_SOCKET, SO_RCVBUF, bytes)
    },
    close() {
      if (!closed) close(fd)
      closed = true
    },
  }
}

function setOption(fd: number, level: number, name: number, value: number): boolean {
  const bytes = new Uint8Array(new Int32Array([value]).buffer)
  return setsockopt(fd, level, name, bytes, bytes.length) === 0
}

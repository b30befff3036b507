/**
 * A socket that leaves this machine the way the operator asks: from an address, a port, an interface, or with a mark for
 * policy routing. Node sets none but the first two, and no option before it connects, so the socket is made by the C
 * library and handed to Node unconnected; Node connects it, and waits without holding anything up.
 * Source: socket(7), SO_MARK and SO_BINDTODEVICE; ip(7), IP_RECVERR; asm-generic/socket.h.
 */
import type { Family } from '../../model/table.ts'
import { errnoName, libc } from '../libc.ts'
import { DOMAIN, socketAddress } from './socket-address.ts'

/** How packets leave. What is not given is left to the routing table. */
export interface Outlet {
  /** The local address. */
  readonly source: string | null
  readonly bindPort?: number | undefined
  /** The interface, by name. */
  readonly bindIf?: string | undefined
  /** The firewall mark, 0 to 2^32 - 1. */
  readonly mark?: number | undefined
}

/** What the kernel refused. */
export interface SocketTrouble {
  readonly step: 'socket' | 'mark' | 'interface' | 'bind'
  readonly errno: string
}

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)')
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)')
const close = libc.func('int close(int fd)')

const TYPE = { stream: 1, datagram: 2 } as const
const NONBLOCKING_CLOEXEC = 0o4000 | 0o2000000
const SOL_SOCKET = 1
const SO_REUSEADDR = 2
const SO_BINDTODEVICE = 25
const SO_MARK = 36
/** Of level IPPROTO_IP, for both families. */
const IPPROTO_IP = 0
const IP_BIND_ADDRESS_NO_PORT = 24
/** IP_RECVERR and IPV6_RECVERR: errors that ICMP reports reach the socket, "host unreachable" among them. */
const RECVERR = { 4: { level: 0, name: 11 }, 6: { level: 41, name: 25 } } as const

/** Whether Node by itself cannot do what is asked. */
export const needsOwnSocket = ({ bindPort, bindIf, mark }: Outlet): boolean =>
  bindPort !== undefined || bindIf !== undefined || (mark ?? 0) !== 0

/** A bound, unconnected socket that does not block. Whoever gets the descriptor has to close it. */
export function ownSocket(kind: keyof typeof TYPE, family: Family, outlet: Outlet): number | SocketTrouble {
  const fd: number = socket(DOMAIN[family], TYPE[kind] | NONBLOCKING_CLOEXEC, 0)
  if (fd < 0) return { step: 'socket', errno: errnoName() }
  const trouble = leaveBy(fd, outlet) ?? bindTo(fd, family, outlet)
  if (trouble !== null) {
    closeSocket(fd)
    return trouble
  }
  if (kind === 'datagram') setOption(fd, RECVERR[family].level, RECVERR[family].name, 1)
  return fd
}

/** Sets mark and interface of a socket of whatever kind. */
export function leaveBy(fd: number, { bindIf, mark = 0 }: Pick<Outlet, 'bindIf' | 'mark'>): SocketTrouble | null {
  if (mark !== 0 && !setOption(fd, SOL_SOCKET, SO_MARK, mark | 0)) return { step: 'mark', errno: errnoName() }
  if (bindIf === undefined) return null
  const name = Buffer.from(`${bindIf}\0`)
  const refused = setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, name.length) !== 0
  return refused ? { step: 'interface', errno: errnoName() } : null
}

export function closeSocket(fd: number): void {
  close(fd)
}

function bindTo(fd: number, family: Family, { source, bindPort = 0, bindIf }: Outlet): SocketTrouble | null {
  if (source === null && bindPort === 0) return null
  // Several checks may leave from one port, each to another host.
  setOption(fd, SOL_SOCKET, SO_REUSEADDR, 1)
  // The port is chosen when it is known whom it is for: one address has many more of them that way (ip(7)).
  if (source !== null && bindPort === 0) setOption(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
  const address = socketAddress(family, source ?? (family === 4 ? '0.0.0.0' : '::'), bindPort, bindIf)
  return bind(fd, address, address.length) === 0 ? null : { step: 'bind', errno: errnoName() }
}

function setOption(fd: number, level: number, name: number, word: number): boolean {
  const value = Int32Array.of(word)
  return setsockopt(fd, level, name, value, value.byteLength) === 0
}

/** What is wrong, and what to do about it; `null` where the errno alone says it (bind, too many open files). */
export function troubleText({ step, errno }: SocketTrouble, { bindIf, mark, bindPort }: Outlet): string | null {
  const permitted = errno === 'EPERM' || errno === 'EACCES'
  if (step === 'mark') {
    return permitted
      ? `this process may not set the mark ${mark} on its packets (${errno}); it needs CAP_NET_ADMIN`
      : `the kernel refused the mark ${mark} (${errno})`
  }
  if (step === 'interface') {
    if (errno === 'ENODEV') return `there is no network interface ${bindIf} on this machine`
    return permitted
      ? `this process may not choose the interface ${bindIf} (${errno}); it needs CAP_NET_RAW`
      : `the kernel refused the interface ${bindIf} (${errno})`
  }
  if (step === 'bind' && permitted) {
    return `this process may not send from port ${bindPort} (${errno}); it needs CAP_NET_BIND_SERVICE`
  }
  return null
}

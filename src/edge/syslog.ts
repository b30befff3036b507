/**
 * Hands messages to the local syslog daemon: one datagram to /dev/log each, without waiting. Node knows no unix
 * datagrams, and the C library's own syslog() waits for a daemon that reads slowly; here such a message is lost, counted,
 * and told with the next one that gets through. Source: unix(7), sendto(2), syslog(3).
 */
import { localStamp } from '../model/local-stamp.ts'
import type { WallTime } from '../model/units.ts'
import { encodeSyslog, type Facility, type SyslogMessage } from '../wire/mon/syslog.ts'
import { errnoName, libc } from './libc.ts'

export interface Syslog {
  log(message: SyslogMessage): void
  close(): void
}

/** Linux's numbers (linux/socket.h, asm-generic/socket.h). */
const AF_UNIX = 1
const SOCK_DGRAM = 2
const SOCK_CLOEXEC = 0o2000000
const SOCK_NONBLOCK = 0o4000
const MSG_DONTWAIT = 0x40
const MSG_NOSIGNAL = 0x4000
/** unix(7): the family, and 108 bytes of path. */
const ADDRESS_BYTES = 110
const PATH_OFFSET = 2

const socket = libc.func('int socket(int domain, int type, int protocol)')
const sendto = libc.func(
  'intptr_t sendto(int fd, const uint8_t *buf, size_t len, int flags, const uint8_t *addr, uint32_t addrlen)',
)
const closeFd = libc.func('int close(int fd)')

export interface SyslogOptions {
  readonly facility: Facility
  readonly ident: string
  readonly pid: number
  readonly now: () => WallTime
  /** `/dev/log`, but for tests. */
  readonly path?: string
}

/** A socket that cannot be made is tried again with the next message. */
export function openSyslog({ facility, ident, pid, now, path = '/dev/log' }: SyslogOptions): Syslog {
  const address = addressOf(path)
  const origin = { facility, ident, pid }
  let fd = -1
  let lost = 0

  function send(message: SyslogMessage): boolean {
    if (fd < 0) fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
    if (fd < 0) return false
    const bytes = encodeSyslog(message, origin, localStamp(now()))
    return sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length) === bytes.length
  }

  return {
    log(message) {
      if (lost > 0 && send({ priority: 'warning', text: `messages lost before this one: ${lost}` })) lost = 0
      if (!send(message)) lost += 1
    },
    close() {
      if (fd >= 0) closeFd(fd)
      fd = -1
    },
  }
}

/** Hands over one message whose fate matters. `null`: it is taken; otherwise the errno's name. It never waits. */
export function logOnce(path: string, bytes: Uint8Array): string | null {
  const fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
  if (fd < 0) return errnoName()
  const address = addressOf(path)
  const sent = sendto(fd, bytes, bytes.length, MSG_DONTWAIT | MSG_NOSIGNAL, address, address.length)
  const errno = sent === bytes.length ? null : errnoName()
  closeFd(fd)
  return errno
}

function addressOf(path: string): Buffer {
  const address = Buffer.alloc(ADDRESS_BYTES)
  address.writeUInt16LE(AF_UNIX, 0)
  address.write(path, PATH_OFFSET, ADDRESS_BYTES - PATH_OFFSET - 1, 'utf8')
  return address
}

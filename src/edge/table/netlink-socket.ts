/**
 * The only way into the kernel's virtual server table: a generic netlink socket. The kernel answers a request before the
 * call that sent it returns, so reading without waiting finds the whole answer, and nothing here blocks the daemon.
 * Source: netlink(7), recv(2); families and lists as in src/wire.
 */
import { spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import type {
  TableAnswer,
  TableCommand,
  TableDestination,
  TableDoor,
  TableError,
  TableService,
} from '../../model/table.ts'
import { serviceText } from '../../model/table.ts'
import { NO_IPVS, NO_PERMISSION, tableError } from '../../wire/ipvs/errors.ts'
import {
  decodeDestination,
  decodeInfo,
  decodeService,
  encodeCommand,
  encodeDestinationsRequest,
  encodeInfoRequest,
  encodeServicesRequest,
} from '../../wire/ipvs/ipvs.ts'
import type { Malformed, NetlinkMessage } from '../../wire/ipvs/netlink.ts'
import {
  COMMAND_FLAGS,
  DUMP_FLAGS,
  decodeErrno,
  decodeFamilyReply,
  decodeMessages,
  encodeFamilyRequest,
  encodeMessage,
  GENL_ID_CTRL,
  isMalformed,
  NLMSG_DONE,
  NLMSG_ERROR,
} from '../../wire/ipvs/netlink.ts'
import { IPVS_FAMILY } from '../../wire/ipvs/numbers.ts'
import { errnoName, libc } from '../libc.ts'

type KernelTable = { readonly kind: 'open'; readonly door: TableDoor } | KernelRefusal

/** Why the kernel's table cannot be used, and what to do about it. */
interface KernelRefusal {
  readonly kind: 'refused'
  readonly errno: string
  readonly text: string
}

interface KernelTableOptions {
  /** Run `modprobe ip_vs` if the kernel has no IPVS yet and this is root. Never done unasked. */
  readonly loadModule?: boolean
}

/** Linux's numbers (asm-generic/socket.h, linux/socket.h). */
const AF_NETLINK = 16
const SOCK_RAW = 3
const SOCK_CLOEXEC = 0o2000000
const NETLINK_GENERIC = 16
const SOL_SOCKET = 1
const SO_RCVBUF = 8
const SO_RCVBUFFORCE = 33
const MSG_TRUNC = 0x20
const MSG_DONTWAIT = 0x40

/** One datagram: the kernel fills at most 32 KiB with a list's messages. */
const DATAGRAM_BYTES = 64 * 1024
/** What may queue up between two reads; a list never needs it all. */
const RECEIVE_BUFFER_BYTES = 1024 * 1024
/** How often one request is sent before its error is handed on. */
const REQUEST_ATTEMPTS = 5
/** How often the table is read when somebody changes it during the reading. */
const READ_ATTEMPTS = 4
/** How many datagrams may answer one request; a list of a million destinations needs about 13 000. */
const MAX_DATAGRAMS = 100_000
/** Long enough for modprobe on a slow disk; it is run at the start only. */
const MODPROBE_TIMEOUT_MS = 10_000

const socket = libc.func('int socket(int domain, int type, int protocol)')
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)')
const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t length)')
const send = libc.func('intptr_t send(int fd, const void *data, size_t length, int flags)')
const recv = libc.func('intptr_t recv(int fd, _Out_ void *data, size_t length, int flags)')
const close = libc.func('int close(int fd)')

/** Opens the kernel's table, if there is one and this process may change it. */
export function openKernelTable(options: KernelTableOptions = {}): KernelTable {
  const opened = openNetlink()
  if (opened.kind === 'refused') return opened
  const family = findFamily(opened.netlink, options.loadModule === true)
  const refusal = typeof family === 'number' ? probe(opened.netlink, family) : family
  if (refusal !== null || typeof family !== 'number') {
    opened.netlink.close()
    return refusal ?? refused('EPROTO', 'the kernel gave no number for IPVS')
  }
  return { kind: 'open', door: kernelDoor(opened.netlink, family) }
}

/** A request's answer: the payloads that belong to it, or the errno that ended it. */
type Reply = { readonly kind: 'payloads'; readonly payloads: readonly Uint8Array[] } | Failure
interface Failure {
  readonly kind: 'failure'
  readonly errno: string
}

interface Netlink {
  request(type: number, flags: number, payload: Uint8Array): Reply
  close(): void
}

function kernelDoor(netlink: Netlink, family: number): TableDoor {
  const apply = (command: TableCommand): TableAnswer => {
    const reply = netlink.request(family, COMMAND_FLAGS, encodeCommand(command))
    return reply.kind === 'payloads' ? { kind: 'ok' } : tableError(reply.errno, command)
  }
  return {
    where: 'kernel',
    because: '',
    read: () => readTable(netlink, family),
    apply,
    applyAll: (commands) => commands.map(apply),
    close: () => netlink.close(),
  }
}

type Table = { readonly kind: 'table'; readonly services: readonly TableService[] }

/**
 * A list of services, then one of destinations for each. There is no snapshot: if the services are not the same
 * afterwards, somebody changed them meanwhile, and all is read again.
 */
function readTable(netlink: Netlink, family: number): Table | TableError {
  let services = readServices(netlink, family)
  for (let attempt = 1; ; attempt += 1) {
    if (services.kind === 'error') return services
    const filled = readDestinations(netlink, family, services.services)
    if (filled.kind === 'error') return filled
    const again = readServices(netlink, family)
    if (again.kind === 'error') return again
    // The last attempt stands: what is out of date in it comes right in the next pass.
    if (attempt === READ_ATTEMPTS || sameServices(services.services, again.services)) return filled
    services = again
  }
}

function readServices(netlink: Netlink, family: number): Table | TableError {
  const reply = netlink.request(family, DUMP_FLAGS, encodeServicesRequest())
  if (reply.kind === 'failure') return readError(reply.errno)
  const services: TableService[] = []
  for (const payload of reply.payloads) {
    const service = decodeService(payload)
    if (isMalformed(service)) return garbled(service)
    if (service !== null) services.push(service)
  }
  return { kind: 'table', services }
}

function readDestinations(netlink: Netlink, family: number, services: readonly TableService[]): Table | TableError {
  const filled: TableService[] = []
  for (const service of services) {
    const reply = netlink.request(family, DUMP_FLAGS, encodeDestinationsRequest(service.id))
    if (reply.kind === 'failure') return readError(reply.errno)
    const destinations: TableDestination[] = []
    for (const payload of reply.payloads) {
      const destination = decodeDestination(payload, service.id)
      if (isMalformed(destination)) return garbled(destination)
      if (destination !== null) destinations.push(destination)
    }
    filled.push({ ...service, destinations })
  }
  return { kind: 'table', services: filled }
}

function sameServices(some: readonly TableService[], others: readonly TableService[]): boolean {
  const names = new Set(some.map((service) => serviceText(service.id)))
  return some.length === others.length && others.every((service) => names.has(serviceText(service.id)))
}

function readError(errno: string): TableError {
  const text = errno === 'EPERM' ? NO_PERMISSION : 'the kernel did not hand out its virtual server table'
  return { kind: 'error', errno, text }
}

function garbled(malformed: Malformed): TableError {
  return { kind: 'error', errno: 'EPROTO', text: `the kernel's virtual server table cannot be read: ${malformed.text}` }
}

/** The family's number; with `loadModule`, after loading the module where that is needed. */
function findFamily(netlink: Netlink, loadModule: boolean): number | KernelRefusal {
  const first = askFamily(netlink)
  if (first !== 'ENOENT')
    return typeof first === 'number' ? first : refused(first, 'the kernel does not say whether it has IPVS')
  if (!loadModule || process.getuid?.() !== 0) return refused('ENOENT', NO_IPVS)
  const run = spawnSync('modprobe', ['ip_vs'], { timeout: MODPROBE_TIMEOUT_MS, encoding: 'utf8' })
  const second = askFamily(netlink)
  if (typeof second === 'number') return second
  const said = run.error?.message ?? run.stderr.trim()
  return refused(
    second,
    `this kernel has no IPVS, and "modprobe ip_vs" did not change that: ${said || 'it said nothing'}`,
  )
}

function askFamily(netlink: Netlink): number | string {
  const reply = netlink.request(GENL_ID_CTRL, COMMAND_FLAGS, encodeFamilyRequest(IPVS_FAMILY))
  if (reply.kind === 'failure') return reply.errno
  const [payload] = reply.payloads
  const family = payload === undefined ? null : decodeFamilyReply(payload)
  return typeof family === 'number' ? family : 'EPROTO'
}

/** Whether this process may change the table: anybody may ask for the family, only CAP_NET_ADMIN for more. */
function probe(netlink: Netlink, family: number): KernelRefusal | null {
  const reply = netlink.request(family, COMMAND_FLAGS, encodeInfoRequest())
  if (reply.kind === 'failure') {
    return refused(reply.errno, reply.errno === 'EPERM' ? NO_PERMISSION : "the kernel's IPVS does not answer")
  }
  const [payload] = reply.payloads
  const info = payload === undefined ? null : decodeInfo(payload)
  return info === null || isMalformed(info) ? refused('EPROTO', "the kernel's IPVS gives no version") : null
}

function refused(errno: string, text: string): KernelRefusal {
  return { kind: 'refused', errno, text }
}

function openNetlink(): { readonly kind: 'open'; readonly netlink: Netlink } | KernelRefusal {
  const fd: number = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC)
  if (fd < 0) return refused(errnoName(), 'no netlink socket can be opened: this system lets nobody talk to its kernel')
  const size = new Uint8Array(new Int32Array([RECEIVE_BUFFER_BYTES]).buffer)
  // Only root may pass the system's limit; if that is refused, what is allowed will do.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, size, size.length) < 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, size, size.length)
  }
  // struct sockaddr_nl with port 0: the kernel chooses one.
  const address = new Uint8Array(12)
  address.set(new Uint8Array(new Uint16Array([AF_NETLINK]).buffer))
  if (bind(fd, address, address.length) < 0) {
    const errno = errnoName()
    close(fd)
    return refused(errno, 'the netlink socket cannot be bound')
  }
  return { kind: 'open', netlink: netlinkOn(fd) }
}

/**
 * Errors after which the same request may well succeed.
 * EAGAIN, also named EWOULDBLOCK: nothing was there to read. EMSGSIZE: our own word for a cut datagram.
 */
const PASSING = new Set(['EINTR', 'EAGAIN', 'EWOULDBLOCK', 'ENOBUFS', 'EBUSY', 'EMSGSIZE'])

function netlinkOn(fd: number): Netlink {
  const datagram = new Uint8Array(DATAGRAM_BYTES)
  let sequence = 0
  let closed = false
  return {
    request(type, flags, payload) {
      if (closed) return failure('EBADF')
      for (let attempt = 1; ; attempt += 1) {
        // A new number each time, so that what is left of an answer that broke off is not taken for this one's.
        sequence = (sequence + 1) >>> 0
        const reply = exchange(fd, datagram, encodeMessage({ type, flags, sequence, port: 0, payload }), sequence)
        if (reply.kind === 'payloads' || !PASSING.has(reply.errno) || attempt === REQUEST_ATTEMPTS) return reply
      }
    },
    close() {
      if (!closed) close(fd)
      closed = true
    },
  }
}

function exchange(fd: number, datagram: Uint8Array, bytes: Uint8Array, sequence: number): Reply {
  if (send(fd, bytes, bytes.length, 0) < 0) return failure(errnoName())
  const payloads: Uint8Array[] = []
  for (let count = 0; count < MAX_DATAGRAMS; count += 1) {
    // With MSG_TRUNC the result is the datagram's true length, also where the buffer was too small for it.
    const length: number = recv(fd, datagram, datagram.length, MSG_DONTWAIT | MSG_TRUNC)
    if (length < 0) return failure(errnoName())
    if (length > datagram.length) return failure('EMSGSIZE')
    const messages = decodeMessages(datagram.subarray(0, length))
    if (isMalformed(messages)) return failure('EPROTO')
    for (const message of messages) {
      if (message.sequence !== sequence) continue
      const end = endOf(message)
      if (end === 0) return { kind: 'payloads', payloads }
      if (end !== null) return failure(errnoName(end))
      payloads.push(message.payload.slice())
    }
  }
  return failure('EOVERFLOW')
}

/** `null`: the answer goes on. Else the errno with which it ends, 0 for success. */
function endOf(message: NetlinkMessage): number | null {
  if (message.type !== NLMSG_ERROR && message.type !== NLMSG_DONE) return null
  return decodeErrno(message.payload) ?? (message.type === NLMSG_DONE ? 0 : constants.errno.EPROTO)
}

function failure(errno: string): Failure {
  return { kind: 'failure', errno }
}

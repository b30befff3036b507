/**
 * The kernel's virtual server table, where there is one and this process may change it.
 * Source: linux/ip_vs.h; families and lists as in src/wire/ipvs; capabilities(7).
 */
import { spawnSync } from 'node:child_process'
import type { TableAnswer, TableCommand, TableError } from '../../model/table.ts'
import { serviceText } from '../../model/table.ts'
import type { ControlDoor } from '../../model/table-control.ts'
import {
  decodeDaemon,
  decodeInfo,
  decodeTimeouts,
  encodeDaemonsRequest,
  encodeDeleteDaemon,
  encodeFlush,
  encodeInfoRequest,
  encodeNewDaemon,
  encodeTimeouts,
  encodeTimeoutsRequest,
} from '../../wire/ipvs/control.ts'
import { controlError, NO_IPVS, NO_PERMISSION, tableError } from '../../wire/ipvs/errors.ts'
import { encodeZero, writeCommand } from '../../wire/ipvs/ipvs.ts'
import {
  COMMAND_FLAGS,
  DUMP_FLAGS,
  decodeFamilyReply,
  encodeFamilyRequest,
  GENL_ID_CTRL,
} from '../../wire/ipvs/netlink.ts'
import { IPVS_FAMILY } from '../../wire/ipvs/numbers.ts'
import type { Acknowledged, Decode, Exchange } from './exchange.ts'
import { exchangeOn } from './exchange.ts'
import { type NetlinkSocket, openNetlinkSocket } from './netlink-socket.ts'
import { readError, readTable } from './read-table.ts'

type KernelTable = { readonly kind: 'open'; readonly door: ControlDoor } | KernelRefusal

/** Why the kernel's table cannot be used, and what to do about it. */
interface KernelRefusal {
  readonly kind: 'refused'
  readonly errno: string
  readonly text: string
}

interface KernelTableOptions {
  /** Run `modprobe ip_vs` if the kernel has no IPVS yet and this is root. Never done unasked. */
  readonly loadModule?: boolean
  /** Instead of a new one, for who wants to count what goes through it. */
  readonly socket?: NetlinkSocket
}

/** Long enough for modprobe on a slow disk; it is run at the start only. */
const MODPROBE_TIMEOUT_MS = 10_000

/** Opens the kernel's table, if there is one and this process may change it. */
export function openKernelTable(options: KernelTableOptions = {}): KernelTable {
  const socket = options.socket ?? openNetlinkSocket()
  if ('errno' in socket) {
    return socket.call === 'bind'
      ? refused(socket.errno, 'the netlink socket cannot be bound')
      : refused(socket.errno, 'no netlink socket can be opened: this system lets nobody talk to its kernel')
  }
  const exchange = exchangeOn(socket)
  const family = findFamily(exchange, options.loadModule === true)
  const refusal = typeof family === 'number' ? probe(exchange, family) : family
  if (refusal !== null || typeof family !== 'number') {
    exchange.close()
    return refusal ?? refused('EPROTO', 'the kernel gave no number for IPVS')
  }
  return { kind: 'open', door: kernelDoor(exchange, family) }
}

/** The door over an exchange that has found the family's number. */
export function kernelDoor(exchange: Exchange, family: number): ControlDoor {
  const applyAll = (commands: readonly TableCommand[]): readonly TableAnswer[] => {
    const acknowledged = exchange.commandAll(
      family,
      commands.map((command) => (writer) => writeCommand(writer, command)),
    )
    return commands.map((command, i): TableAnswer => {
      const errno = settled(acknowledged[i], doneErrnos(command))
      return errno === null ? { kind: 'ok' } : tableError(errno, command)
    })
  }
  const act = (payload: Uint8Array, object: string, done: readonly string[] = []): TableAnswer => {
    const [answer] = exchange.commandAll(family, [(writer) => writer.raw(payload)])
    const errno = settled(answer, done)
    return errno === null ? { kind: 'ok' } : controlError(errno, object)
  }
  const ask = <Item>(payload: Uint8Array, decode: Decode<Item>): Item | TableError => {
    const reply = exchange.list(family, COMMAND_FLAGS, payload, decode)
    if (reply.kind === 'refused') return readError(reply)
    const [item] = reply.items
    return item ?? readError({ kind: 'refused', errno: 'EPROTO', detail: '' })
  }
  return {
    where: 'kernel',
    because: '',
    read: () => readTable(exchange, family),
    apply: (command) => applyAll([command])[0] ?? tableError('EPROTO', command),
    applyAll,
    info() {
      const info = ask(encodeInfoRequest(), decodeInfo)
      return 'kind' in info ? info : { kind: 'info', info }
    },
    timeouts() {
      const timeouts = ask(encodeTimeoutsRequest(), decodeTimeouts)
      return 'kind' in timeouts ? timeouts : { kind: 'timeouts', timeouts }
    },
    setTimeouts: (timeouts) => act(encodeTimeouts(timeouts), 'the timeouts'),
    daemons() {
      const reply = exchange.list(family, DUMP_FLAGS, encodeDaemonsRequest(), decodeDaemon)
      return reply.kind === 'refused' ? readError(reply) : { kind: 'daemons', daemons: reply.items }
    },
    startDaemon: (daemon) =>
      act(encodeNewDaemon(daemon), `the ${daemon.state} sync daemon on ${daemon.interface}`, THERE),
    stopDaemon: (state) => act(encodeDeleteDaemon(state), `the ${state} sync daemon`, GONE),
    zero: (service) => act(encodeZero(service), service === null ? 'the counters' : serviceText(service)),
    flush: () => act(encodeFlush(), 'the table'),
    close: () => exchange.close(),
  }
}

/**
 * Where an earlier answer was lost, the kernel had most likely done already what it now refuses as done; `done` are the
 * errnos that say so. Whoever changes the table reads it afterwards, and would see it otherwise. Linux 6.1 loses one by
 * itself: a sync daemon that is stopped before its thread has run ends with EINTR, which netlink never acknowledges.
 */
function settled(acknowledged: Acknowledged | undefined, done: readonly string[]): string | null {
  if (acknowledged === undefined) return 'EPROTO'
  const { errno, resent } = acknowledged
  return resent && errno !== null && done.includes(errno) ? null : errno
}

const THERE = ['EEXIST']
const GONE = ['ENOENT', 'ESRCH']

function doneErrnos({ kind }: TableCommand): readonly string[] {
  if (kind === 'new-service' || kind === 'new-destination') return THERE
  return kind === 'delete-service' || kind === 'delete-destination' ? GONE : []
}

/** The family's number; with `loadModule`, after loading the module where that is needed. */
function findFamily(exchange: Exchange, loadModule: boolean): number | KernelRefusal {
  const first = askFamily(exchange)
  if (first !== 'ENOENT')
    return typeof first === 'number' ? first : refused(first, 'the kernel does not say whether it has IPVS')
  if (!loadModule || process.getuid?.() !== 0) return refused('ENOENT', NO_IPVS)
  const run = spawnSync('modprobe', ['ip_vs'], { timeout: MODPROBE_TIMEOUT_MS, encoding: 'utf8' })
  const second = askFamily(exchange)
  if (typeof second === 'number') return second
  const said = run.error?.message ?? run.stderr.trim()
  return refused(
    second,
    `this kernel has no IPVS, and "modprobe ip_vs" did not change that: ${said || 'it said nothing'}`,
  )
}

function askFamily(exchange: Exchange): number | string {
  const reply = exchange.list(GENL_ID_CTRL, COMMAND_FLAGS, encodeFamilyRequest(IPVS_FAMILY), decodeFamilyReply)
  return reply.kind === 'refused' ? reply.errno : (reply.items[0] ?? 'EPROTO')
}

/** Whether this process may change the table: anybody may ask for the family, only CAP_NET_ADMIN for more. */
function probe(exchange: Exchange, family: number): KernelRefusal | null {
  const reply = exchange.list(family, COMMAND_FLAGS, encodeInfoRequest(), decodeInfo)
  if (reply.kind === 'listed')
    return reply.items.length > 0 ? null : refused('EPROTO', "the kernel's IPVS gives no version")
  return refused(reply.errno, reply.errno === 'EPERM' ? NO_PERMISSION : "the kernel's IPVS does not answer")
}

function refused(errno: string, text: string): KernelRefusal {
  return { kind: 'refused', errno, text }
}

/**
 * Receives mon's traps on UDP. A datagram is answered by nothing; one that is dropped leaves a line in the log, and of
 * those only so many. Source: mon manual, "trapbind", "trapport"; mon's README.traps.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { TrapRule } from '../../model/auth.ts'
import type { Uptime } from '../../model/units.ts'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import { decodeTrap, type Trap as Packet } from '../../wire/mon/trap.ts'
import { networkOf } from './backoff.ts'
import { type Place, placesOf, plainAddress, whyNot } from './bind.ts'
import { asLogged, type BoundedLog, boundedLog, REFUSALS, REQUESTS } from './bounded-log.ts'
import { Bucket, type Rate } from './bucket.ts'
import type { MonDaemon } from './daemon.ts'
import { checkTrap, isKnownSender, type Sender, type Taken } from './trap-check.ts'
import { TrapPasswords } from './trap-passwords.ts'

/** Traps that are looked at: of one sender, and of all. */
export const RATE_OF_ONE: Rate = { burst: 2000, perSecond: 200 }
const RATE_OF_ALL: Rate = { burst: 5000, perSecond: 1000 }
/** Senders whose rate is remembered; beyond, the one that has been quiet for longest is forgotten. */
const MOST_SENDERS = 1024

export interface TrapOptions {
  /** As trapbind has it. */
  readonly bind: string
  /** 0 takes a free one. */
  readonly port: number
}

export type TrapListening =
  | { readonly kind: 'listening'; readonly port: number; readonly addresses: readonly string[]; close(): Promise<void> }
  /** `text` is a sentence without its full stop, `message` mon's words for syslog. */
  | { readonly kind: 'failed'; readonly text: string; readonly message: SyslogMessage }

/** Never rejects. */
export async function listenForTraps(daemon: MonDaemon, { bind, port }: TrapOptions): Promise<TrapListening> {
  const reception = new TrapReception(daemon)
  const sockets: Socket[] = []
  const close = async (): Promise<void> => {
    reception.close()
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))))
  }
  let bound = port
  const addresses: string[] = []
  for (const place of placesOf(bind)) {
    const opened = await open(place, bound)
    if (opened.kind === 'failed' && place.optional) continue
    if (opened.kind === 'failed') {
      await close()
      const why = whyNot(opened.error)
      const message = messages.cannotBindTraps(`${why} (${place.host} port ${port})`)
      return { kind: 'failed', text: `cannot listen on ${place.host} port ${port} for traps: ${why}`, message }
    }
    const { socket } = opened
    socket.on('error', (error) => reception.refused({ priority: 'err', text: `receiving traps: ${error.message}` }))
    socket.on('message', (bytes, from) => reception.receive(bytes, from))
    sockets.push(socket)
    bound = socket.address().port
    addresses.push(socket.address().address)
  }
  return { kind: 'listening', port: bound, addresses, close }
}

type Opened =
  | { readonly kind: 'open'; readonly socket: Socket }
  | { readonly kind: 'failed'; readonly error: NodeJS.ErrnoException }

const open = ({ host, ipv6Only }: Place, port: number): Promise<Opened> =>
  new Promise((resolve) => {
    const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', ipv6Only })
    const failed = (error: NodeJS.ErrnoException): void => {
      socket.close()
      resolve({ kind: 'failed', error })
    }
    socket.once('error', failed)
    socket.bind({ port, address: host }, () => {
      socket.off('error', failed)
      resolve({ kind: 'open', socket })
    })
  })

class TrapReception {
  readonly refused: BoundedLog
  private readonly daemon: MonDaemon
  private readonly log: BoundedLog
  private readonly passwords: TrapPasswords
  private readonly all: Bucket
  /** The one that was quiet for longest comes first. */
  private readonly senders = new Map<string, Bucket>()
  private closed = false

  constructor(daemon: MonDaemon) {
    this.daemon = daemon
    this.log = boundedLog(daemon, REQUESTS)
    this.refused = boundedLog(daemon, REFUSALS)
    this.passwords = new TrapPasswords(daemon)
    this.all = new Bucket(RATE_OF_ALL, daemon.now().uptime)
  }

  /** Traps whose password is still being compared are dropped. */
  close(): void {
    this.closed = true
  }

  receive(bytes: Uint8Array, { address: from }: Pick<RemoteInfo, 'address'>): void {
    const address = plainAddress(from).replace(/%.*$/, '')
    const sender: Sender = { file: this.daemon.authFile(), address, resolved: this.daemon.trapAddresses() }
    // A stranger's packets cost no more than this.
    if (!isKnownSender(sender)) this.refused(messages.trapFromStranger(address))
    else if (!this.inTime(address)) this.drop(`too many at once from ${address}`)
    else this.check(decodeTrap(bytes), sender)
  }

  private check(packet: Packet, sender: Sender): void {
    if (packet.ignoredLines > 0) {
      this.refused(messages.trapLine(`${packet.ignoredLines} line(s) of a packet from ${sender.address}`))
    }
    const checked = checkTrap(packet, sender, this.daemon.state())
    if (checked.kind === 'dropped') this.refused(checked.message)
    else if (checked.rule === null) this.take(packet, checked)
    else this.authenticate(packet, checked, checked.rule)
  }

  private authenticate(packet: Packet, checked: Taken, { hash }: TrapRule): void {
    const { from } = checked.trap
    const asked = this.passwords.ask({ from, password: packet.pas, hash }, (verdict) => {
      if (verdict.kind === 'right') this.take(packet, checked)
      else if (verdict.kind === 'wrong') this.refused(messages.trapBadPassword(asLogged(packet.usr), from))
      else this.drop(`the password of its sender ${from} cannot be compared: ${verdict.text}`)
    })
    if (!asked) this.drop(`too many from ${from} wait for their password to be compared`)
  }

  private take(packet: Packet, { service, trap }: Taken): void {
    if (this.closed) return
    const { typ, spc, sta } = packet
    const told = { typ: asLogged(typ), spc: asLogged(spc), sta: asLogged(sta ?? '') }
    this.log(messages.trap({ ...packet, ...told, grp: service.group, svc: service.name }, trap.from))
    this.daemon.post({ kind: 'trapped', service: service.key, trap })
  }

  private drop(why: string): void {
    this.refused({ priority: 'err', text: `dropped a trap: ${why}` })
  }

  private inTime(address: string): boolean {
    const now = this.daemon.now().uptime
    return this.bucketOf(networkOf(address), now).take(now) && this.all.take(now)
  }

  private bucketOf(network: string, now: Uptime): Bucket {
    const bucket = this.senders.get(network) ?? new Bucket(RATE_OF_ONE, now)
    this.senders.delete(network)
    this.senders.set(network, bucket)
    if (this.senders.size > MOST_SENDERS) this.senders.delete(this.senders.keys().next().value ?? '')
    return bucket
  }
}

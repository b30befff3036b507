/** Values that only global_defs has. Source: keepalived.conf(5), "Global definitions"; 2.2.7 tried. */
import { type Milliseconds, seconds } from '../../model/units.ts'
import { parseAddress } from '../text/endpoint.ts'
import { weightAndReverse } from './check-values.ts'
import type { Word } from './line.ts'
import { type Args, integer, one, type Value } from './values.ts'

export interface Relay {
  /** An address or a name. */
  readonly host: string
  readonly port: number
}

export interface Account {
  readonly user: string
  /** null: the user's own. */
  readonly group: string | null
}

export interface Fifo {
  readonly path: string
  readonly owner: Account | null
}

/** Seconds after which the kernel forgets a connection; null: as it is. */
export interface KernelTimeouts {
  readonly tcp: number | null
  readonly tcpfin: number | null
  readonly udp: number | null
}

export interface SyncDaemon {
  readonly interface: string
  /** The vrrp_instance that it follows; null: master and backup all the time. */
  readonly instance: string | null
  readonly id: number | null
  readonly maxlen: number | null
  readonly port: number | null
  readonly ttl: number | null
  readonly group: string | null
}

const SMTP_PORT = 25
/** 31 days, in seconds. */
const LONGEST_KERNEL_TIMEOUT = 2_678_400
const LONGEST_INTERFACE = 15

export const relay: Value<Relay> = {
  wants: 'a host, and if need be its port',
  read: (args) => {
    const host = args.take()
    if (host === undefined) return args.missing()
    const port = args.peek() === undefined ? SMTP_PORT : integer(1, 65_535).read(args)
    return port === null ? null : { host: host.text, port }
  },
}

export const account: Value<Account> = {
  wants: 'a user, and if need be a group',
  read: (args) => {
    const user = args.take()
    return user === undefined ? args.missing() : { user: user.text, group: args.take()?.text ?? null }
  },
}

export const fifo: Value<Fifo> = {
  wants: 'a path, and if need be a user and a group',
  read: (args) => {
    const path = args.take()
    if (path === undefined) return args.missing()
    return { path: path.text, owner: args.peek() === undefined ? null : account.read(args) }
  },
}

/** Alone: the whole table at once. `VS`: service by service. */
export const flushOnStop: Value<'all' | 'services'> = {
  wants: 'nothing, or VS',
  read: (args) => {
    const word = args.take()
    if (word === undefined) return 'all'
    return word.text === 'VS' ? 'services' : args.wrong(word)
  },
}

export const kernelTimeouts: Value<KernelTimeouts> = {
  wants: 'tcp, tcpfin or udp, each with a number of seconds up to 2678400',
  read: (args) => {
    const found: { tcp: number | null; tcpfin: number | null; udp: number | null } = {
      tcp: null,
      tcpfin: null,
      udp: null,
    }
    if (args.peek() === undefined) return args.missing()
    for (let word = args.take(); word !== undefined; word = args.take()) {
      const name = (['tcp', 'tcpfin', 'udp'] as const).find((known) => known === word.text)
      if (name === undefined) return args.wrong(word)
      const value = integer(0, LONGEST_KERNEL_TIMEOUT).read(args)
      if (value === null) return null
      found[name] = value
    }
    return found
  },
}

export const syncDaemon: Value<SyncDaemon> = {
  wants: 'an interface, the name of a vrrp_instance, and if need be id, maxlen, port, ttl, group with their values',
  read: (args) => {
    const device = args.take()
    if (device === undefined) return args.missing()
    if (device.text.length > LONGEST_INTERFACE) return args.wrong(device)
    const numbers = { id: 255, maxlen: 65_508, port: 65_535, ttl: 255 } as const
    const found: Record<keyof typeof numbers, number | null> = { id: null, maxlen: null, port: null, ttl: null }
    let instance: string | null = null
    let group: string | null = null
    for (let word = args.take(); word !== undefined; word = args.take()) {
      const name = (['id', 'maxlen', 'port', 'ttl'] as const).find((known) => known === word.text)
      if (name !== undefined) {
        const value = integer(name === 'id' ? 0 : 1, numbers[name]).read(args)
        if (value === null) return null
        found[name] = value
      } else if (word.text === 'group' || word.text === 'inst') {
        const next = nextText(args)
        if (next === null) return null
        if (word.text === 'group' && !isMulticast(next.text))
          return args.wrong(next, 'write a multicast address: 224.0.0.81')
        if (word.text === 'group') group = next.text
        else instance = next.text
      } else if (instance === null) instance = word.text
      else return args.wrong(word)
    }
    return { interface: device.text, instance, group, ...found }
  },
}

/** RFC 5771, RFC 4291 2.7. */
const isMulticast = (text: string) => {
  const address = parseAddress(text)?.address ?? ''
  const first = Number.parseInt(address, 10)
  return address.includes(':') ? address.startsWith('ff') : first >= 224 && first <= 239
}

function nextText(args: Args): Word | null {
  const word = args.take()
  return word ?? args.missing()
}

/** Added to a priority of VRRP: at most 254 either way. */
export const trackWeight: Value<{ readonly weight: number; readonly reverse: boolean }> = {
  wants: 'a whole number from -254 to 254, and if need be reverse',
  read: (args) => {
    const word = args.peek()
    const found = weightAndReverse.read(args)
    return found !== null && word !== undefined && Math.abs(found.weight) > 254 ? args.wrong(word) : found
  },
}

/** What a file that is not there begins with, and whether one that is there is written anew. */
export const initFile: Value<{ readonly value: number | null; readonly overwrite: boolean }> = {
  wants: 'a whole number or nothing, and if need be overwrite',
  read: (args) => {
    const found: { value: number | null; overwrite: boolean } = { value: null, overwrite: false }
    for (let word = args.take(); word !== undefined; word = args.take()) {
      if (word.text === 'overwrite') found.overwrite = true
      else if (/^-?\d{1,10}$/.test(word.text)) found.value = Number(word.text)
      else return args.wrong(word)
    }
    return found
  },
}

/** 4294 seconds in microseconds fit 32 bits. */
export const wholeSeconds: Value<Milliseconds> = one(
  'a whole number of seconds from 1 to 4294, without decimals',
  (text) => (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= 4294 ? seconds(Number(text)) : undefined),
)

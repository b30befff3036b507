/** Values that only global_defs has. Source: keepalived.conf(5), "Global definitions"; 2.2.7 tried. */
import { weightAndReverse } from './check-values.ts'
import type { Word } from './line.ts'
import { type Args, integer, text, type Value } from './values.ts'

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
        if (word.text === 'group') group = next.text
        else instance = next.text
      } else if (instance === null) instance = word.text
      else return args.wrong(word)
    }
    return { interface: device.text, instance, group, ...found }
  },
}

function nextText(args: Args): Word | null {
  const word = args.take()
  return word ?? args.missing()
}

export const trackWeight = weightAndReverse
export const interfaceName = text('the name of an interface', LONGEST_INTERFACE)

/**
 * What the options of one line say, with ipvsadm's defaults where they say nothing. What is wrong with them is gathered.
 * Source: ipvsadm(8); defaults as observed with 1.31: wlc, 360 s of persistence, weight 1, direct routing.
 */
import type {
  Forward,
  TableDestinationId,
  TableDestinationSettings,
  TableServiceId,
  TableServiceSettings,
  TableTunnel,
} from '../../model/table.ts'
import type { NewSyncDaemon, SyncState, TableTimeouts } from '../../model/table-control.ts'
import { weight } from '../../model/units.ts'
import type { Problem } from '../../parse/problem.ts'
import { isProblem, readEndpoint, readMask, readNumber } from './endpoint.ts'
import { type Given, problem, type Word } from './options.ts'
import { flagBit } from './words.ts'

const DEFAULT_SCHEDULER = 'wlc'
const DEFAULT_PERSISTENCE = 360
/** ipvsadm(8), -p: a month. */
const LONGEST_PERSISTENCE = 2_678_400
const LARGEST = 0x7fffffff
/** A scheduler's or an engine's name, an interface's: what the kernel has room for. */
const NAME = /^[\w.@:-]{1,15}$/
const PROTOCOLS = [
  ['tcp-service', 'tcp'],
  ['udp-service', 'udp'],
  ['sctp-service', 'sctp'],
] as const
const METHODS: readonly (readonly [string, Forward])[] = [
  ['masquerading', 'masq'],
  ['gatewaying', 'route'],
  ['ipip', 'tunnel'],
]
const CHECKSUMS: readonly (readonly [string, TableTunnel['checksum']])[] = [
  ['tun-nocsum', 'none'],
  ['tun-csum', 'checksum'],
  ['tun-remcsum', 'remote'],
]

export class OptionReader {
  readonly problems: Problem[] = []
  readonly #line: Word
  readonly #given: ReadonlyMap<string, Given>

  constructor(line: Word, given: readonly Given[]) {
    this.#line = line
    this.#given = new Map(given.map((one) => [one.name, one]))
  }

  has(...names: readonly string[]): boolean {
    return names.some((name) => this.#given.has(name))
  }

  service(): TableServiceId | null {
    const mark = this.#value('fwmark-service')
    const named = PROTOCOLS.flatMap(([name, protocol]) => {
      const word = this.#value(name)
      return word === null ? [] : [{ word, protocol }]
    })
    const [first] = named
    if (named.length + (mark === null ? 0 : 1) !== 1) {
      return this.#wrong(
        this.#line,
        'rule-service',
        'this line must name one service',
        'write one of -t -u -f --sctp-service',
      )
    }
    if (mark !== null) {
      const number = this.#number(mark, 1, 0xffffffff)
      return number === null ? null : { kind: 'mark', family: this.has('ipv6') ? 6 : 4, mark: number }
    }
    if (first === undefined) return null
    const end = readEndpoint(first.word)
    if (isProblem(end)) return this.#add(end)
    const { family, address, port } = end
    return { kind: 'address', family, protocol: first.protocol, address, port: port ?? 0 }
  }

  serviceSettings(service: TableServiceId): TableServiceSettings {
    const mask = this.#value('netmask')
    const prefix = mask === null ? null : readMask(mask, service.family)
    const persistenceSeconds = this.#persistence()
    if (service.kind === 'address' && service.port === 0 && persistenceSeconds === 0) {
      this.#wrong(
        this.#line,
        'rule-port',
        'a service on port 0 takes every port, and must be persistent',
        'add -p, or a port',
      )
    }
    if (this.has('ops') && service.kind === 'address' && service.protocol !== 'udp') {
      this.#wrong(this.#line, 'rule-ops', 'one packet scheduling is for UDP only', 'leave -o out')
    }
    return {
      scheduler: this.#name('scheduler') ?? DEFAULT_SCHEDULER,
      persistenceSeconds,
      prefix: prefix === null ? longest(service) : isProblem(prefix) ? (this.#add(prefix) ?? 0) : prefix,
      onePacket: this.has('ops'),
      schedulerFlags: this.#flags(),
      engine: this.#name('pe') ?? '',
    }
  }

  /** Only NAT can send to another port than the service's; ipvsadm puts the service's in its place without a word. */
  destination(service: TableServiceId, forward: Forward): TableDestinationId | null {
    const word = this.#value('real-server')
    if (word === null)
      return this.#wrong(this.#line, 'rule-server', 'this line must name a real server', 'write -r 10.1.1.2:80')
    const end = readEndpoint(word)
    if (isProblem(end)) return this.#add(end)
    const own = service.kind === 'address' ? service.port : 0
    const kept = service.kind === 'address' && (forward === 'route' || forward === 'tunnel')
    return { family: end.family, address: end.address, port: kept ? own : (end.port ?? own) }
  }

  destinationSettings(): TableDestinationSettings {
    const methods = METHODS.filter(([name]) => this.has(name))
    if (methods.length > 1) {
      this.#wrong(this.#line, 'rule-method', 'a real server is reached by one method only', 'write one of -m -g -i')
    }
    const forward = methods[0]?.[1] ?? 'route'
    const tunnel = this.#tunnel(forward)
    return {
      forward,
      weight: weight(this.#numberOf('weight', 0, LARGEST) ?? 1),
      upperThreshold: this.#numberOf('u-threshold', 0, LARGEST) ?? 0,
      lowerThreshold: this.#numberOf('l-threshold', 0, LARGEST) ?? 0,
      ...(tunnel === null ? {} : { tunnel }),
    }
  }

  timeouts({ value }: Given): TableTimeouts {
    const [tcp = 0, tcpFin = 0, udp = 0] = (value?.text.split(' ') ?? []).map((text) =>
      value === null ? 0 : (this.#number({ ...value, text }, 0, LONGEST_PERSISTENCE) ?? 0),
    )
    return { tcp, tcpFin, udp }
  }

  syncState({ value, word }: Given): SyncState | null {
    if (value?.text === 'master' || value?.text === 'backup') return value.text
    return this.#wrong(value ?? word, 'rule-sync', 'a sync daemon is "master" or "backup"', 'write one of the two')
  }

  daemon(command: Given): NewSyncDaemon | null {
    const state = this.syncState(command)
    const name = this.#name('mcast-interface')
    if (state === null) return null
    if (name === null)
      return this.#wrong(this.#line, 'rule-sync', 'a sync daemon needs its interface', 'add --mcast-interface eth0')
    const [maxLength, port, ttl] = [
      this.#numberOf('sync-maxlen', 1, 65_535),
      this.#numberOf('mcast-port', 1, 65_535),
      this.#numberOf('mcast-ttl', 1, 255),
    ]
    const group = this.#group()
    return {
      state,
      interface: name,
      id: this.#numberOf('syncid', 0, 255) ?? 0,
      ...(maxLength === null ? {} : { maxLength }),
      ...(port === null ? {} : { port }),
      ...(ttl === null ? {} : { ttl }),
      ...(group === null ? {} : { group }),
    }
  }

  #persistence(): number {
    const given = this.#given.get('persistent')
    if (given === undefined) return 0
    return given.value === null ? DEFAULT_PERSISTENCE : (this.#number(given.value, 1, LONGEST_PERSISTENCE) ?? 0)
  }

  #flags(): number {
    const word = this.#value('sched-flags')
    let flags = 0
    for (const name of word === null ? [] : word.text.split(',')) {
      const bit = flagBit(name)
      if (bit === null && word !== null) this.#wrong(word, 'rule-flag', `no scheduler has a flag "${name}"`, FLAGS)
      flags |= bit ?? 0
    }
    return flags
  }

  #tunnel(forward: Forward): TableTunnel | null {
    const word = this.#value('tun-type')
    const checksums = CHECKSUMS.filter(([name]) => this.has(name))
    const asked = word !== null || checksums.length > 0 || this.has('tun-port')
    if (!asked) return null
    if (forward !== 'tunnel') return this.#wrong(this.#line, 'rule-tunnel', 'tunnel options are for tunnels', 'add -i')
    if (checksums.length > 1)
      return this.#wrong(this.#line, 'rule-tunnel', 'a tunnel has one checksum option', 'write one')
    const type = word?.text ?? 'ipip'
    const checksum = checksums[0]?.[1] ?? 'none'
    if (type === 'ipip' && checksum === 'none' && !this.has('tun-port')) return null
    if (type === 'gre' && !this.has('tun-port')) return { type, port: 0, checksum }
    if (type === 'gue') {
      const port = this.#numberOf('tun-port', 1, 65_535)
      if (port !== null) return { type, port, checksum }
      return this.#wrong(this.#line, 'rule-tunnel', 'a GUE tunnel needs its port', 'add --tun-port 6080')
    }
    const text = `a tunnel of type "${type}" is not known, or does not take these options`
    return this.#wrong(
      word ?? this.#line,
      'rule-tunnel',
      text,
      'ipip takes none, gre a checksum, gue a checksum and a port',
    )
  }

  #group(): string | null {
    const word = this.#value('mcast-group')
    if (word === null) return null
    const end = readEndpoint(word)
    if (!isProblem(end) && end.port === null) return end.address
    return this.#wrong(word, 'rule-sync', `"${word.text}" is not a multicast group`, 'write 224.0.0.81 or ff02::81')
  }

  #name(option: string): string | null {
    const word = this.#value(option)
    if (word === null || NAME.test(word.text)) return word?.text ?? null
    return this.#wrong(word, 'rule-name', `"${word.text}" is no name`, 'write at most 15 letters and digits')
  }

  #numberOf(option: string, lowest: number, highest: number): number | null {
    const word = this.#value(option)
    return word === null ? null : this.#number(word, lowest, highest)
  }

  #number(word: Word, lowest: number, highest: number): number | null {
    const number = readNumber(word, lowest, highest)
    return isProblem(number) ? this.#add(number) : number
  }

  #value(option: string): Word | null {
    return this.#given.get(option)?.value ?? null
  }

  #wrong(word: Word, code: string, message: string, hint: string): null {
    return this.#add(problem(word, code, message, hint))
  }

  #add(found: Problem): null {
    this.problems.push(found)
    return null
  }
}

const FLAGS = 'write sh-fallback, sh-port, mh-fallback, mh-port, flag-1, flag-2 or flag-3'
const longest = (service: TableServiceId): number => (service.family === 4 ? 32 : 128)

/**
 * The words of mon's `lvs.alert` and `virtualserver.alert`: -V, -R, -P, -W, -F and their relatives, in any order, with
 * mon's own words before or between them. The same letter means different things by what stands before it:
 * `-T -g` is direct routing, `-g` alone mon's group, and `-u` behind `-P` is UDP.
 * Source: spec "lvs.alert / virtualserver.alert compatibility command" (LVS-HOWTO's alerts and ours).
 */
import type { Forward, Protocol } from '../model/table.ts'
import type { Weight } from '../model/units.ts'
import { weight } from '../model/units.ts'
import { parseAddress, parsePort } from './text/endpoint.ts'
import { quoted } from './text/visible.ts'

export interface LvsAlertRequest {
  readonly service:
    | { readonly kind: 'address'; readonly protocol: Protocol; readonly host: string; readonly port: number }
    | { readonly kind: 'mark'; readonly mark: number }
  /** `null`: the one host that the alert is about. */
  readonly real: LvsAlertEnd | null
  /** Stands in for the real server while it is out. */
  readonly substitute: LvsAlertEnd | null
  readonly weight: Weight
  /** `null`: as the service's other real servers have it, else NAT. */
  readonly forward: Forward | null
  /** `null`: an alert takes out, an upalert puts in. */
  readonly operation: 'add' | 'delete' | null
  /** Weight 0 instead of no entry. */
  readonly quiesce: boolean
  readonly dryRun: boolean
  readonly ensureService: boolean
  /** mon's -a or -D: somebody acknowledged or disabled the service, which changes nothing in the table. */
  readonly nothingToDo: boolean
}

/** An address or a name; the port is `null` where the service's is meant. */
export interface LvsAlertEnd {
  readonly host: string
  readonly port: number | null
}

/** `word` counts the words from 0, so that a message can point at it. */
interface LvsAlertProblem {
  readonly word: number
  readonly message: string
  readonly hint: string
}

type LvsAlertParse =
  | { readonly kind: 'request'; readonly request: LvsAlertRequest }
  | { readonly kind: 'problems'; readonly problems: readonly LvsAlertProblem[] }

const PROTOCOLS: Readonly<Record<string, Protocol>> = { tcp: 'tcp', t: 'tcp', udp: 'udp', u: 'udp', sctp: 'sctp' }
const FORWARDS: Readonly<Record<string, Forward>> = {
  ...{ g: 'route', gate: 'route', route: 'route', dr: 'route', direct: 'route' },
  ...{ m: 'masq', masq: 'masq', nat: 'masq' },
  ...{ i: 'tunnel', ipip: 'tunnel', tun: 'tunnel', tunnel: 'tunnel' },
  ...{ l: 'local', local: 'local' },
}
const OPERATIONS: Readonly<Record<string, 'add' | 'delete'>> = { a: 'add', add: 'add', d: 'delete', delete: 'delete' }
/** Options that take a value; those of mon in small letters. */
const WITH_VALUE = 'VMPRWwFABsghtl'
const MONS_VALUES = 'sgtl'
/** ip_vs.h: a weight is a signed 32-bit number, a mark an unsigned one. */
const LARGEST_WEIGHT = 0x7fffffff
const LARGEST_MARK = 0xffffffff

const SERVICE_HINT = 'write the virtual server as -V 192.168.1.110:80, or -M and its firewall mark'

/** Understands the words, or says of each that cannot be understood what to write instead. */
export function parseLvsAlert(words: readonly string[]): LvsAlertParse {
  const reader = new Reader(words)
  reader.readAll()
  return reader.result()
}

/** What has been understood so far. */
interface Draft {
  virtual: { readonly host: string; readonly port: number } | null
  mark: number | null
  protocol: Protocol
  real: LvsAlertEnd | null
  onlyHost: LvsAlertEnd | null
  substitute: LvsAlertEnd | null
  weight: Weight
  forward: Forward | null
  operation: 'add' | 'delete' | null
  quiesce: boolean
  dryRun: boolean
  ensureService: boolean
  nothingToDo: boolean
}

class Reader {
  readonly #words: readonly string[]
  readonly #problems: LvsAlertProblem[] = []
  readonly #draft: Draft = {
    virtual: null,
    mark: null,
    protocol: 'tcp',
    real: null,
    onlyHost: null,
    substitute: null,
    weight: weight(1),
    forward: null,
    operation: null,
    quiesce: false,
    dryRun: false,
    ensureService: false,
    nothingToDo: false,
  }
  #at = 0

  constructor(words: readonly string[]) {
    this.#words = words
  }

  readAll(): void {
    while (this.#at < this.#words.length) this.#readOption()
  }

  result(): LvsAlertParse {
    const { virtual, mark, protocol, real, onlyHost, ...rest } = this.#draft
    if (virtual !== null && mark !== null)
      this.#complain(0, 'both -V and -M name a virtual server', 'write one of them')
    if (virtual === null && mark === null && this.#problems.length === 0) {
      this.#complain(0, 'no virtual server is named', SERVICE_HINT)
    }
    if (this.#problems.length > 0 || (virtual === null && mark === null)) {
      return { kind: 'problems', problems: this.#problems }
    }
    const service =
      virtual === null ? { kind: 'mark' as const, mark: mark ?? 0 } : { kind: 'address' as const, protocol, ...virtual }
    return { kind: 'request', request: { ...rest, service, real: real ?? onlyHost } }
  }

  #readOption(): void {
    const at = this.#at
    const word = this.#words[at] ?? ''
    this.#at += 1
    if (word === '--ensure-service') this.#draft.ensureService = true
    else if (!/^-[A-Za-z]/.test(word) || word.startsWith('--')) this.#stray(at, word)
    else if (WITH_VALUE.includes(word.charAt(1))) this.#readValued(at, word)
    else if (word.length === 2) this.#readFlag(at, word.charAt(1))
    else this.#stray(at, word)
  }

  #readFlag(at: number, letter: string): void {
    const next = this.#words[this.#at]
    if (letter === 'T' && next !== undefined && /^-[mgi]$/.test(next)) {
      this.#draft.forward = FORWARDS[next.charAt(1)] ?? null
      this.#at += 1
    } else if (letter === 'q') this.#draft.quiesce = true
    else if (letter === 'n') this.#draft.dryRun = true
    else if (letter === 'a' || letter === 'D') this.#draft.nothingToDo = true
    // -X says that there is no substitute; -u, -T and -O are mon's, and the daemon knows better what has happened.
    else if (!'XuTO'.includes(letter)) this.#stray(at, `-${letter}`)
  }

  #readValued(at: number, word: string): void {
    const letter = word.charAt(1)
    const glued = word.slice(2)
    const value = glued === '' ? this.#words[this.#at] : glued
    if (glued === '') this.#at += 1
    if (value === undefined) this.#complain(at, `a value is missing behind -${letter}`, 'write it as the next word')
    else this.#take(glued === '' ? at + 1 : at, letter, value)
  }

  #take(at: number, letter: string, value: string): void {
    const draft = this.#draft
    if (letter === 'V') draft.virtual = this.#virtual(at, value)
    else if (letter === 'M') draft.mark = this.#number(at, value, 'firewall mark', 1, LARGEST_MARK)
    else if (letter === 'P')
      draft.protocol = this.#choice(at, value, PROTOCOLS, 'protocol', 'tcp, udp or sctp') ?? 'tcp'
    else if (letter === 'R') draft.real = this.#end(at, value)
    else if (letter === 'B') draft.substitute = this.#end(at, value)
    else if (letter === 'F')
      draft.forward = this.#choice(at, value, FORWARDS, 'way of forwarding', 'nat, dr, tun or local')
    else if (letter === 'A')
      draft.operation = this.#choice(at, value, OPERATIONS, 'operation', '-a to add or -d to delete')
    else if (letter === 'W' || letter === 'w') {
      draft.weight = weight(this.#number(at, value, 'weight', 0, LARGEST_WEIGHT) ?? 1)
    } else if (letter === 'h') draft.onlyHost = this.#onlyHost(value)
    else if (!MONS_VALUES.includes(letter)) this.#stray(at, value)
  }

  #virtual(at: number, text: string): { host: string; port: number } | null {
    const end = this.#end(at, text)
    if (end === null) return null
    if (end.port !== null) return { host: end.host, port: end.port }
    this.#complain(at, `${quoted(text)} has no port`, 'write -V 192.168.1.110:80')
    return null
  }

  #end(at: number, text: string): LvsAlertEnd | null {
    const match =
      /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:\s]+))(?::([^:]*))?$/.exec(text) ??
      /^([0-9A-Fa-f:.]*::?[0-9A-Fa-f:.]*)$/.exec(text)
    const host = match?.[1] ?? match?.[2]
    if (host === undefined) {
      this.#complain(at, `${quoted(text)} is not an address with a port`, 'write 10.1.1.2:8080, or [2001:db8::2]:8080')
      return null
    }
    if (/^[\d.]+$/.test(host) && parseAddress(host) === null) {
      this.#complain(at, `${quoted(host)} is not an IPv4 address`, 'four numbers from 0 to 255')
      return null
    }
    const portText = match?.[3]
    const port = portText === undefined ? null : parsePort(portText)
    if (portText === undefined || port !== null) return { host, port }
    this.#complain(
      at,
      `${quoted(portText)} is not a port`,
      'a port is a number from 0 to 65535, or a name such as http',
    )
    return null
  }

  /** mon hands over all hosts of the group in one word; if there is only one it is the real server. */
  #onlyHost(hosts: string): LvsAlertEnd | null {
    const names = hosts.trim().split(/\s+/)
    const [host = ''] = names
    return names.length === 1 && host !== '' ? { host, port: null } : null
  }

  #number(at: number, text: string, what: string, least: number, most: number): number | null {
    const number = /^(\d{1,10}|0[xX][0-9A-Fa-f]{1,8})$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    this.#complain(at, `${quoted(text)} is not a ${what}`, `write a whole number from ${least} to ${most}`)
    return null
  }

  /** ipvsadm's own flags serve as values too: `-P -u`, `-F -g`, `-A -d`. */
  #choice<T>(at: number, text: string, choices: Readonly<Record<string, T>>, what: string, hint: string): T | null {
    const name = text.replace(/^-/, '').toLowerCase()
    const choice = Object.hasOwn(choices, name) ? choices[name] : undefined
    if (choice !== undefined) return choice
    this.#complain(at, `${quoted(text)} is not ${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`, `write ${hint}`)
    return null
  }

  #stray(at: number, word: string): void {
    const hint = 'options: -V -M -P -R -W -F -A -B -X -q -n --ensure-service'
    this.#complain(at, `${quoted(word)} is not an option of lvs.alert`, hint)
  }

  #complain(word: number, message: string, hint: string): void {
    this.#problems.push({ word, message, hint })
  }
}

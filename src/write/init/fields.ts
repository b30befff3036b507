/**
 * Each answer by itself: from text to what it means, or what is wrong with it and what to write. The dialogue and the
 * answers file read by the same rules. Sources: ipvsadm(8); LVS-HOWTO on what direct routing and tunnels leave alone.
 */
import ipaddr from 'ipaddr.js'
import { nearby } from '../../model/nearest.ts'
import { endpointText, type Family, type Protocol } from '../../model/table.ts'
import { GREATEST_WEIGHT } from '../../parse/defaults.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { isFault, parseAddress, parseEndpoint, parsePort } from '../../parse/text/endpoint.ts'
import { quoted } from '../../parse/text/visible.ts'
import { type Forwarding, LONGEST_ANSWER, LONGEST_NAME, type RealAnswers, type VirtualAnswers } from './answers.ts'
import { expanded } from './checks.ts'
import { checkFault, type Fault, fault, recipientsFault, schedulerFault, settingFault } from './judge.ts'

export type Read<T> = { readonly kind: 'value'; readonly value: T } | Fault

const value = <T>(of: T): Read<T> => ({ kind: 'value', value: of })

/** Control characters, and those that turn a line round or hide in it: no answer needs one. */
const ODD = /[\x00-\x08\x0a-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]/

/** What no answer may be, whatever was asked. */
export function textFault(text: string): Fault | null {
  if (text.length > LONGEST_ANSWER)
    return fault(`this answer has ${text.length} characters`, `at most ${LONGEST_ANSWER} are read`)
  // A pair of surrogates is a character like any other; half of one is none.
  const odd = ODD.exec(text.replace(/[\ud800-\udbff][\udc00-\udfff]/g, ''))
  if (odd === null) return null
  const code = odd[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  return fault(`the answer has a character that cannot be seen (U+${code})`, 'write it again without that')
}

/** `taken`: names of the virtual servers before. */
export function readName(text: string, taken: ReadonlySet<string>): Read<string> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text)) {
    return fault(
      `${quoted(text)} cannot be a name`,
      'a name has letters, digits, and _ . -, and begins with a letter or digit',
    )
  }
  if (text.length > LONGEST_NAME) return fault(`this name has ${text.length} characters`, `at most ${LONGEST_NAME}`)
  if (taken.has(text)) return fault(`there is a virtual server ${quoted(text)} already`, 'give this one another name')
  return value(text)
}

export interface Address {
  readonly family: Family
  readonly address: string
}

export function readAddress(text: string): Read<Address> {
  const address = parseAddress(text.replace(/^\[(.*)\]$/, '$1'))
  if (address === null) {
    const hint = /^[^:\s]+:\d+$|^\[.*\]:\d+$/.test(text)
      ? 'write the address alone; the port is asked for separately'
      : 'write an IP address, such as 192.0.2.10 or 2001:db8::10'
    return fault(`${quoted(text)} is not an IP address`, hint)
  }
  return unusable(address.address) ?? value(address)
}

/** Addresses that no virtual server and no real server can have. */
function unusable(address: string): Fault | null {
  switch (ipaddr.parse(address).range()) {
    case 'unspecified':
      return fault(`${address} stands for all addresses`, 'name the one that is meant')
    case 'loopback':
      return fault(
        `no packet of a client gets to ${address}, which is a loopback address`,
        'name an address of a network; for a server on the director itself see "local" in docs/forwarding.md',
      )
    case 'multicast':
    case 'broadcast':
      return fault(`${address} belongs to no single machine`, 'name an address of one')
    case 'linkLocal':
      return fault(`${address} holds on one link only, and the table does not know which`, 'name a routed address')
    default:
      return null
  }
}

export function readPort(text: string): Read<number> {
  const port = parsePort(text)
  if (port === 0)
    return fault(
      'port 0 stands for all ports, which needs persistence',
      'name one port; the rest is in docs/configuration.md',
    )
  if (port !== null) return value(port)
  const known = [
    'http',
    'https',
    'smtp',
    'imap',
    'imaps',
    'pop3',
    'domain',
    'ldap',
    'mysql',
    'postgresql',
    'submission',
  ]
  const nearest = nearby().find(text, known)
  return fault(
    `${quoted(text)} is not a port`,
    `${nearest === null ? '' : `did you mean ${nearest}? `}a number from 1 to 65535, or a name such as http`,
  )
}

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp']

export function readProtocol(text: string): Read<Protocol> {
  const protocol = PROTOCOLS.find((one) => one === text.toLowerCase())
  return protocol === undefined ? fault(`${quoted(text)} is not a protocol`, 'tcp, udp or sctp') : value(protocol)
}

const FORWARDS: Readonly<Record<string, Forwarding>> = {
  nat: 'nat',
  masq: 'nat',
  dr: 'dr',
  gate: 'dr',
  route: 'dr',
  direct: 'dr',
  tun: 'tun',
  tunnel: 'tun',
  ipip: 'tun',
}

export function readForward(text: string): Read<Forwarding> {
  const word = text.toLowerCase()
  const forward = Object.hasOwn(FORWARDS, word) ? FORWARDS[word] : undefined
  return forward === undefined
    ? fault(`${quoted(text)} is not a way to forward packets`, 'nat, dr or tun')
    : value(forward)
}

/** What a real server must go with. */
export type Front = Pick<VirtualAnswers, 'family' | 'address' | 'port' | 'forward'>

/** `10.1.1.2`, `10.1.1.2:8080 3`, `[2001:db8::2]:80 weight 3`. */
export function readReal(text: string, front: Front): Read<RealAnswers> {
  const [word = '', ...words] = text.split(/[ \t]+/)
  const end = parseEndpoint(word, (name, names) => nearby().find(name, names))
  if (isFault(end)) return fault(end.message, end.hint)
  if (end.protocol !== null)
    return fault('a real server has the protocol of its virtual server', 'leave out the part behind /')
  const wrong = unusable(end.address) ?? misfit(end, front)
  if (wrong !== null) return wrong
  const weight = readWeight(words)
  if (weight.kind === 'fault') return weight
  return value({ family: end.family, address: end.address, port: end.port ?? front.port, weight: weight.value })
}

function misfit({ family, address, port }: Address & { readonly port: number | null }, front: Front): Fault | null {
  if (address === front.address) {
    return fault(
      `${address} is the virtual address itself, which clients send to`,
      "write the real server's own address, by which the director reaches it",
    )
  }
  if (family !== front.family && front.forward !== 'tun') {
    return fault(
      `${address} and the virtual address ${front.address} are of different families`,
      'only a tunnel connects IPv4 and IPv6, so write tun for forwarding, or an address of the same family',
    )
  }
  if (port === 0) return fault('a real server needs a port of its own or none', 'leave it out')
  if (port === null || port === front.port || front.forward === 'nat') return null
  const how = front.forward === 'dr' ? 'direct routing' : 'a tunnel'
  return fault(
    `${how} leaves the packet as it is, so port ${port} would never be reached, only ${front.port}`,
    `write port ${front.port} or none; only NAT can change the port`,
  )
}

function readWeight(words: readonly string[]): Read<number> {
  const [number = '1', extra] = words[0] === 'weight' && words.length > 1 ? words.slice(1) : words
  if (extra !== undefined) return fault(`${quoted(extra)} is one word too many`, 'write ADDRESS:PORT WEIGHT')
  if (/^\d{1,10}$/.test(number) && Number(number) <= GREATEST_WEIGHT) return value(Number(number))
  return fault(`${quoted(number)} is not a weight`, `a whole number from 0 to ${GREATEST_WEIGHT}; 1 if it is left out`)
}

/** What is wrong with all of them together. */
export function poolFault(reals: readonly RealAnswers[]): Fault | null {
  if (reals.length === 0) return fault('there is no real server', 'name one at least')
  if (reals.some(({ weight }) => weight > 0)) return null
  return fault('every real server has weight 0, so none takes a connection', 'give one of them a weight of 1 at least')
}

/** `null`: it is not in the pool yet. */
export function twiceFault(real: RealAnswers, reals: Iterable<RealAnswers>): Fault | null {
  const text = endpointText(real)
  for (const other of reals) {
    if (endpointText(other) === text)
      return fault(`${text} is in this pool already`, 'name another one, or give the first the sum of the weights')
  }
  return null
}

export function readCheck(text: string, surroundings: Surroundings): Read<string> {
  const words = expanded(text)
  if (/^(none|no|off)$/.test(words)) {
    return fault('without a check no real server is ever taken out', 'write tcp, or ping where nothing else answers')
  }
  if (/^\w[\w-]*=/.test(words)) return fault(`${quoted(text)} is not a check`, 'write http, tcp, smtp …')
  return checkFault(words, surroundings) ?? value(words)
}

/** Schedulers that ask of a weight only whether it is 0 (net/netfilter/ipvs/ip_vs_rr.c, _lc.c, _dh.c); what to take instead. */
const WEIGHTLESS: Readonly<Record<string, string>> = { rr: 'wrr', lc: 'wlc', dh: 'sh' }

export function readScheduler(text: string, reals: readonly RealAnswers[], surroundings: Surroundings): Read<string> {
  const scheduler = text.trim().replace(/[ \t]+/g, ' ')
  const wrong = schedulerFault(scheduler, surroundings)
  if (wrong !== null) return wrong
  const better = Object.hasOwn(WEIGHTLESS, scheduler) ? WEIGHTLESS[scheduler] : undefined
  const weighty = reals.filter(({ weight }) => weight > 0)
  if (better === undefined || weighty.every(({ weight }) => weight === weighty[0]?.weight)) return value(scheduler)
  return fault(
    `the scheduler ${scheduler} asks of a weight only whether it is 0, and these real servers have different weights`,
    `write ${better}, which heeds them`,
  )
}

/** `none`, or addresses with blanks between. */
export function readRecipients(text: string, surroundings: Surroundings): Read<readonly string[]> {
  if (/^(none|no)$/i.test(text)) return value([])
  const words = text.split(/[ \t,]+/).filter((word) => word !== '')
  const strange = words.find((word) => !/^[^\s"'\\;#-][^\s"'\\;#]*$/.test(word))
  if (strange !== undefined || words.length === 0) {
    return fault(`${quoted(strange ?? text)} is not a mail address`, 'such as ops@example.com; or none')
  }
  return recipientsFault(words.join(' '), surroundings) ?? value(words)
}

/** The bare name of a relay will do. */
export function readRelay(text: string, surroundings: Surroundings): Read<string> {
  const relay = /^[\w.-]{1,255}(:\d{1,5})?$/.test(text) ? `smtp://${text}` : text
  return settingFault('mailserver', relay, surroundings) ?? value(relay)
}

export const readSender = (text: string, surroundings: Surroundings): Read<string> =>
  settingFault('mailfrom', text, surroundings) ?? value(text)

export const readDatabase = (text: string, surroundings: Surroundings): Read<string> =>
  settingFault('database', text, surroundings) ?? value(text)

export function readYesNo(text: string): Read<boolean> {
  if (/^(y|yes)$/i.test(text)) return value(true)
  if (/^(n|no)$/i.test(text)) return value(false)
  return fault(`${quoted(text)} is neither yes nor no`, 'write yes or no')
}

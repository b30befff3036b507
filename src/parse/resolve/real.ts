/**
 * A `real` line of a virtual block -> real servers: one, or one for each host of a hostgroup.
 * Sources: ipvsadm(8); ip_vs.h for ranges; LVS-HOWTO on direct routing and tunnels, which leave the packet's port alone.
 */
import { type HostGroup, LAST_KNOWN, noNotices, type Real } from '../../model/model.ts'
import type { Host } from '../../model/names.ts'
import type { Forward, TableDestinationId, TableServiceId } from '../../model/table.ts'
import { type Weight, weight } from '../../model/units.ts'
import { DEFAULT_WEIGHT, GREATEST_THRESHOLD, GREATEST_WEIGHT } from '../defaults.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { canonical, type Endpoint, isFault, parseAddress, parseEndpoint, parsePort } from '../text/endpoint.ts'
import { hostFault } from '../text/host.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readCheck } from './real-check.ts'
import { EXAMPLES } from './virtual-examples.ts'

/** What a real server needs to know of its virtual server. */
export interface Front {
  readonly id: TableServiceId
  readonly forward: Forward
  readonly onFail: 'drain' | 'remove'
}

export interface ResolvedReal {
  readonly real: Real
  /** The word it comes from. */
  readonly word: Slice
  /** Whether a check is written, be it right or wrong. */
  readonly checked: boolean
}

/** What a virtual block may refer to. */
export interface Known {
  readonly groups: ReadonlyMap<string, HostGroup>
  /** The group of each service that is written, be the service right or wrong: one mistake earns one problem. */
  readonly services: ReadonlyMap<string, HostGroup>
  /** The hosts of a group by their canonical text. */
  hostsOf(group: HostGroup): ReadonlyMap<string, Host>
  /** The demonstration's own servers, which no client reaches through a virtual server anyhow. */
  readonly demonstration: ReadonlySet<string>
  /** Real servers that may still be made. */
  readonly room: { left: number }
}

/** Real servers in all pools together. */
export const MOST_REALS = 100_000

export function resolveReal(value: Slice, front: Front | null, known: Known, report: Report): ResolvedReal[] {
  const [first, ...words] = plainWords(value)
  if (first === undefined) return []
  const traits = readTraits(words, report)
  const targets = first.text.startsWith('@') ? groupTargets(first, known, report) : oneTarget(first, report)
  if (front === null || traits === null) return []
  const reals: ResolvedReal[] = []
  for (const target of targets) {
    known.room.left -= 1
    if (known.room.left < 0) {
      const hint = 'split the configuration over several directors'
      report.error('too-many-reals', spanOf(first), `there are more than ${MOST_REALS} real servers`, hint)
      return reals
    }
    const real = makeReal(target, first, traits, front, known, report)
    if (real !== null) reals.push({ real, word: first, checked: traits.check !== null })
  }
  return reals
}

/** nat, dr, tun, local, and the names other programs have for them. */
const FORWARDS: Readonly<Record<string, Forward>> = {
  nat: 'masq',
  masq: 'masq',
  dr: 'route',
  gate: 'route',
  route: 'route',
  direct: 'route',
  tun: 'tunnel',
  tunnel: 'tunnel',
  ipip: 'tunnel',
  local: 'local',
}

export function readForward(word: Slice | undefined, report: Report): Forward | null {
  if (word === undefined) return null
  const forward = Object.hasOwn(FORWARDS, word.text.toLowerCase()) ? FORWARDS[word.text.toLowerCase()] : undefined
  if (forward !== undefined) return forward
  const nearest = report.nearest(word.text, Object.keys(FORWARDS))
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of nat, dr, tun, local`
  report.error('forward', spanOf(word), `${quoted(word.text)} is not a way to forward packets`, hint)
  return null
}

interface Target {
  readonly end: Endpoint
  /** The host as its hostgroup has it. */
  readonly text: string
}

function oneTarget(word: Slice, report: Report): Target[] {
  const end = parseEndpoint(word.text, (name, names) => report.nearest(name, names))
  if (isFault(end)) {
    report.error('real-address', spanOf(word), end.message, end.hint)
    return []
  }
  if (end.protocol === null) return [{ end, text: end.address }]
  const message = 'a real server has the protocol of its virtual server'
  report.error('real-address', spanOf(word), message, 'leave out the part behind /')
  return []
}

/** `@web:8080`: each host of the hostgroup, at this port. */
function groupTargets(word: Slice, known: Known, report: Report): Target[] {
  const [name = '', portText] = word.text.slice(1).split(':')
  const group = known.groups.get(name)
  const port = portText === undefined ? null : parsePort(portText)
  if (portText !== undefined && port === null) {
    const hint = 'a port is a number from 0 to 65535, or a name such as http'
    report.error('real-address', spanOf(word), `${quoted(portText)} is not a port`, hint)
    return []
  }
  if (group === undefined) {
    const nearest = report.nearest(name, known.groups.keys())
    const hint = nearest === null ? 'write the name of a hostgroup behind the @' : `did you mean @${nearest}?`
    report.error('real-address', spanOf(word), `there is no hostgroup ${quoted(name)}`, hint)
    return []
  }
  return group.hosts.flatMap((text) => {
    const address = parseAddress(text)
    if (address !== null) return [{ end: { ...address, port, protocol: null }, text }]
    // That is told where the host stands.
    if (hostFault(text) !== null) return []
    const message = `host ${quoted(text)} of hostgroup ${quoted(name)} is a name, and the kernel table holds addresses only`
    report.error('real-address', spanOf(word), message, 'write its IP address in the hostgroup, or a real line for it')
    return []
  })
}

export interface Traits {
  readonly weight: Weight
  readonly forward: { readonly method: Forward; readonly word: Slice } | null
  readonly upper: number
  readonly lower: number
  readonly check: Slice | null
  readonly via: Slice | null
}

const TRAITS = ['weight', 'forward', 'upper', 'lower', 'check', 'via'] as const
type TraitName = (typeof TRAITS)[number]

/** The pairs `weight 2 check web/http`, in any order, each once. */
function readTraits(words: readonly Slice[], report: Report): Traits | null {
  const given = new Map<TraitName, Slice>()
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i]
    const value = words[i + 1]
    if (name === undefined) break
    const trait = TRAITS.find((known) => known === name.text)
    if (trait === undefined) return unknownTrait(name, report)
    if (value === undefined) return mistake(name, `${quoted(trait)} needs a value behind it`, EXAMPLES.real, report)
    if (given.has(trait)) return mistake(name, `${quoted(trait)} is given twice`, 'keep one of them', report)
    given.set(trait, value)
  }
  const method = given.get('forward')
  const forward = readForward(method, report)
  const number = (trait: TraitName, most: number, fallback: number) =>
    readNumber(trait, given.get(trait), most, fallback, report)
  const share = number('weight', GREATEST_WEIGHT, DEFAULT_WEIGHT)
  const upper = number('upper', GREATEST_THRESHOLD, 0)
  const lower = number('lower', GREATEST_THRESHOLD, 0)
  if (share === null || upper === null || lower === null || (method !== undefined && forward === null)) return null
  const low = given.get('lower')
  if (lower > upper && low !== undefined) {
    const message = `the lower threshold ${lower} is above the upper one, ${upper}; the kernel refuses that`
    return mistake(low, message, 'write upper N with a number at least as large', report)
  }
  return {
    weight: weight(share),
    forward: forward === null || method === undefined ? null : { method: forward, word: method },
    upper,
    lower,
    check: given.get('check') ?? null,
    via: given.get('via') ?? null,
  }
}

function unknownTrait(name: Slice, report: Report): null {
  const nearest = report.nearest(name.text, TRAITS)
  const hint = nearest === null ? `one of ${TRAITS.join(', ')}` : `did you mean ${nearest}?`
  return mistake(name, `${quoted(name.text)} is not understood behind a real server`, hint, report)
}

function mistake(word: Slice, message: string, hint: string, report: Report): null {
  report.error('real', spanOf(word), message, hint)
  return null
}

function readNumber(
  name: string,
  word: Slice | undefined,
  most: number,
  fallback: number,
  report: Report,
): number | null {
  if (word === undefined) return fallback
  if (/^\d{1,10}$/.test(word.text) && Number(word.text) <= most) return Number(word.text)
  return mistake(word, `${quoted(word.text)} is not a number for ${name}`, `a whole number from 0 to ${most}`, report)
}

function makeReal(
  { end, text }: Target,
  word: Slice,
  traits: Traits,
  front: Front,
  known: Known,
  report: Report,
): Real | null {
  const forward = traits.forward?.method ?? front.forward
  const frontPort = front.id.kind === 'address' ? front.id.port : 0
  const id: TableDestinationId = { family: end.family, address: end.address, port: end.port ?? frontPort }
  const check = readCheck(traits, canonical(text), word, known, report)
  const fault = faultOf(id, forward, front)
  if (fault !== null) {
    report.error(fault.code, spanOf(word), fault.message, fault.hint)
    return null
  }
  return {
    id,
    role: 'primary',
    weight: traits.weight,
    forward,
    upperThreshold: traits.upper,
    lowerThreshold: traits.lower,
    onFail: front.onFail,
    checks: check === null ? [] : [check],
    initial: LAST_KNOWN,
    notices: noNotices,
    place: placeOfSlice(word),
  }
}

/** What the kernel takes and then does not do. */
function faultOf(id: TableDestinationId, forward: Forward, front: Front) {
  if (id.family !== front.id.family && forward !== 'tunnel') {
    const message = `${quoted(id.address)} and the virtual server are of different families of addresses`
    return { code: 'real-family', message, hint: 'only a tunnel connects the two: write forward tun' }
  }
  const remaps = front.id.kind === 'address' && id.port !== front.id.port
  if (!remaps || (forward !== 'route' && forward !== 'tunnel')) return null
  const how = forward === 'route' ? 'direct routing' : 'a tunnel'
  const message = `${how} leaves the packet as it is: port ${id.port} would never be reached, only ${front.id.port}`
  return { code: 'real-port', message, hint: `write port ${front.id.port} or none, or forward nat` }
}

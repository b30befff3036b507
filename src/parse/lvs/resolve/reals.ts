/**
 * `server` blocks -> members of a pool. Those of several sections that share a firewall mark are one pool: whoever is in it
 * gets the packets of all of them, and so answers the checks of all of them.
 */
import { type Initial, noNotices, type Real, type RealCheck } from '../../../model/model.ts'
import type { Forward, TableDestinationId, TableServiceId } from '../../../model/table.ts'
import { weight } from '../../../model/units.ts'
import { quoted } from '../../text/visible.ts'
import type { Section, Server } from '../file.ts'
import { DEFAULTS } from '../tables.ts'
import { placeOfWord, spanFrom, spanOf, type Word } from '../word.ts'
import type { Around } from './around.ts'
import type { SectionChecks } from './checks.ts'
import { NOWHERE, portOf } from './front.ts'
import { addressOf } from './hosts.ts'

/** The table keeps what it has until the first verdict: a start neither empties a pool nor sends clients to what is dead. */
const UNTIL_KNOWN: Initial = { remembered: true, unknown: 'wait', waitMost: null }

/** A server of one section, and where it is reached. */
export interface Placed {
  readonly section: Section
  readonly server: Server
  readonly id: TableDestinationId
  /** Packets come to another port than they were sent to. */
  readonly mapped: boolean
  readonly active: boolean
}

/** All blocks of the sections that stand for one destination. */
export interface Destination {
  readonly blocks: readonly [Placed, ...Placed[]]
  readonly active: boolean
}

interface Pool {
  readonly service: TableServiceId
  readonly forward: Forward
  /** `dormant`: also what is switched off is looked at. */
  readonly sections: readonly Section[]
}

export const nameOfServer = ({ keyword, name }: Server): Word => (name.text === '' ? keyword : name)

export const isActive = ({ settings }: Section | Server): boolean => settings.active?.value === true

/** In the order of the file. Mistakes in what is switched off are nobody's concern: it is left out. */
export function destinationsOf(pool: Pool, around: Around): readonly Destination[] {
  const found = new Map<string, [Placed, ...Placed[]]>()
  for (const section of pool.sections) {
    const own = new Map<string, Server>()
    for (const server of section.servers) {
      const placed = placedServer(server, section, pool, around)
      if (placed === null) continue
      const key = keyOf(placed, pool)
      if (placed.active && isTwice(key, placed, own, around)) continue
      const blocks = found.get(key)
      if (blocks === undefined) found.set(key, [placed])
      else blocks.push(placed)
    }
  }
  return [...found.values()].map((blocks) => ({ blocks, active: blocks.some(({ active }) => active) }))
}

/** Behind a mark packets keep their port, unless it is mapped: then a server is one, whatever is written. */
const keyOf = ({ id, mapped }: Placed, { service }: Pool) =>
  service.kind === 'mark' && !mapped ? id.address : `${id.address}:${id.port}`

function isTwice(key: string, { server, section }: Placed, known: Map<string, Server>, { report }: Around): boolean {
  const before = known.get(key)
  if (before === undefined) known.set(key, server)
  if (before === undefined) return false
  const message = `the server ${quoted(before.name.text)} of ${quoted(section.name.text)} has this address and port already; only the first counts`
  report.warning('server-twice', spanFrom(server.keyword, server.name), message, 'take one of them out')
  return true
}

function placedServer(server: Server, section: Section, pool: Pool, around: Around): Placed | null {
  const { settings, portBefore } = server
  const active = isActive(server)
  const address = activeAddress(server, active, around)
  if (address === null) return null
  const port = settings.port?.value ?? portBefore
  const moved = port !== portOf(section)
  const mapped = moved && pool.forward === 'masq'
  if (active && moved && pool.service.kind === 'address' && !isReached(server, section, port, pool, around)) return null
  return { section, server, active, mapped, id: { family: 4, address, port } }
}

function activeAddress({ settings, keyword, name }: Server, active: boolean, around: Around): string | null {
  const { address: setting } = settings
  if (setting === undefined) {
    const message = `the server ${quoted(name.text)} is active and has no address`
    if (active)
      around.report.error('address-missing', spanFrom(keyword, name), message, 'write address = 10.0.0.2 in it')
    return null
  }
  const known = active || setting.value.kind === 'address' || around.surroundings.addresses.has(setting.value.name)
  const address = known ? addressOf(setting.value, around) : null
  if (address !== NOWHERE) return address
  const message = `the server ${quoted(name.text)} is active and its address is ${NOWHERE}`
  if (active) around.report.error('address-missing', spanOf(setting.at), message, 'write its address, or active = 0')
  return null
}

/** Direct routing and tunnels leave the port of a packet alone. */
function isReached(server: Server, section: Section, port: number, { forward }: Pool, { report }: Around): boolean {
  if (forward === 'masq' && port !== 0) return true
  const served = portOf(section)
  const own = server.settings.port
  if (forward === 'masq') {
    const message = 'port 0 is for a firewall mark only'
    report.error(
      'port',
      spanOf(own?.at ?? server.keyword),
      message,
      `write the port, or take the line out: it is ${served}`,
    )
    return false
  }
  if (own !== undefined) {
    const message = `port mapping needs NAT: with ${forward === 'route' ? 'direct routing' : 'tunnels'} clients only reach port ${served} of this server`
    report.error('port-mapping', spanOf(own.at), message, `write port = ${served}, or network = nat`)
    return false
  }
  const message = `this server has port ${port}, since port = ${served} stands behind it, and port mapping needs NAT`
  report.error(
    'port-mapping',
    spanFrom(server.keyword, server.name),
    message,
    'move the port line above the server blocks',
  )
  return false
}

/** A server that inherits its port counts the port lines above it only. */
export function remarkOnOrder(section: Section, { report }: Around): void {
  const served = portOf(section)
  const early = section.servers.find(({ settings, portBefore }) => settings.port === undefined && portBefore !== served)
  if (early === undefined || section.settings.port === undefined) return
  const message = `the port line counts for server blocks below it: ${quoted(early.name.text)} above has port ${early.portBefore}`
  const hint = 'move the port line above the server blocks, or write port in each of them'
  report.warning('port-order', spanOf(section.settings.port.keyword), message, hint)
}

/** `used`: the blocks that count, the first of them for its weight. */
export function realOf(
  { blocks }: Destination,
  used: Placed,
  checks: readonly SectionChecks[],
  { service, forward }: Pool,
  around: Around,
): Real {
  const { server, id, mapped, section } = used
  const place = placeOfWord(nameOfServer(server))
  const follows = forward !== 'masq' || (service.kind === 'mark' && !mapped)
  const found = new Map<string, RealCheck>()
  for (const one of checks) {
    const port = blocks.find((block) => block.section === one.section)?.id.port ?? portOf(one.section)
    for (const { named, at, advice } of one.at(port, port === id.port)) {
      const check = around.checks.take({ server: { id, place }, named, place: placeOfWord(at) })
      if (!found.has(check.service)) found.set(check.service, advice ? { ...check, advice: true } : check)
    }
  }
  return {
    id,
    ...(follows ? { portFollows: true as const } : {}),
    role: 'primary',
    weight: weight(server.settings.weight?.value ?? DEFAULTS.weight),
    forward,
    upperThreshold: 0,
    lowerThreshold: 0,
    onFail: section.settings.quiesce_server?.value === true ? 'drain' : 'remove',
    checks: [...found.values()],
    initial: UNTIL_KNOWN,
    notices: noNotices,
    place,
  }
}

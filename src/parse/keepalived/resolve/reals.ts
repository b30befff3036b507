/**
 * real_server and sorry_server -> members of a pool. Where keepalived repairs something with a message and goes on, so
 * does this: a server behind direct routing or a tunnel is reached at the port of the service, whatever stands there.
 */
import { type Initial, LAST_KNOWN, type Real, type RealCheck, type Sorry } from '../../../model/model.ts'
import {
  endpointText,
  type Family,
  type Forward,
  type TableDestinationId,
  type TableTunnel,
} from '../../../model/table.ts'
import { weight } from '../../../model/units.ts'
import { quoted } from '../../text/visible.ts'
import type { Forwarding } from '../addresses.ts'
import type { RealServer, SmtpHost, VirtualServer } from '../file.ts'
import { spanOf, type Word } from '../line.ts'
import type { Around } from './around.ts'
import { type CheckAsked, checkOf } from './checks.ts'
import type { Front } from './front.ts'
import { type Levels, levelsOf, nearest } from './inherited.ts'
import { realNotices } from './notices.ts'
import { placeOfWord } from './place.ts'

/** Checkers of one real server. */
const MOST_CHECKERS = 1000

interface Method {
  readonly forward: Forward
  readonly tunnel?: TableTunnel
}

const CHECKSUMS = { nocsum: 'none', csum: 'checksum', remcsum: 'remote' } as const

function methodOf(forwarding: Forwarding | undefined): Method {
  if (forwarding?.method !== 'TUN') return { forward: forwarding?.method === 'DR' ? 'route' : 'masq' }
  const { type, port, checksum } = forwarding.tunnel
  return { forward: 'tunnel', tunnel: { type, port: port ?? 0, checksum: CHECKSUMS[checksum] } }
}

/** In the table it has the port of its service: packets that are not rewritten keep theirs. */
const follows = (forward: Forward, port: number | null) => forward !== 'masq' || port === null

export function resolveReals(server: VirtualServer, front: Front, around: Around): Real[] {
  const found: Real[] = []
  const taken = new Map<string, RealServer>()
  for (const real of server.realServers) {
    const one = resolveReal(real, server, front, taken, around)
    if (one !== null) found.push(one)
  }
  return found
}

function resolveReal(
  real: RealServer,
  server: VirtualServer,
  front: Front,
  taken: Map<string, RealServer>,
  around: Around,
): Real | null {
  const { settings, at } = real
  const method = methodOf((settings.lvs_method ?? server.settings.lvs_method)?.value)
  const id = { ...real.address, port: real.port ?? front.port }
  if (!fits(real, method.forward, server, front, around)) return null
  const following = follows(method.forward, real.port)
  if (isTaken(real, id, following, front, taken, around)) return null
  if (following) warnOfPort(real, front, around)
  around.room.destinations -= front.services.length
  if (around.room.destinations < 0) return tooMany(at, around)
  const levels = levelsOf(real, server)
  const checks = checksOf(real, id, server, levels, around)
  const drains = (settings.inhibit_on_failure ?? server.settings.inhibit_on_failure)?.value === true
  return {
    id,
    ...(following ? { portFollows: true } : {}),
    role: settings.backup?.value === true ? 'backup' : 'primary',
    weight: weight((settings.weight ?? server.settings.weight)?.value ?? 1),
    ...method,
    upperThreshold: settings.uthreshold?.value ?? 0,
    lowerThreshold: settings.lthreshold?.value ?? 0,
    onFail: drains ? 'drain' : 'remove',
    checks,
    initial: initialOf(real, levels),
    notices: realNotices(real, around),
    place: placeOfWord(at),
  }
}

/** keepalived drops it with a message; for a virtual_server of an address that was told where it was parsed. */
function fits(real: RealServer, forward: Forward, server: VirtualServer, front: Front, { report }: Around): boolean {
  const { address, at } = real
  if (forward === 'tunnel' || front.family === null || address.family === front.family) return true
  if (server.of.kind === 'address') return false
  const message = `${quoted(at.text)} and the services of this virtual_server are of different families`
  const hint = 'only a tunnel carries one in the other: lvs_method TUN; or write a virtual_server for each family'
  report.error('real-family', spanOf(at), message, hint)
  return false
}

/** The kernel holds an endpoint once in a service; that two written ports come to the same one is seen here. */
function isTaken(
  real: RealServer,
  id: TableDestinationId,
  following: boolean,
  front: Front,
  taken: Map<string, RealServer>,
  { report }: Around,
): boolean {
  const ports = new Set(front.services.map((service) => (service.kind === 'address' ? service.port : 0)))
  const keys = [...(following ? ports : [id.port])].map((port) => endpointText({ ...id, port }))
  const before = keys.map((key) => taken.get(key)).find((one) => one !== undefined)
  for (const key of keys) if (!taken.has(key)) taken.set(key, real)
  if (before === undefined) return false
  // The parser has told of two that are written alike.
  if (before.port === real.port) return true
  const message = `${quoted(real.at.text)} stands in this virtual_server already: both are reached at the port of the service`
  report.warning('real-server-twice', spanOf(real.at), `${message}; only the first counts`, 'take one of them out')
  return true
}

function warnOfPort(
  { at, port, sorry = false }: { readonly at: Word; readonly port: number | null; readonly sorry?: boolean },
  front: Front,
  { report }: Around,
): void {
  if (port === null) return
  const marks = front.services.every(({ kind }) => kind === 'mark')
  const other = marks ? front.services[0] : front.services.find((one) => one.kind === 'address' && one.port !== port)
  if (other === undefined) return
  const there = other.kind === 'mark' ? 'that of the packet' : `${other.port}`
  const use = sorry ? `${port} counts for nothing` : `${port} is for the checks only`
  const message = `direct routing and tunnels leave the port of a packet alone: it is ${there}, and ${use}`
  const hint = other.kind === 'mark' ? 'write the address alone' : `write port ${other.port}, or lvs_method NAT`
  const checks = sorry ? '' : '; connect_port in a checker says where it connects to'
  report.warning(sorry ? 'sorry-port' : 'real-port', spanOf(at), message, hint + checks)
}

function tooMany(at: Word, { report, room }: Around): null {
  if (room.destinations > -1_000_000) {
    const message = 'these virtual servers hold more real servers than upalert manages'
    report.error('too-many-reals', spanOf(at), message, 'split the configuration over several directors')
  }
  room.destinations = Number.NEGATIVE_INFINITY
  return null
}

/** With alpha nothing goes to a server before its first success. Otherwise what was known of it counts on. */
function initialOf(real: RealServer, levels: Levels): Initial {
  const written = nearest(levels, 'initial')?.value
  if (written !== undefined) return written
  const inherited = nearest(levels, 'alpha')?.value ?? false
  const down = real.checkers.some((checker) => {
    // Neither has alpha from above, and the one is never asked.
    if (checker.kind === 'FILE_CHECK' || checker.kind === 'BFD_CHECK') return false
    return checker.settings.alpha?.value ?? inherited
  })
  return down ? { remembered: true, unknown: 'down', waitMost: null } : LAST_KNOWN
}

function checksOf(
  real: RealServer,
  server: TableDestinationId,
  virtual: VirtualServer,
  levels: Levels,
  around: Around,
): RealCheck[] {
  const suspends = virtual.settings.ha_suspend !== undefined && virtual.of.kind === 'address'
  const onlyWith = suspends && virtual.of.kind === 'address' ? [virtual.of.address] : null
  const found = new Map<string, RealCheck>()
  const tooMany = real.checkers[MOST_CHECKERS]
  if (tooMany !== undefined) {
    const message = `a real server has at most ${MOST_CHECKERS} checkers`
    around.report.error('too-many-checks', spanOf(tooMany.keyword), message, 'look whether a } is missing before it')
  }
  for (const checker of real.checkers.slice(0, MOST_CHECKERS)) {
    const hosts: readonly (SmtpHost | null)[] =
      checker.kind === 'SMTP_CHECK' && checker.hosts.length > 0 ? checker.hosts : [null]
    for (const host of hosts) {
      const connection = { ...checker.settings, ...host?.settings }
      const question: CheckAsked = { checker, connection, server, levels: [connection, ...levels], onlyWith }
      const check = checkOf(question, around)
      if (check === null) continue
      const asker = { id: server, place: placeOfWord(real.at) }
      const spoken = around.services.take(asker, check, placeOfWord(host?.keyword ?? checker.keyword))
      found.set(spoken.service, spoken)
    }
  }
  return [...found.values()]
}

/** The sorry server, which nobody checks. */
export function resolveSorry(
  { settings }: VirtualServer,
  reals: readonly Real[],
  front: Front,
  around: Around,
): Sorry | null {
  const { sorry_server, sorry_server_inhibit, sorry_server_lvs_method, lvs_method } = settings
  if (sorry_server === undefined) return null
  const { family, address, port } = sorry_server.value
  const method = methodOf((sorry_server_lvs_method ?? lvs_method)?.value)
  const id = { family, address, port: port ?? front.port }
  if (!sorryFits(id, method.forward, front.family, sorry_server.at, around)) return null
  const same = reals.find((real) => endpointText(real.id) === endpointText(id))
  const inhibit = sorry_server_inhibit !== undefined
  if (same !== undefined && (same.onFail === 'drain') !== inhibit) {
    const message = `the sorry server is one of the real servers, and so is taken out as that one is`
    around.report.warning(
      'sorry-inhibit',
      spanOf(sorry_server.at),
      message,
      'write inhibit_on_failure and sorry_server_inhibit both, or neither',
    )
  }
  const following = follows(method.forward, port)
  if (following) warnOfPort({ at: sorry_server.at, port, sorry: true }, front, around)
  return {
    id,
    ...method,
    inhibit: same === undefined ? inhibit : same.onFail === 'drain',
    ...(following ? { portFollows: true } : {}),
  }
}

function sorryFits(
  id: TableDestinationId,
  forward: Forward,
  family: Family | null,
  at: Word,
  { report }: Around,
): boolean {
  if (forward === 'tunnel' || family === null || id.family === family) return true
  const message = `${quoted(at.text)} and the virtual_server are of different families`
  report.error(
    'sorry-family',
    spanOf(at),
    message,
    'only a tunnel carries one in the other: sorry_server_lvs_method TUN',
  )
  return false
}

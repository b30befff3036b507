/** A pool -> virtual_server blocks, as a careful operator writes them. Source: keepalived.conf(5), "Virtual servers". */
import type { Real, Service, Sorry, Virtual } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import { endpointText, type Forward, type TableDestinationId, type TableTunnel } from '../../model/table.ts'
import { visible } from '../../parse/text/visible.ts'
import { type Checker, checkText, subjectOf, type Writing } from './checker.ts'
import type { WrittenFront } from './fronts.ts'
import type { Lines } from './lines.ts'
import { asksOf } from './nearest.ts'
import { type NoticeWriter, optionsOf } from './notices.ts'
import { loseVirtual, settingsLines } from './settings.ts'
import { loseRules, ownLines, type Shared, sharedBy, sharedLines } from './times.ts'

/** What the blocks of all virtual servers share. */
export interface Around {
  readonly writing: Writing
  readonly notices: NoticeWriter
  readonly services: ReadonlyMap<ServiceKey, Service>
  /** Whether global_defs has every failure logged. */
  readonly logsFailures: boolean
}

/** A real server, and the checkers in its block. */
interface Member {
  readonly real: Real
  readonly checkers: readonly Checker[]
  readonly port: number | null
}

export function writeVirtual(virtual: Virtual, front: WrittenFront, lines: Lines, around: Around): void {
  const { writing } = around
  // Where all of them are backup servers they serve at once, as if none were.
  const backups = virtual.reals.some(({ role }) => role === 'primary')
  const reals = virtual.reals.filter((real) => isWritten(real, front, backups, around))
  if (reals.length === 0) {
    const why = 'keepalived makes nothing of a virtual_server without real servers: it is left out'
    writing.losses.add(virtual.place, `virtual ${virtual.name}`, why)
    return
  }
  loseVirtual(virtual, front, reals, writing.losses)
  const members = reals.map((real) => memberOf(real, front, around))
  const checkers = members.flatMap((member) => member.checkers)
  const shared = sharedBy(checkers)
  for (const checker of checkers) {
    loseRules(checker, shared, writing.losses)
    loseOnlyWith(checker, virtual, front, writing)
  }
  const method = mostCommon(reals.map(methodText))
  const alpha = alphaOf(members)
  const drains = reals.every(({ onFail }) => onFail === 'drain')
  lines.gap()
  if (virtual.keepalivedName === null && !isAddress(virtual)) lines.line(`# ${visible(virtual.name)}`)
  lines.pool(`virtual_server ${front.head}`, virtual.place, () => {
    if (checkers.length > 0) for (const line of sharedLines(shared)) lines.line(line)
    for (const line of settingsLines(virtual, front, method, reals)) lines.line(line)
    if (alpha === 'all') lines.line('alpha')
    if (drains) lines.line('inhibit_on_failure')
    for (const line of around.notices.virtualLines(virtual)) lines.line(line)
    if (virtual.sorry !== null)
      for (const line of sorryLines(virtual, virtual.sorry, front, method, around)) lines.line(line)
    for (const member of members) {
      lines.gap()
      writeReal(member, { method, drains, shared, alpha }, lines, around)
    }
  })
}

/** Its name says no more than the line below it. */
const isAddress = ({ name, services: [only] }: Virtual): boolean =>
  only !== undefined && only.kind === 'address' && name === endpointText(only)

/** ha_suspend is for all checks of a virtual_server that has one address. */
function loseOnlyWith({ service }: Checker, virtual: Virtual, front: WrittenFront, { losses }: Writing): void {
  const [only] = front.services
  const suspends = virtual.haSuspend && front.kind === 'address' && only?.kind === 'address'
  const wanted = suspends ? [only.address] : null
  if (JSON.stringify(service.onlyWith) === JSON.stringify(wanted)) return
  const why =
    'keepalived runs a check always, or with ha_suspend while the address of its virtual_server is on this host'
  losses.add(service.place, `${subjectOf(service)}: only_with`, why)
}

/** keepalived would use such servers at times when they shall not be used. */
function isWritten(real: Real, front: WrittenFront, backups: boolean, { writing, services }: Around): boolean {
  const lose = (why: string) => {
    writing.losses.add(real.place, `real ${endpointText(real.id)}`, why)
    return false
  }
  if (real.role === 'backup' && !backups) {
    writing.losses.add(
      real.place,
      `real ${endpointText(real.id)}: backup`,
      'all are backup servers, and serve at once as all do in keepalived: the word is left out',
    )
  } else if (real.role === 'backup') {
    return lose(
      'keepalived has no backup servers: it is left out, and a sorry_server takes over when the quorum is lost',
    )
  }
  const off = real.checks.some(({ service }) => services.get(service)?.monitor?.module === 'off')
  if (off) return lose('it is switched off, for which keepalived has no word: it is left out')
  const fits = real.forward === 'tunnel' || front.services.some(({ family }) => family === real.id.family)
  return fits || lose('it is of another family than the services, and no client ever reaches it: it is left out')
}

function memberOf(real: Real, front: WrittenFront, around: Around): Member {
  const port = writtenPort(real, front)
  const read = { ...real.id, port: port ?? front.port }
  if (read.port !== real.id.port) {
    const why = `with ${methodText(real)} keepalived has a real server at the port of its service, which is ${read.port} there`
    around.writing.losses.add(
      real.place,
      `real ${endpointText(real.id)}`,
      `${why}, and connect_port says where checks connect to`,
    )
  }
  return { real, port, checkers: checkersOf(real, read, around) }
}

/**
 * Direct routing and tunnels leave the port alone, and keepalived complains of another one than the service's; where each
 * service has its own, none is written. `null`: none.
 */
function writtenPort(
  { id, forward, portFollows }: Pick<Real, 'id' | 'forward' | 'portFollows'>,
  front: WrittenFront,
): number | null {
  if (forward === 'masq') return portFollows === true || id.port === 0 ? null : id.port
  const ports = new Set(front.services.map((service) => (service.kind === 'address' ? service.port : 0)))
  const [only = 0] = ports
  return ports.size > 1 || only === 0 ? null : only
}

function checkersOf(real: Real, server: TableDestinationId, { writing, services }: Around): Checker[] {
  return real.checks.flatMap((check) => {
    const service = services.get(check.service)
    if (service === undefined) return []
    if (check.advice === true) {
      const why =
        'in keepalived every check may take a server out: MISC_CHECK with misc_dynamic sets a weight, and fails as well'
      writing.losses.add(real.place, `advice ${checkText({ service })}`, why)
      return []
    }
    const options = service.monitor === null ? {} : optionsOf(service.monitor)
    const asks = asksOf({ check, service, options, server, writing })
    return asks === null ? [] : [{ ...asks, service }]
  })
}

/** `all`: every checker that knows the word begins down. `some`: it is said real server by real server. */
function alphaOf(members: readonly Member[]): 'all' | 'some' {
  const able = members.filter(isAble)
  return able.length > 0 && able.every(({ real }) => beginsDown(real)) ? 'all' : 'some'
}

const isAble = ({ checkers }: Member) => checkers.some(({ kind }) => kind !== 'FILE_CHECK')
const beginsDown = ({ initial }: Real) => initial.unknown === 'down'

interface Inherited {
  readonly method: string
  readonly drains: boolean
  readonly shared: Shared
  readonly alpha: 'all' | 'some'
}

function writeReal(member: Member, inherited: Inherited, lines: Lines, around: Around): void {
  const { real, port, checkers } = member
  const method = methodText(real)
  loseInitial(member, around)
  lines.pool(`real_server ${real.id.address}${port === null ? '' : ` ${port}`}`, real.place, () => {
    lines.line(`weight ${real.weight}`)
    if (method !== inherited.method) lines.line(`lvs_method ${method}`)
    if (real.upperThreshold > 0) lines.line(`uthreshold ${real.upperThreshold}`)
    if (real.lowerThreshold > 0) lines.line(`lthreshold ${real.lowerThreshold}`)
    if (real.onFail === 'drain' && !inherited.drains) lines.line('inhibit_on_failure')
    if (inherited.alpha === 'some' && isAble(member) && beginsDown(real)) lines.line('alpha')
    for (const line of around.notices.realLines(real, `real ${endpointText(real.id)}`)) lines.line(line)
    for (const checker of checkers) writeChecker(checker, inherited.shared, lines, around)
  })
}

function writeChecker(checker: Checker, shared: Shared, lines: Lines, { logsFailures }: Around): void {
  const { kind, service } = checker
  lines.block(kind, service.place, () => {
    for (const line of checker.lines) {
      if (typeof line === 'string') lines.line(line)
      else
        lines.block(line.head, null, () => {
          for (const inner of line.lines) lines.line(inner)
        })
    }
    for (const line of ownLines(checker, shared)) lines.line(line)
    if (kind === 'FILE_CHECK' || service.logFailures === logsFailures) return
    lines.line(service.logFailures ? 'log_all_failures' : 'log_all_failures no')
  })
}

function loseInitial(member: Member, { writing }: Around): void {
  const { real } = member
  const { remembered, unknown, waitMost } = real.initial
  const lose = (why: string) => writing.losses.add(real.place, `real ${endpointText(real.id)}: initial`, why)
  if (unknown === 'down' && !isAble(member)) lose('without a checker a real server is always up')
  else if (unknown === 'down' && !remembered) {
    lose('alpha is written: what was known before a restart counts with upalert, and keepalived forgets it')
  } else if (unknown !== 'down' && !(remembered && unknown === 'wait' && waitMost === LAST_KNOWN_WAIT)) {
    lose('keepalived takes a server to be up until a check says otherwise: alpha takes it to be down')
  }
}

/** model.ts, LAST_KNOWN: what a keepalived.conf means where nothing is written. */
const LAST_KNOWN_WAIT = 5000

const CHECKSUMS = { none: '', checksum: ' csum', remote: ' remcsum' } as const

/** `local` is what the kernel makes of direct routing to an address of its own. */
function methodText({ forward, tunnel }: { readonly forward: Forward; readonly tunnel?: TableTunnel }): string {
  if (forward === 'masq') return 'NAT'
  if (forward !== 'tunnel') return 'DR'
  if (tunnel === undefined || tunnel.type === 'ipip') return 'TUN'
  const port = tunnel.type === 'gue' ? ` port ${tunnel.port}` : ''
  return `TUN type ${tunnel.type}${port}${CHECKSUMS[tunnel.checksum]}`
}

function sorryLines(
  { place }: Virtual,
  sorry: Sorry,
  front: WrittenFront,
  method: string,
  { writing }: Around,
): string[] {
  const { id, inhibit } = sorry
  const port = writtenPort(sorry, front)
  const own = methodText(sorry)
  if ((port ?? front.port) !== id.port) {
    const why = `with ${own} keepalived has it at the port of its service, as packets have`
    writing.losses.add(place, `sorry ${endpointText(id)}`, `${why}: the port is left out`)
  }
  if (sorry.forward === 'local' || sorry.forward === 'bypass') {
    const why = `keepalived has no forward ${sorry.forward}: DR is written, which to an address of this host is the same`
    writing.losses.add(place, `sorry ${endpointText(id)}`, why)
  }
  return [
    `sorry_server ${id.address}${port === null ? '' : ` ${port}`}`,
    ...(inhibit ? ['sorry_server_inhibit'] : []),
    ...(own === method ? [] : [`sorry_server_lvs_method ${own}`]),
  ]
}

function mostCommon(texts: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), ['NAT', 0] as [string, number])[0]
}

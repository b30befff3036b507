/** The table and its checks -> the text of a mon.cf that claims the table as it is. */
import { endpointText, type Forward, type TableDestination, type TableService } from '../../model/table.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { portedBy } from '../init/judge.ts'
import { nameOf } from '../keepalived/names.ts'
import type { WrittenLine } from '../written.ts'
import { type Checked, NONE, portOfCheck } from './checks.ts'
import { virtualNameOf } from './fitting.ts'

/** Hosts on one line of a hostgroup. */
const HOSTS_A_LINE = 8

export function monCfLines(checked: readonly Checked[], surroundings: Surroundings): readonly WrittenLine[] {
  const groups = new Groups(surroundings)
  const pools = checked.map((one) => poolLines(one, groups))
  return [...HEAD.map(top), ...groups.lines, ...pools.flat()]
}

const HEAD = [
  '# Written by "upalert convert --from-kernel" from the virtual server table that was in the kernel. It claims that table as',
  '# it was: "upalert plan -c FILE" shows no changes. What the table does not say, and you may want to write: who is told (a',
  '# period below each service), a sorry server, a quorum. docs/from-kernel.md.',
]

const line = (text: string, depth: number): WrittenLine => ({ text, place: null, depth })
const top = (text: string) => line(text, 0)

/** What several virtual servers ask of the same hosts is asked once. */
class Groups {
  readonly lines: WrittenLine[] = []
  readonly #surroundings: Surroundings
  readonly #keys = new Map<string, string>()
  readonly #names = new Set<string>()
  /** Finding out whether a check takes a port is a small parse, and a table asks it again and again. */
  readonly #ported = new Map<string, (port: number) => string>()

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings
  }

  /** `group/service` for each real server, by its endpoint. */
  keysFor({ service, check }: Checked): ReadonlyMap<string, string> {
    const keys = new Map<string, string>()
    if (check === NONE) return keys
    const byMonitor = new Map<string, TableDestination[]>()
    for (const real of service.destinations) {
      const monitor = this.#monitor(check, portOfCheck(real, service.id))
      const same = byMonitor.get(monitor) ?? []
      same.push(real)
      byMonitor.set(monitor, same)
    }
    for (const [monitor, reals] of byMonitor) {
      const wish = virtualNameOf(service.id)
      const key = this.#key(wish, monitor, [...new Set(reals.map(({ id }) => id.address))])
      for (const { id } of reals) keys.set(endpointText(id), key)
    }
    return keys
  }

  #monitor(check: string, port: number): string {
    if (port === 0) return check
    const ported = this.#ported.get(check) ?? portedBy(check, this.#surroundings)
    this.#ported.set(check, ported)
    return ported(port)
  }

  #key(wish: string, monitor: string, hosts: readonly string[]): string {
    const identity = `${monitor}\n${hosts.join(' ')}`
    const known = this.#keys.get(identity)
    if (known !== undefined) return known
    const group = nameOf(wish.replace(/[:[\]/]+/g, '-'), 'servers', this.#names)
    const service = nameOf(monitor.split(/[ \t]/, 1)[0] ?? '', 'check', new Set())
    this.#write(group, service, monitor, hosts)
    const key = `${group}/${service}`
    this.#keys.set(identity, key)
    return key
  }

  #write(group: string, service: string, monitor: string, hosts: readonly string[]): void {
    this.lines.push(top(''), ...hostLines(group, hosts), top(''), top(`watch ${group}`), line(`service ${service}`, 1))
    const words = ['interval 10s', 'timeout 5s', 'fall 2', `monitor ${monitor}`]
    this.lines.push(...words.map((text) => line(text, 2)))
    const told = ['#period', '#    alert mail root@localhost', '#    upalert mail root@localhost']
    this.lines.push(...told.map((text) => line(text, 2)))
  }
}

function hostLines(group: string, hosts: readonly string[]): WrittenLine[] {
  if (hosts.length <= HOSTS_A_LINE) return [top(`hostgroup ${group} ${hosts.join(' ')}`)]
  const lines = [top(`hostgroup ${group}`)]
  for (let at = 0; at < hosts.length; at += HOSTS_A_LINE)
    lines.push(line(hosts.slice(at, at + HOSTS_A_LINE).join(' '), 1))
  return lines
}

function poolLines(one: Checked, groups: Groups): WrittenLine[] {
  const { service } = one
  const { id, destinations } = service
  const keys = groups.keysFor(one)
  const forward = mostCommon(destinations)
  const settings = [
    `address ${id.kind === 'mark' ? `fwmark ${id.mark} ${id.family === 6 ? 'inet6' : 'inet'}` : virtualNameOf(id)}`,
    `scheduler ${[service.scheduler, ...flagWords(service)].join(' ')}`,
    `forward ${FORWARDS[forward]}`,
    ...persistenceLines(service),
    ...(service.onePacket ? ['one_packet yes'] : []),
  ]
  const reals = destinations.flatMap((real) => realLines(real, service, forward, keys.get(endpointText(real.id))))
  const empty =
    destinations.length === 0
      ? ['# The table has no real server here: real ADDRESS:PORT weight 1 check GROUP/SERVICE']
      : []
  return [
    top(''),
    top(`virtual ${virtualNameOf(id)}`),
    ...[...settings, ...empty, ...reals].map((text) => line(text, 1)),
  ]
}

const FORWARDS: Readonly<Record<Forward, string>> = {
  masq: 'nat',
  route: 'dr',
  tunnel: 'tun',
  local: 'local',
  bypass: 'dr',
}
const CHECKSUMS = { none: '', checksum: ' checksum checksum', remote: ' checksum remote' } as const
const FLAGS = { sh: ['sh-fallback', 'sh-port'], mh: ['mh-fallback', 'mh-port'] } as const

function flagWords({ scheduler, schedulerFlags }: TableService): string[] {
  const [first, second] = scheduler === 'sh' || scheduler === 'mh' ? FLAGS[scheduler] : ['flag-1', 'flag-2']
  return [first, second, 'flag-3'].filter((_, i) => (schedulerFlags & (1 << i)) !== 0)
}

function persistenceLines({ id, persistenceSeconds, prefix, engine }: TableService): string[] {
  if (persistenceSeconds === 0) return []
  const mask = prefix === (id.family === 4 ? 32 : 128) ? '' : ` netmask ${prefix}`
  return [`persistence ${persistenceSeconds}${mask}${engine === '' ? '' : ` engine ${engine}`}`]
}

function realLines(
  real: TableDestination,
  { id: service }: TableService,
  usual: Forward,
  key: string | undefined,
): string[] {
  const { id, forward, weight, tunnel, upperThreshold, lowerThreshold } = real
  const words = [
    `real ${endText(real, service)}`,
    `weight ${weight}`,
    ...(forward === usual ? [] : [`forward ${FORWARDS[forward]}`]),
    ...(tunnel === undefined
      ? []
      : [
          `tunnel ${tunnel.type}${tunnel.type === 'gue' ? ` tunnel_port ${tunnel.port}` : ''}${CHECKSUMS[tunnel.checksum]}`,
        ]),
    ...(upperThreshold > 0 ? [`upper ${upperThreshold}`] : []),
    ...(lowerThreshold > 0 ? [`lower ${lowerThreshold}`] : []),
    ...(key === undefined ? [] : [`check ${key}`]),
  ]
  const asked = `# ${endpointText(id)} has weight 0 in the table: was it quiesced? Then write its weight here, and drain it with upalert.`
  return [...(weight === 0 ? [asked] : []), words.join(' ')]
}

/** Without a port it has that of the service, which direct routing and tunnels leave alone; behind a mark that is 0. */
function endText({ id, forward }: TableDestination, service: TableService['id']): string {
  const port = service.kind === 'address' ? service.port : 0
  const keeps = (forward === 'route' || forward === 'tunnel') && service.kind === 'address'
  return keeps || (id.port === 0 && port === 0) ? id.address : endpointText(id)
}

function mostCommon(reals: readonly TableDestination[]): Forward {
  const counts = new Map<Forward, number>()
  for (const { forward } of reals) counts.set(forward, (counts.get(forward) ?? 0) + 1)
  let best: Forward = 'masq'
  for (const [forward, count] of counts) if (count > (counts.get(best) ?? 0)) best = forward
  return best
}

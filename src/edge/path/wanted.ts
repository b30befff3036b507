/**
 * The virtual servers that checks down the client's path need, and the commands that bring the table there.
 *
 * A director that connects to its own virtual address is scheduled like any client: IPVS catches the packet as it leaves
 * (LOCAL_OUT) and gives it to whichever real server is next. IPVS looks for a service of the packet's firewall mark before
 * it looks for one of the address (ip_vs_core.c, ip_vs_service_find). So a marked connection with a service of its own,
 * which has one destination, reaches exactly this real server, by its own forwarding method and with its own port.
 *
 * Policy routing does none of this: IPVS takes the packet whatever route it has, and the director's own address is found
 * in the table "local" before any rule is asked (docs/forwarding.md has the measurements).
 */
import type { CheckPath } from '../../model/model.ts'
import type { TableCommand, TableService, TableServiceId, TableServiceSettings } from '../../model/table.ts'
import { endpointText, serviceText } from '../../model/table.ts'
import { weight } from '../../model/units.ts'
import type { MarkRange } from './marks.ts'
import { endText, hex, isPathMark, isPathService, PATH_SCHEDULER } from './marks.ts'

/** One way down the client's path: to the virtual server, and there to this real server whatever the pool says. */
export interface Path extends CheckPath {
  /** The interface on which the real server's answers arrive; by default that of the route to it. */
  readonly device?: string | undefined
}

/** What is to be done for one path; `refused` says why it cannot be. */
export type PathStep =
  | { readonly kind: 'commands'; readonly commands: readonly TableCommand[] }
  | { readonly kind: 'refused'; readonly code: string; readonly text: string }

/** The step of each path, in their order. Where all is as it should be there are no commands. */
export function pathSteps(
  paths: readonly Path[],
  found: readonly TableService[],
  range: MarkRange,
): readonly PathStep[] {
  const services = new Map(found.map((service) => [serviceText(service.id), service]))
  const owners = new Map<string, string>()
  return paths.map((path) => {
    const fault = pathFault(path, range)
    if (fault !== null) return { kind: 'refused', code: 'bad-path', text: fault }
    const name = serviceText(serviceOf(path))
    const owner = owners.get(name)
    if (owner !== undefined) {
      if (owner === endText(path)) return { kind: 'commands', commands: [] }
      return { kind: 'refused', code: 'mark-taken', text: `the mark ${hex(path.mark)} stands for ${owner} already` }
    }
    owners.set(name, endText(path))
    return stepOf(path, services.get(name), range)
  })
}

/** Deletes what was made for paths and is not kept, and nothing else. */
export function removals(
  found: readonly TableService[],
  keep: ReadonlySet<number>,
  range: MarkRange,
): readonly TableCommand[] {
  return found
    .filter((service) => isPathService(service, range))
    .filter(({ id }) => id.kind === 'mark' && !keep.has(id.mark))
    .map(({ id }) => ({ kind: 'delete-service', service: id }))
}

function stepOf(path: Path, found: TableService | undefined, range: MarkRange): PathStep {
  const service = serviceOf(path)
  if (found === undefined) {
    const created = { kind: 'new-service', service, settings: settingsOf(path) } as const
    return { kind: 'commands', commands: [created, destinationOf(path, 'new-destination')] }
  }
  if (!isPathService(found, range)) {
    const text =
      `${serviceText(service)} (${hex(path.mark)}) is somebody else's virtual server: ` +
      'choose another base for the marks of "via vip"'
    return { kind: 'refused', code: 'mark-taken', text }
  }
  const [there] = found.destinations
  if (there === undefined) return { kind: 'commands', commands: [destinationOf(path, 'new-destination')] }
  if (endpointText(there.id) !== endpointText(path.real)) {
    const gone = { kind: 'delete-destination', service, destination: there.id } as const
    return { kind: 'commands', commands: [gone, destinationOf(path, 'new-destination')] }
  }
  const { id: real, forward, tunnel } = there
  const now = tunnel === undefined ? { real, forward } : { real, forward, tunnel }
  const same = endText(now) === endText(path) && there.weight === 1 && there.upperThreshold === 0
  return { kind: 'commands', commands: same ? [] : [destinationOf(path, 'set-destination')] }
}

function pathFault({ mark, service, real, forward }: Path, range: MarkRange): string | null {
  if (!isPathMark(mark, range)) {
    const last = range.base + range.count - 1
    return `the mark ${hex(mark)} is not one of those for "via vip", ${hex(range.base)} to ${hex(last)}`
  }
  if (service.family !== real.family && forward !== 'tunnel') {
    return `${real.address} and the virtual server are of different families of addresses, which only a tunnel connects`
  }
  return null
}

const serviceOf = ({ service, mark }: Path): TableServiceId => ({ kind: 'mark', family: service.family, mark })

const settingsOf = ({ service }: Path): TableServiceSettings => ({
  scheduler: PATH_SCHEDULER,
  persistenceSeconds: 0,
  prefix: service.family === 4 ? 32 : 128,
  onePacket: false,
  schedulerFlags: 0,
  engine: '',
})

function destinationOf(path: Path, kind: 'new-destination' | 'set-destination'): TableCommand {
  const { forward, tunnel, real } = path
  const settings = { forward, weight: weight(1), upperThreshold: 0, lowerThreshold: 0 }
  const wrapped = tunnel === undefined ? settings : { ...settings, tunnel }
  return { kind, service: serviceOf(path), destination: real, settings: wrapped }
}

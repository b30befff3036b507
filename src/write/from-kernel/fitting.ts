/**
 * What of the kernel's table a configuration may say: the table takes a few things that make no sense or that nobody can
 * write down, and those are told and left out. What is left comes back from the file as it is.
 * Sources: ipvsadm(8); linux/ip_vs.h; what parse/resolve refuses in a `virtual` block.
 */
import {
  endpointText,
  schedulers,
  type TableDestination,
  type TableService,
  type TableServiceId,
  type TableTunnel,
} from '../../model/table.ts'
import {
  DEFAULT_SCHEDULER,
  GREATEST_THRESHOLD,
  LONGEST_PERSISTENCE_SECONDS,
  MOST_REALS,
  PATHMARKS,
} from '../../parse/defaults.ts'
import { error, type Finding, note, warning } from './finding.ts'

export interface Fitting {
  readonly services: readonly TableService[]
  readonly findings: readonly Finding[]
}

/** What a virtual server is called in the file, as people know it from listings: `192.0.2.10:53/udp`, `fwmark-7`. */
export function virtualNameOf(id: TableServiceId): string {
  if (id.kind === 'mark') return `fwmark-${id.mark}${id.family === 6 ? '-inet6' : ''}`
  return `${endpointText(id)}${id.protocol === 'tcp' ? '' : `/${id.protocol}`}`
}

/** `pathmarks`: the first of the marks that checks `via vip` use. */
export function fitting(table: readonly TableService[], pathmarks: number): Fitting {
  const findings: Finding[] = []
  const entries = table.reduce((sum, { destinations }) => sum + destinations.length, 0)
  if (entries > MOST_REALS) {
    const text = `the table has ${entries} real servers, and a configuration holds ${MOST_REALS}: split it over several directors`
    return { services: [], findings: [error('', text)] }
  }
  const services = table.flatMap((service) => {
    const found = fittingService(service, pathmarks, findings)
    return found === null ? [] : [found]
  })
  return { services, findings }
}

function fittingService(service: TableService, pathmarks: number, findings: Finding[]): TableService | null {
  const { id, destinations } = service
  const about = virtualNameOf(id)
  if (id.kind === 'mark' && id.mark >= pathmarks && id.mark < pathmarks + PATHMARKS) {
    findings.push(note(about, 'it is a way of upalert’s own checks via vip, and is left out'))
    return null
  }
  if (id.kind === 'address' && id.port === 0 && service.persistenceSeconds === 0) {
    const text =
      'port 0 stands for all ports, which works only with persistence: it is left out, and stays in the table as it is'
    findings.push(warning(about, text))
    return null
  }
  const changed = (text: string) => void findings.push(warning(about, `${text}; a start would set it so`))
  return {
    ...service,
    ...fittingSettings(service, changed),
    destinations: destinations.filter((one) => isFitting(one, service, findings)).map(plainTunnel),
  }
}

type Settings = Pick<TableService, 'scheduler' | 'persistenceSeconds' | 'prefix' | 'onePacket' | 'engine'>

function fittingSettings(service: TableService, changed: (text: string) => void): Settings {
  const { id, scheduler, prefix, engine, onePacket } = service
  const isUdp = id.kind === 'mark' || id.protocol === 'udp'
  const persistence = Math.min(service.persistenceSeconds, LONGEST_PERSISTENCE_SECONDS)
  const widest = id.family === 4 ? 32 : 128
  const known = schedulers.includes(scheduler)
  const masked = prefix !== widest && (prefix < 1 || persistence === 0)
  const odd = engine !== '' && (engine !== 'sip' || !isUdp || persistence === 0)
  if (!known) changed(`the scheduler ${scheduler} is none that upalert knows: ${DEFAULT_SCHEDULER} is written`)
  if (persistence < service.persistenceSeconds)
    changed(`clients can be kept for ${persistence} seconds at most: so long is written`)
  if (masked) changed('its netmask counts only with persistence, or has holes: none is written')
  if (odd) changed(`the persistence engine ${engine} does nothing here: none is written`)
  if (onePacket && !isUdp)
    changed('packets are scheduled one by one for UDP and firewall marks only: one_packet is not written')
  return {
    scheduler: known ? scheduler : DEFAULT_SCHEDULER,
    persistenceSeconds: persistence,
    prefix: masked ? widest : prefix,
    engine: odd ? '' : engine,
    onePacket: onePacket && isUdp,
  }
}

/** One that is not written stays in the table as somebody else's. */
function isFitting(one: TableDestination, { id }: TableService, findings: Finding[]): boolean {
  const why = faultOf(one, id)
  if (why === null) return true
  const about = `${virtualNameOf(id)} ${endpointText(one.id)}`
  findings.push(warning(about, `${why}: it is left out, and stays in the table as somebody else’s`))
  return false
}

function faultOf({ id, forward, tunnel, upperThreshold, lowerThreshold }: TableDestination, service: TableServiceId) {
  if (forward === 'bypass') return 'forwarding by bypass is the kernel’s own'
  if (id.family !== service.family && forward !== 'tunnel') return 'only a tunnel connects two families of addresses'
  if (lowerThreshold > upperThreshold || upperThreshold > GREATEST_THRESHOLD) return 'its thresholds make no sense'
  if (forward === 'tunnel' && tunnel !== undefined && !isPlain(tunnel) && !makesSense(tunnel)) {
    return `a ${tunnel.type} tunnel cannot be like this`
  }
  const keepsPort = forward === 'route' || forward === 'tunnel'
  if (!keepsPort || service.kind === 'mark' || id.port === service.port) return null
  return `direct routing and tunnels leave packets at port ${service.port}, so its port ${id.port} is never reached`
}

const isPlain = ({ type, checksum }: TableTunnel) => type === 'ipip' && checksum === 'none'

function makesSense({ type, port, checksum }: TableTunnel): boolean {
  if (type === 'ipip') return false
  if (type === 'gre') return port === 0 && checksum !== 'remote'
  return port > 0
}

/** What is plain anyway needs no words. */
function plainTunnel({ tunnel, ...one }: TableDestination): TableDestination {
  return tunnel === undefined || one.forward !== 'tunnel' || isPlain(tunnel) ? one : { ...one, tunnel }
}

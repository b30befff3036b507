/** `virtual = …` -> the service of the kernel's table, and what people know it by. Source: ldirectord(8); 4.12 tried. */
import {
  endpointText,
  type Family,
  serviceText,
  type TableServiceId,
  type TableServiceSettings,
} from '../../../model/table.ts'
import { quoted } from '../../text/visible.ts'
import type { VirtualService } from '../file.ts'
import { placeOfWord, spanOf } from '../words.ts'
import type { Around } from './around.ts'
import { addressOf } from './hosts.ts'

export interface Front {
  readonly service: TableServiceId
  readonly family: Family
  /** 0 behind a mark. */
  readonly port: number
  /** What people know it by. */
  readonly name: string
  /** How ldirectord names it to programs: `192.0.2.1:80` and `tcp`, `:0` and `fwm`. */
  readonly asArguments: readonly [end: string, protocol: string]
}

const DNS_PORT = 53
/** ldirectord(8), "scheduler". */
const DEFAULT_SCHEDULER = 'wrr'

/** Each service's identity and name; those of a second service of one identity are left out. */
export class Fronts {
  readonly #taken = new Map<string, VirtualService>()
  readonly #names = new Set<string>()
  readonly #around: Around

  constructor(around: Around) {
    this.#around = around
  }

  /** `null` after a mistake, which is then in the report. */
  frontOf(virtual: VirtualService): Front | null {
    const service = this.#serviceOf(virtual)
    if (service === null) return null
    const key = serviceText(service)
    const before = this.#taken.get(key)
    if (before !== undefined) {
      const { line } = placeOfWord(before.header.at)
      const message = `there is a service ${key} already, in line ${line}`
      this.#around.report.error(
        'service-twice',
        spanOf(virtual.header.at),
        message,
        'put all its real servers into one',
      )
      return null
    }
    this.#taken.set(key, virtual)
    const port = service.kind === 'mark' ? 0 : service.port
    const end = service.kind === 'mark' ? ':0' : endpointText(service)
    const protocol = service.kind === 'mark' ? 'fwm' : service.protocol
    const name = this.#nameOf(virtual, service)
    return { service, family: service.family, port, name, asArguments: [end, protocol] }
  }

  #serviceOf({ header, settings }: VirtualService): TableServiceId | null {
    const { protocol } = settings
    const { report } = this.#around
    const isMark = header.kind === 'mark'
    if (protocol !== undefined && isMark !== (protocol.value === 'fwm')) {
      const message = `${quoted(protocol.value)} does not go with ${isMark ? 'a firewall mark' : 'an address'}`
      const hint = isMark ? 'write protocol = fwm, or leave it out' : 'write protocol = tcp or protocol = udp'
      report.error('protocol', spanOf(protocol.at), message, hint)
      return null
    }
    if (isMark) return { kind: 'mark', family: header.family, mark: header.mark }
    const address = addressOf(header.host, this.#around)
    if (address === null) return null
    const usual = header.port === DNS_PORT ? 'udp' : 'tcp'
    const named = protocol?.value === 'tcp' || protocol?.value === 'udp' ? protocol.value : usual
    return { kind: 'address', family: header.host.family, protocol: named, address, port: header.port }
  }

  /** servicename, where that is a name nobody else has; blanks become dashes, so that it is one word everywhere. */
  #nameOf({ settings }: VirtualService, service: TableServiceId): string {
    const wish = settings.servicename?.value.trim().replace(/\s+/g, '-') ?? ''
    const fits = /^[\p{L}\p{N}_.-]{1,100}$/u.test(wish) && !/^[\d.]+$/.test(wish)
    const name = fits && !this.#names.has(wish) ? wish : endName(service)
    this.#names.add(name)
    return name
  }
}

function endName(service: TableServiceId): string {
  if (service.kind === 'mark') return `fwmark-${service.mark}${service.family === 6 ? '-inet6' : ''}`
  return `${endpointText(service)}${service.protocol === 'tcp' ? '' : `/${service.protocol}`}`
}

export function settingsOf(
  { settings }: VirtualService,
  { service, family }: Front,
  around: Around,
): TableServiceSettings {
  const { scheduler, schedflags, persistent, netmask, ops } = settings
  const onePacket = ops?.value === true
  const isTcp = service.kind === 'address' && service.protocol !== 'udp'
  if (ops !== undefined && onePacket && isTcp) {
    const message = 'one-packet scheduling is for UDP; it is left out here'
    around.report.warning('ops', spanOf(ops.keyword), message, 'write ops = no')
  }
  const widest = family === 6 ? 128 : 32
  const fits = netmask === undefined || netmask.value.prefix <= widest
  if (netmask !== undefined && (!fits || (netmask.value.family === 4 && family === 6))) {
    const message = `${quoted(netmask.at.text)} is no netmask of IPv${family}`
    const hint = family === 6 ? 'write a length from 1 to 128' : 'write one such as 255.255.255.0'
    around.report.error('netmask', spanOf(netmask.at), message, hint)
  }
  if (netmask !== undefined && fits && netmask.value.family !== family && family === 4) {
    const message = `ldirectord refuses the length ${quoted(netmask.at.text)} for IPv4`
    around.report.warning('netmask-length', spanOf(netmask.at), message, 'write a netmask such as 255.255.255.0')
  }
  if (netmask !== undefined && (persistent?.value ?? 0) === 0) {
    const message = 'a netmask says which clients stay together, and nobody stays without persistent'
    around.report.warning('netmask-alone', spanOf(netmask.keyword), message, 'write persistent = 300, or leave it out')
  }
  return {
    scheduler: scheduler?.value ?? DEFAULT_SCHEDULER,
    persistenceSeconds: persistent?.value ?? 0,
    prefix: netmask?.value.prefix ?? widest,
    onePacket: onePacket && !isTcp,
    schedulerFlags: schedflags?.value ?? 0,
    engine: '',
  }
}

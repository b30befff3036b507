/** The words of `upalert report`: which span, which services, which format. */
import { machineZone, zoneNamed } from '../model/calendar/zone.ts'
import type { WallTime } from '../model/units.ts'
import { type Asked, spanAsked } from '../report/asked.ts'
import { FORMATS, type Format } from '../report/format.ts'
import type { NamedSpan } from '../report/span.ts'

export interface ReportOptions extends Asked {
  /** Default: the machine's. */
  readonly timezone?: string
  readonly service?: readonly string[]
  readonly format?: string
  readonly director?: string
}

export interface ReportRequest {
  readonly span: NamedSpan
  /** Empty: all. */
  readonly services: readonly string[]
  readonly format: Format
  readonly director: string | null
}

/** Services that one report is asked for by name. */
const mostNamed = 1000

export function reportRequest(options: ReportOptions, now: WallTime): ReportRequest | { readonly fault: string } {
  const { timezone, service = [], format = 'text', director = null } = options
  const zone = zoneNamed(timezone ?? machineZone()) ?? (timezone === undefined ? zoneNamed('UTC') : null)
  if (zone === null) return { fault: `"${timezone}" is no time zone; write one as Europe/Berlin` }
  const known = FORMATS.find((one) => one === format)
  if (known === undefined) return { fault: `"${format}" is no format; there are ${FORMATS.join(', ')}` }
  const odd = service.find((key) => !/^[^/\s]+\/[^/\s]+$/.test(key))
  if (odd !== undefined) return { fault: `"${odd}" is no service; write one as GROUP/SERVICE` }
  if (service.length > mostNamed) return { fault: `these are more than ${mostNamed} services` }
  const span = spanAsked(options, zone, now)
  return 'fault' in span ? span : { span, services: [...new Set(service)], format: known, director }
}

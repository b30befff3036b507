/** What the resolver of ldirectord.cf is told besides the file, and what it hands on while it works. */
import type { AlertCall, Period } from '../../../model/model.ts'
import type { ServiceKey } from '../../../model/names.ts'
import type { Loss } from '../../director/part.ts'
import type { Services } from '../../director/services.ts'
import type { Surroundings } from '../../resolve/surroundings.ts'
import type { Report } from '../../text/report.ts'
import type { LdirectordFile } from '../file.ts'

export interface LdirectordSurroundings extends Pick<Surroundings, 'monitors' | 'alerts'> {
  /** What the names of hostNames() mean, looked up beforehand. A name without an address of the family asked for is an error. */
  readonly addresses: ReadonlyMap<string, { readonly 4?: string; readonly 6?: string }>
}

/** Who hears of a check: of all services that share it. */
export interface Listeners {
  readonly periods: Period[]
  readonly descriptions: Set<string>
  redistribute: AlertCall | null
}

export interface Around {
  readonly file: LdirectordFile
  readonly surroundings: LdirectordSurroundings
  /** The checks found so far, each once. */
  readonly services: Services
  /** The keys of those that other files brought, to which nothing can be added here. */
  readonly foreign: ReadonlySet<ServiceKey>
  readonly listeners: Map<ServiceKey, Listeners>
  /** Real servers that may still be made. */
  readonly room: { destinations: number }
  /** By place and reason. */
  readonly losses: Map<string, Loss>
  readonly report: Report
}

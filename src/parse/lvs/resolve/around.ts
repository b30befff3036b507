/** What the resolver of lvs.cf is told besides the file, and what it hands on while it works. */
import type { Place, RealCheck } from '../../../model/model.ts'
import type { TableDestinationId } from '../../../model/table.ts'
import type { NamedCheck, Services } from '../../director/services.ts'
import type { Surroundings } from '../../resolve/surroundings.ts'
import type { Report } from '../../text/report.ts'
import type { LvsFile } from '../file.ts'

/** What is around the file, found out by the daemon. */
export interface LvsSurroundings extends Pick<Surroundings, 'monitors' | 'alerts'> {
  /** What each of `hostNames` was found to be; one that is missing was not found. */
  readonly addresses: ReadonlyMap<string, { readonly 4?: string; readonly 6?: string }>
}

export interface Around {
  readonly file: LvsFile
  readonly surroundings: LvsSurroundings
  readonly checks: Checks
  readonly report: Report
}

interface Asked {
  readonly server: { readonly id: TableDestinationId; readonly place: Place }
  readonly named: NamedCheck
  readonly place: Place
}

/** The checks found so far, in their order, so that they can be asked for again beside those that are switched off. */
export class Checks {
  readonly services: Services
  readonly asked: Asked[] = []

  constructor(services: Services) {
    this.services = services
  }

  take(asked: Asked): RealCheck {
    this.asked.push(asked)
    return this.services.take(asked.server, asked.named, asked.place)
  }
}

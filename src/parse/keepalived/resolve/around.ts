/** What the resolver of keepalived.conf is told besides the file, and what it hands on while it works. */

import type { Services } from '../../director/services.ts'
import type { Surroundings } from '../../resolve/surroundings.ts'
import type { Report } from '../../text/report.ts'
import type { KeepalivedFile } from '../file.ts'

/** What is around the file, found out by daemon/configuration.ts. */
export interface KeepalivedSurroundings extends Pick<Surroundings, 'monitors' | 'alerts'> {
  /** The account `keepalived_script` where this machine has it: scripts run as it unless the file says otherwise. */
  readonly scriptAccount: string | null
}

export interface Around {
  readonly file: KeepalivedFile
  readonly surroundings: KeepalivedSurroundings
  /** The checks found so far, each once. */
  readonly services: Services
  /** Services of the table and destinations in them that may still be made. */
  readonly room: { services: number; destinations: number }
  readonly report: Report
}

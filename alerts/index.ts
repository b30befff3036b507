/** The table: name in mon.cf -> Alert. The one file that sees them all. */
import type { Alert } from '../src/model/alert.ts'
import { fifo } from './fifo.ts'
import { ipvs } from './ipvs.ts'
import { mail } from './mail.ts'
import { notify } from './notify.ts'
import { pager } from './pager.ts'
import { postgres } from './postgres.ts'
import { program } from './program.ts'
import { trap } from './trap.ts'

export const alerts: ReadonlyMap<string, Alert> = new Map(
  [mail, pager, fifo, ipvs, notify, postgres, program, trap].map((alert): [string, Alert] => [alert.name, alert]),
)

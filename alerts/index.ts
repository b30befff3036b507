/** The table: name in mon.cf -> Alert. The one file that sees them all. */
import type { Alert } from '../src/model/alert.ts'
import { alertmanager } from './alertmanager.ts'
import { fifo } from './fifo.ts'
import { file } from './file.ts'
import { ipvs } from './ipvs.ts'
import { mail } from './mail.ts'
import { notify } from './notify.ts'
import { pager } from './pager.ts'
import { postgres } from './postgres.ts'
import { program } from './program.ts'
import { snmptrap } from './snmptrap.ts'
import { syslog } from './syslog.ts'
import { trap } from './trap.ts'
import { webhook } from './webhook.ts'

export const alerts: ReadonlyMap<string, Alert> = new Map(
  [mail, pager, webhook, alertmanager, file, syslog, snmptrap, fifo, ipvs, notify, postgres, program, trap].map(
    (alert): [string, Alert] => [alert.name, alert],
  ),
)

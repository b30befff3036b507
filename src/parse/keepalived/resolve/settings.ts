/** global_defs -> the daemon's settings: the table, mail, and what is known and lost. Source: keepalived.conf(5). */
import type { TableSettings } from '../../../model/model.ts'
import type { KeepalivedFile } from '../file.ts'
import { spanOf } from '../line.ts'
import type { Around } from './around.ts'

/** What of the settings a keepalived.conf says; what is missing it is silent about. */
export interface SettingsPatch {
  readonly mailserver?: string
  readonly mailfrom?: string
  readonly routerId?: string
  readonly table: Partial<Omit<TableSettings, 'fifos'>> & { readonly fifos: readonly string[] }
}

export function resolveGlobals({ file, report }: Around): SettingsPatch {
  const { globals } = file
  const { smtp_server, notification_email_from, router_id, lvs_timeouts } = globals
  const fifos = [globals.notify_fifo, globals.lvs_notify_fifo].flatMap((one) =>
    one === undefined ? [] : [one.value.path],
  )
  if (globals.lvs_flush !== undefined) {
    const message = 'only what upalert itself has put into the table is removed at the start, nothing of others'
    const hint = 'nothing is lost where nobody else edits the table; drift = own in a mon.cf removes the rest as well'
    report.warning('lvs-flush', spanOf(globals.lvs_flush.keyword), message, hint)
  }
  for (const fifo of [globals.notify_fifo, globals.lvs_notify_fifo]) {
    if (fifo === undefined || fifo.value.owner === null) continue
    const message = 'the FIFO belongs to the user that runs upalert, whoever stands here'
    report.warning(
      'not-honoured',
      spanOf(fifo.at),
      message,
      'make it beforehand, with mkfifo and chown: it is used as it is',
    )
  }
  return {
    ...(smtp_server === undefined ? {} : { mailserver: relayUrl(smtp_server.value) }),
    ...(notification_email_from === undefined ? {} : { mailfrom: notification_email_from.value }),
    ...(router_id === undefined ? {} : { routerId: router_id.value }),
    table: {
      ...(globals.lvs_flush === undefined ? {} : { onStart: 'clear' }),
      ...(globals.lvs_flush_on_stop === undefined ? {} : { onStop: 'clear' }),
      ...(lvs_timeouts === undefined ? {} : { timeouts: timeoutsOf(lvs_timeouts.value) }),
      fifos: [...new Set(fifos)],
    },
  }
}

const relayUrl = ({ host, port }: { readonly host: string; readonly port: number }) =>
  `smtp://${host.includes(':') ? `[${host}]` : host}:${port}`

type Timeouts = NonNullable<NonNullable<KeepalivedFile['globals']['lvs_timeouts']>['value']>

/** 0 leaves the kernel's. */
const timeoutsOf = ({ tcp, tcpfin, udp }: Timeouts): TableSettings['timeouts'] => ({
  tcp: tcp ?? 0,
  tcpfin: tcpfin ?? 0,
  udp: udp ?? 0,
})

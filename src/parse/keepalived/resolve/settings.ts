/** global_defs -> the daemon's settings: the table, mail, and what is known and lost. Source: keepalived.conf(5). */
import type { FifoSetting, TableSettings } from '../../../model/table-settings.ts'
import { placesOf, type SettingPlaces, type SettingsPatch } from '../../director/part.ts'
import type { KeepalivedFile } from '../file.ts'
import { spanOf } from '../line.ts'
import type { Around } from './around.ts'
import { accountOf } from './commands.ts'
import { placeOfWord } from './place.ts'

export function resolveGlobals(around: Around): SettingsPatch {
  const { file, report } = around
  const { globals } = file
  const { smtp_server, notification_email_from, router_id, lvs_timeouts } = globals
  if (globals.lvs_flush !== undefined) {
    const message = 'only what upalert itself has put into the table is removed at the start, nothing of others'
    const hint = 'nothing is lost where nobody else edits the table; drift = own in a mon.cf removes the rest as well'
    report.warning('lvs-flush', spanOf(globals.lvs_flush.keyword), message, hint)
  }
  return {
    ...(smtp_server === undefined ? {} : { mailserver: relayUrl(smtp_server.value) }),
    ...(notification_email_from === undefined ? {} : { mailfrom: notification_email_from.value }),
    ...(router_id === undefined ? {} : { routerId: router_id.value }),
    table: {
      ...(globals.lvs_flush === undefined ? {} : { onStart: 'clear' }),
      ...(globals.lvs_flush_on_stop === undefined ? {} : { onStop: 'clear' }),
      ...(lvs_timeouts === undefined ? {} : { timeouts: timeoutsOf(lvs_timeouts.value) }),
      fifos: fifosOf(around),
    },
  }
}

export function settingPlaces({ globals }: KeepalivedFile): SettingPlaces {
  const timeouts = globals.lvs_timeouts?.keyword
  const words = {
    mailserver: globals.smtp_server?.keyword,
    mailfrom: globals.notification_email_from?.keyword,
    routerId: globals.router_id?.keyword,
    onStart: globals.lvs_flush?.keyword,
    onStop: globals.lvs_flush_on_stop?.keyword,
    tcp: timeouts,
    tcpfin: timeouts,
    udp: timeouts,
    fifos: globals.lvs_notify_fifo?.keyword ?? globals.notify_fifo?.keyword,
  }
  return placesOf(words, placeOfWord)
}

/** Both tell the same, as long as upalert has no VRRP; one that is named twice is one, with the first reader. */
function fifosOf(around: Around): readonly FifoSetting[] {
  const { notify_fifo, notify_fifo_script, lvs_notify_fifo, lvs_notify_fifo_script } = around.file.globals
  const found = new Map<string, FifoSetting>()
  for (const [fifo, script] of [
    [notify_fifo, notify_fifo_script],
    [lvs_notify_fifo, lvs_notify_fifo_script],
  ] as const) {
    if (fifo === undefined || found.has(fifo.value.path)) continue
    const { path, owner } = fifo.value
    const reader = script === undefined ? null : { command: script.value.argv, ...accountOf(script.value, around) }
    const { user = null, group = null } = owner ?? {}
    found.set(path, { path, reader, ...(user === null ? {} : { user }), ...(group === null ? {} : { group }) })
  }
  return [...found.values()]
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

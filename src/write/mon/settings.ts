/** The globals of mon.cf: those that are not as they would be if nothing were written. */
import type { Settings } from '../../model/model.ts'
import type { FifoSetting } from '../../model/table-settings.ts'
import { isSender } from '../../parse/resolve/settings.ts'
import type { WrittenLine } from '../written.ts'
import { lineOf } from './calls.ts'
import { lengthText, lineText, word } from './words.ts'

/** `base`: the settings of an empty mon.cf in the same place. */
export function settingLines(settings: Settings, base: Settings): WrittenLine[] {
  const usual = new Map(wordsOf(base))
  const own = wordsOf(settings).filter(([name, value]) => usual.get(name) !== value)
  const fifos = settings.table.fifos.map((fifo) => ['notify_fifo', fifoText(fifo)] as const)
  return [...own, ...fifos].flatMap(([name, value]) => (value === null ? [] : [lineOf(0, `${name} = ${value}`)]))
}

/** In the order an operator would write them. `null`: nothing is written. */
function wordsOf(settings: Settings): (readonly [word: string, value: string | null])[] {
  const { table, reload, notify, logs, clients } = settings
  return [
    ['statedir', settings.statedir],
    ['logdir', settings.logdir],
    ['mondir', settings.mondir.join(':')],
    ['alertdir', settings.alertdir.join(':')],
    ['maxprocs', `${settings.maxprocs}`],
    ['randstart', settings.randstart === null ? null : lengthText(settings.randstart)],
    ['exclude_period', settings.excludePeriod?.text ?? null],
    ['database', settings.database],
    ['socket', settings.socket],
    ['router_id', lineText(settings.routerId)],
    ['mailserver', settings.mailserver],
    ['mailfrom', isSender(settings.mailfrom) ? settings.mailfrom : null],
    ['templates', notify.templates],
    ['page_url', notify.pageUrl],
    ['list_id', notify.mailListId],
    ['webhook_allow', notify.webhookAllow.join(' ')],
    ['syslog_facility', logs.syslogFacility],
    ['histlength', `${logs.histlength}`],
    ['clientallow', clients.clientallow.join(' ')],
    ['drift', table.drift],
    ['on_start', table.onStart],
    ['on_stop', table.onStop],
    ['drain_limit', lengthText(table.drainMost)],
    ['maintenancedir', table.maintenancedir],
    ['ipvs_timeouts', timeoutsText(table.timeouts)],
    ['pathmarks', `${table.pathmarks}`],
    ['autoreload', reload.auto ? 'yes' : 'no'],
    ['callback', reload.callback.map(word).join(' ')],
    ['reload_check', lengthText(reload.every)],
  ]
}

const timeoutsText = (timeouts: Settings['table']['timeouts']): string | null =>
  timeouts === null ? null : `${timeouts.tcp} ${timeouts.tcpfin} ${timeouts.udp}`

function fifoText({ path, user, group, reader }: FifoSetting): string {
  const owner = [...trait('user', user), ...trait('group', group)]
  if (reader === null) return [word(path), ...owner].join(' ')
  const as = [...trait('reader_user', reader.user), ...trait('reader_group', reader.group)]
  return [word(path), ...owner, ...as, 'reader', ...reader.command.map(word)].join(' ')
}

const trait = (name: string, value: string | undefined): string[] => (value === undefined ? [] : [name, word(value)])

/** The globals about the IPVS table: drift, on_start, on_stop, drain_limit, timeouts, other tools' files, pathmarks. */
import type { Settings } from '../../model/model.ts'
import { KEEP_TABLE, type TableSettings } from '../../model/table-settings.ts'
import { DEFAULT_PATHMARKS, GREATEST_MARK, PATHMARKS } from '../defaults.ts'
import type { Statement } from '../mon/file.ts'
import { placeOfSlice, spanOf } from '../mon/lines.ts'
import type { GlobalWord } from '../mon/words.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readDuration, type SettingReader } from './setting-reader.ts'

export function readTableSettings(settings: SettingReader): TableSettings {
  return {
    ...KEEP_TABLE,
    drift: choice(settings, 'drift', ['observe', 'repair', 'own'], KEEP_TABLE.drift),
    onStart: choice(settings, 'on_start', ['keep', 'clear'], KEEP_TABLE.onStart),
    onStop: choice(settings, 'on_stop', ['keep', 'drain', 'clear'], KEEP_TABLE.onStop),
    drainMost: readDuration(settings.value('drain_limit'), settings.report) ?? KEEP_TABLE.drainMost,
    maintenancedir: settings.text('maintenancedir', KEEP_TABLE.maintenancedir),
    timeouts: readTimeouts(settings),
    pathmarks: readPathmarks(settings),
  }
}

function choice<Word extends string>(
  settings: SettingReader,
  name: GlobalWord,
  known: readonly Word[],
  fallback: Word,
): Word {
  const value = settings.value(name)
  if (value === undefined) return fallback
  const found = known.find((word) => word === value.text)
  if (found !== undefined) return found
  const nearest = settings.report.nearest(value.text, known)
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${known.join(', ')}`
  settings.report.error('setting-value', spanOf(value), `${quoted(value.text)} is no way to set ${name}`, hint)
  return fallback
}

/** ipvsadm(8) refuses more: 31 days. */
const LONGEST_TIMEOUT = 2_678_400

/** `900 120 300`, as ipvsadm --set has them. */
function readTimeouts(settings: SettingReader): TableSettings['timeouts'] {
  const value = settings.value('ipvs_timeouts')
  if (value === undefined) return null
  const words = plainWords(value)
  const [tcp, tcpfin, udp] = words.map(({ text }) => (/^\d{1,7}$/.test(text) ? Number(text) : LONGEST_TIMEOUT + 1))
  const fits = (one: number | undefined): one is number => one !== undefined && one <= LONGEST_TIMEOUT
  if (words.length === 3 && fits(tcp) && fits(tcpfin) && fits(udp)) return { tcp, tcpfin, udp }
  const hint = `three whole numbers of seconds up to ${LONGEST_TIMEOUT}: tcp, tcp after FIN, udp; 0 leaves the kernel's`
  settings.report.error(
    'setting-value',
    spanOf(value),
    `${quoted(value.text)} are not the timeouts of connections`,
    hint,
  )
  return null
}

/** Each word of each line is a file. */
export function readKeepalived(globals: readonly Statement[]): Settings['keepalived'] {
  return globals
    .filter(({ keyword }) => keyword.text === 'keepalived' || keyword.text === 'director')
    .flatMap(({ value }) => plainWords(value))
    .map((word) => ({ path: word.text, place: placeOfSlice(word) }))
}

/** The first firewall mark of checks via vip, decimal or in 0x form. */
export function readPathmarks(settings: SettingReader): number {
  const value = settings.value('pathmarks')
  if (value === undefined) return DEFAULT_PATHMARKS
  const mark = /^(\d{1,10}|0x[0-9a-f]{1,8})$/i.test(value.text) ? Number(value.text) : 0
  const most = GREATEST_MARK - PATHMARKS + 1
  if (mark >= 1 && mark <= most) return mark
  const hint = `a number from 1 to ${most}, such as 0x75700000: the first of ${PATHMARKS} marks for checks via vip`
  settings.report.error('setting-number', spanOf(value), `${quoted(value.text)} is not a first firewall mark`, hint)
  return DEFAULT_PATHMARKS
}

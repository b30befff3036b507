/** The globals about the IPVS table: drift, on_start, on_stop, drain_limit, maintenancedir, keepalived, pathmarks. */
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

/** Each word of each line is a file. */
export function readKeepalived(globals: readonly Statement[]): Settings['keepalived'] {
  return globals
    .filter(({ keyword }) => keyword.text === 'keepalived')
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

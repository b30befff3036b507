/** What a changed configuration file does by itself: `autoreload = yes`, `callback = PROGRAM`, `reload_check = 10s`. */
import type { ReloadSettings } from '../../model/model.ts'
import { seconds } from '../../model/units.ts'
import { commandIn } from './fifo-settings.ts'
import type { SettingReader } from './setting-reader.ts'

/** ldirectord looks once in each round of checks, which is every 10 s unless somebody says otherwise. */
export const DEFAULT_RELOAD_CHECK = seconds(10)

export function readReload(settings: SettingReader): ReloadSettings {
  const callback = settings.value('callback')
  return {
    auto: settings.flag('autoreload'),
    callback: callback === undefined ? [] : commandIn(callback, settings.report),
    every: settings.duration('reload_check', DEFAULT_RELOAD_CHECK),
  }
}

/** Directives of the whole file -> the daemon's settings. Source: ldirectord(8). */
import { seconds } from '../../../model/units.ts'
import { placesOf, type SettingPlaces, type SettingsPatch } from '../../director/part.ts'
import type { LdirectordFile } from '../file.ts'
import { placeOfWord } from '../words.ts'
import type { Around } from './around.ts'
import { commandOf } from './commands.ts'
import { isRelay, relayUrl } from './mail.ts'

/** ldirectord looks at its file once in each round. */
const USUAL_ROUND = 10

export function resolveGlobals({ globals }: LdirectordFile, around: Around): SettingsPatch {
  const { smtp, emailalertfrom, autoreload, callback, checkinterval, maintenancedir } = globals
  const relay = smtp !== undefined && isRelay(smtp.at, smtp.value, around) ? smtp.value : undefined
  const reloads = autoreload?.value === true || callback !== undefined
  const every = seconds(checkinterval?.value ?? USUAL_ROUND)
  return {
    ...(relay === undefined ? {} : { mailserver: relayUrl(relay) }),
    ...(emailalertfrom === undefined ? {} : { mailfrom: emailalertfrom.value }),
    ...(reloads
      ? {
          reload: {
            auto: autoreload?.value === true,
            callback: callback === undefined ? [] : commandOf(callback.value, []),
            every,
          },
        }
      : {}),
    table: { ...(maintenancedir === undefined ? {} : { maintenancedir: maintenancedir.value }), fifos: [] },
  }
}

export function settingPlaces({ globals }: LdirectordFile): SettingPlaces {
  const words = {
    mailserver: globals.smtp?.keyword,
    mailfrom: globals.emailalertfrom?.keyword,
    reload: globals.autoreload?.keyword ?? globals.callback?.keyword,
    maintenancedir: globals.maintenancedir?.keyword,
  }
  return placesOf(words, placeOfWord)
}

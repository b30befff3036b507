/** `virtual = …` and its lines -> a pool. Source: ldirectord(8). */
import type { Notices, Virtual } from '../../../model/model.ts'
import { noNotices } from '../../../model/model.ts'
import { milliseconds, weight } from '../../../model/units.ts'
import type { VirtualService } from '../file.ts'
import { placeOfWord } from '../words.ts'
import type { Around } from './around.ts'
import { alertCall } from './calls.ts'
import { commandOf } from './commands.ts'
import { type Front, type Fronts, settingsOf } from './front.ts'
import { flagOf, levelsOf, nearest } from './inherited.ts'
import { resolveFallback, resolveReals } from './reals.ts'
import { warnOfService } from './remarks.ts'
import { tellingOf } from './telling.ts'

/** `null` after a mistake, which is then in the report. */
export function resolveVirtual(virtual: VirtualService, fronts: Fronts, around: Around): Virtual | null {
  const front = fronts.frontOf(virtual)
  if (front === null) return null
  warnOfService(virtual, front, around)
  const telling = tellingOf(virtual, around)
  const reals = resolveReals(virtual, front, telling, around)
  return {
    name: front.name,
    keepalivedName: null,
    services: [front.service],
    settings: settingsOf(virtual, front, around),
    quorum: weight(1),
    quorumCounts: 'servers',
    hysteresis: 0,
    backupBelow: weight(1),
    sorry: resolveFallback(virtual, reals, front, around),
    slowStart: milliseconds(0),
    doubling: null,
    loadFeedback: null,
    onStop: flagOf(levelsOf(virtual, around.file), 'cleanstop') ? 'clear' : 'keep',
    haSuspend: false,
    omega: false,
    notices: noticesOf(virtual, front, around),
    driftAlerts: telling.mails,
    reals,
    place: placeOfWord(virtual.header.at),
  }
}

/** `CMD start 192.0.2.1:80 tcp` when no server is left, `CMD stop …` when one is back; with a fallback or without. */
function noticesOf(virtual: VirtualService, front: Front, around: Around): Notices {
  const command = nearest(levelsOf(virtual, around.file), 'fallbackcommand')
  if (command === undefined) return noNotices
  const call = (word: string) => {
    const words = commandOf(command.value, [word, ...front.asArguments])
    const { keyword, at } = command
    return alertCall({ module: 'notify', options: { command: words }, keyword, at, words }, around)
  }
  return { down: call('start'), up: call('stop') }
}

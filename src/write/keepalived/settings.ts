/** The lines of a virtual_server about itself, and what of a pool keepalived cannot do. Source: keepalived.conf(5). */
import type { Real, Virtual } from '../../model/model.ts'
import { endpointText } from '../../model/table.ts'
import { DEFAULT_SCHEDULER } from '../../parse/defaults.ts'
import { countsAlike } from '../meaning.ts'
import type { WrittenFront } from './fronts.ts'
import type { Losses } from './losses.ts'
import { secondsText } from './quoting.ts'

/** keepalived.conf(5): persistence where a granularity, or a service for all ports, needs it. */
const USUAL_PERSISTENCE = 360

export function settingsLines(
  { settings, quorum, hysteresis, omega, haSuspend }: Virtual,
  front: WrittenFront,
  method: string,
  reals: readonly Real[],
): string[] {
  const { scheduler, persistenceSeconds, onePacket, engine } = settings
  const most = weightOf(reals)
  const reached = Math.min(quorum, most)
  const least = Math.min(hysteresis, Math.max(0, reached - 1))
  const isAddress = front.kind === 'address'
  return [
    `lvs_sched ${scheduler === 'none' ? DEFAULT_SCHEDULER : scheduler}`,
    ...flagLines(settings),
    `lvs_method ${method}`,
    ...(front.protocol === null ? [] : [`protocol ${front.protocol.toUpperCase()}`]),
    ...(front.family === null ? [] : [`ip_family ${front.family === 6 ? 'inet6' : 'inet'}`]),
    ...(persistenceSeconds > 0 ? [`persistence_timeout ${persistenceSeconds}`] : []),
    ...(hasMask(settings.prefix, front) && persistenceSeconds > 0
      ? [`persistence_granularity ${maskText(settings.prefix, front)}`]
      : []),
    ...(engine === '' ? [] : [`persistence_engine ${engine}`]),
    ...(onePacket ? ['ops'] : []),
    ...(reached > 1 ? [`quorum ${reached}`] : []),
    ...(least > 0 ? [`hysteresis ${least}`] : []),
    ...(haSuspend && isAddress ? ['ha_suspend'] : []),
    ...(omega ? ['omega'] : []),
  ]
}

const weightOf = (reals: readonly Real[]) => reals.reduce((sum, { weight }) => sum + weight, 0)

const widest = ({ services }: WrittenFront) => (services.some(({ family }) => family === 6) ? 128 : 32)

const hasMask = (prefix: number, front: WrittenFront) => prefix !== widest(front) && prefix > 0

/** A netmask for IPv4, a length for IPv6. */
function maskText(prefix: number, front: WrittenFront): string {
  if (widest(front) === 128) return `${prefix}`
  const bits = '1'.repeat(prefix).padEnd(32, '0')
  return [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2)).join('.')
}

const NAMED = { sh: ['sh-fallback', 'sh-port'], mh: ['mh-fallback', 'mh-port'] } as const

function flagLines({ scheduler, schedulerFlags }: Virtual['settings']): string[] {
  const [first, second] = scheduler === 'sh' || scheduler === 'mh' ? NAMED[scheduler] : ['flag-1', 'flag-2']
  return [first, second, 'flag-3'].filter((_, i) => (schedulerFlags & (1 << i)) !== 0)
}

/** `reals`: those that are written. */
export function loseVirtual(virtual: Virtual, front: WrittenFront, reals: readonly Real[], losses: Losses): void {
  const { name, place, settings, doubling, loadFeedback, slowStart, onStop, quorum, hysteresis, haSuspend } = virtual
  const lose = (text: string, why: string) => losses.add(place, `virtual ${name}: ${text}`, why)
  if (doubling !== null) {
    lose(
      'doubling',
      'keepalived gives a server its whole weight at once: slow_start comes nearest where upalert reads the file',
    )
  }
  if (loadFeedback !== null) {
    lose(
      'load_feedback',
      'keepalived looks at no load: MISC_CHECK with misc_dynamic sets weights by a program of yours',
    )
  }
  if (slowStart > 0) {
    const word = `slow_start ${secondsText(slowStart)}`
    lose(
      'slow_start',
      `keepalived gives a server its whole weight at once: write ${word} where upalert alone reads the file`,
    )
  }
  if (onStop !== null) lose(`on_stop ${onStop}`, 'keepalived treats all alike: see lvs_flush_on_stop in global_defs')
  const total = weightOf(reals)
  if (!countsAlike(virtual)) {
    const why = 'keepalived counts weight, and to it a server of weight 0 is none: give each the weight 1 at least'
    lose(`quorum ${quorum} servers`, why)
  }
  if (quorum > total && total > 0) lose(`quorum ${quorum}`, `what is written weighs ${total}: that is the quorum`)
  if (total === 0 && quorum > 0)
    lose(`quorum ${quorum}`, 'where all weights are 0 keepalived takes the quorum to be there: give a server a weight')
  if (total > 0 && quorum < 1) lose('quorum 0', 'the least quorum is 1, which is meant where none is written')
  if (virtual.backupBelow !== Math.max(1, Math.min(quorum, total))) {
    lose(`backup_below ${virtual.backupBelow}`, 'keepalived has no backup servers that could join: see sorry_server')
  }
  if (hysteresis > 0 && hysteresis >= Math.min(quorum, total)) {
    lose(`hysteresis ${hysteresis}`, 'keepalived takes one less than the quorum: write a larger quorum')
  }
  if (haSuspend && front.kind !== 'address') {
    lose('ha_suspend', 'with a group it would stop all checks for ever: write a virtual_server for each address')
  }
  losePersistence(settings, front, lose)
  for (const { id, forward, place: at } of reals) {
    if (forward !== 'local' && forward !== 'bypass') continue
    const why = `keepalived has no forward ${forward}: lvs_method DR is written, which to an address of this host is the same`
    losses.add(at, `real ${endpointText(id)}`, why)
  }
}

function losePersistence(
  { persistenceSeconds, prefix, scheduler, onePacket }: Virtual['settings'],
  front: WrittenFront,
  lose: (text: string, why: string) => void,
): void {
  if (persistenceSeconds === 0 && hasMask(prefix, front)) {
    lose(`netmask of ${prefix} bits`, 'it counts only with persistence: persistence_timeout would have to be written')
  }
  if (persistenceSeconds === 0 && front.kind === 'address' && front.port === 0) {
    lose('no persistence', `a service for all ports needs it: keepalived takes ${USUAL_PERSISTENCE} seconds`)
  }
  if (prefix < 1) lose('its netmask', 'a mask with holes is no length: persistence_granularity is left out')
  if (scheduler === 'none')
    lose('scheduler none', 'keepalived always sets a scheduler: write the one that you want in lvs_sched')
  if (onePacket && front.protocol !== null && front.protocol !== 'udp') {
    lose('one_packet', 'one-packet scheduling is for UDP: ops counts for nothing here')
  }
}

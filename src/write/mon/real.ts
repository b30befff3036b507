/** `real` and `sorry` lines of a virtual block. */
import type { Initial, Real, RealCheck, Sorry } from '../../model/model.ts'
import { LAST_KNOWN } from '../../model/model.ts'
import { endpointText, type Forward, type TableTunnel } from '../../model/table.ts'
import { DEFAULT_WEIGHT } from '../../parse/defaults.ts'
import { type Front, portOf } from '../../parse/resolve/front.ts'
import { canonical } from '../../parse/text/endpoint.ts'
import { lengthText } from './words.ts'

/** What counts where a `real` line is silent. */
export interface Usual {
  readonly forward: Forward
  readonly onFail: Real['onFail']
  readonly initial: Initial
  /** The pool's own services, for the ports that come of nothing. */
  readonly front: Front | null
}

export const FORWARD_WORDS: Readonly<Record<Forward, string>> = {
  masq: 'nat',
  route: 'dr',
  tunnel: 'tun',
  local: 'local',
  bypass: 'bypass',
}

export function realText(real: Real, usual: Usual): string {
  const { weight, forward, tunnel, upperThreshold, lowerThreshold, role, onFail, initial, checks } = real
  const words = [
    `real ${endText(real, usual)}`,
    ...(weight === DEFAULT_WEIGHT ? [] : [`weight ${weight}`]),
    ...(forward === usual.forward ? [] : [`forward ${FORWARD_WORDS[forward]}`]),
    ...tunnelWords(tunnel),
    ...(upperThreshold === 0 ? [] : [`upper ${upperThreshold}`]),
    ...(lowerThreshold === 0 || lowerThreshold > upperThreshold ? [] : [`lower ${lowerThreshold}`]),
    ...(role === 'backup' ? ['backup'] : []),
    ...(onFail === usual.onFail ? [] : [`on_fail ${onFail}`]),
    ...(initialText(initial) === initialText(usual.initial)
      ? []
      : [`initial ${initialText(initial).replaceAll(' ', '/')}`]),
    ...checks.map((check) => checkText(check, real.id.address)),
  ]
  return words.join(' ')
}

export function sorryText(sorry: Sorry, usual: Usual): string {
  const { forward, tunnel, inhibit } = sorry
  const words = [
    `sorry ${endText(sorry, usual)}`,
    ...(forward === usual.forward ? [] : [`forward ${FORWARD_WORDS[forward]}`]),
    ...tunnelWords(tunnel),
    ...(inhibit ? ['inhibit'] : []),
  ]
  return words.join(' ')
}

/** The port is left out where the same comes of nothing. */
function endText({ id, portFollows, forward }: Pick<Real, 'id' | 'forward' | 'portFollows'>, { front }: Usual): string {
  const bare = id.family === 6 ? `[${id.address}]` : id.address
  const silent = front === null ? null : portOf(null, forward, front)
  if (portFollows === true && silent?.portFollows === true && silent.port === id.port) return bare
  return `${endpointText(id)}${portFollows === true ? ' port_follows' : ''}`
}

function tunnelWords(tunnel: TableTunnel | undefined): string[] {
  if (tunnel === undefined) return []
  const { type, port, checksum } = tunnel
  const sum = checksum === 'none' ? [] : [`checksum ${checksum}`]
  return [`tunnel ${type}`, ...(port === 0 ? [] : [`tunnel_port ${port}`]), ...sum]
}

function checkText({ service, host, advice }: RealCheck, address: string): string {
  const via = canonical(host) === address ? '' : ` via ${host}`
  return `${advice === true ? 'advice' : 'check'} ${service}${via}`
}

/** `last-known down`, `wait 5s`. */
export function initialText({ remembered, unknown, waitMost }: Initial): string {
  const known = remembered ? ['last-known'] : []
  if (unknown !== 'wait') return [...known, unknown].join(' ')
  if (remembered && waitMost === LAST_KNOWN.waitMost) return 'last-known'
  if (waitMost === null) return [...known, 'wait'].join(' ')
  return [remembered ? 'last-known' : 'wait', lengthText(waitMost)].join(' ')
}

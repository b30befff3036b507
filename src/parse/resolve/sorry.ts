/** `sorry 127.0.0.1:8080 forward local inhibit` -> Sorry. Source: keepalived.conf(5), sorry_server. */
import type { Sorry } from '../../model/model.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { isFault, parseEndpoint } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { isForward, readForward } from './forward.ts'
import { type Front, portOf } from './front.ts'
import { isTunnelType, readTunnel, TUNNEL_TRAITS } from './tunnel.ts'
import { EXAMPLES } from './virtual-examples.ts'

const TRAITS = ['forward', ...TUNNEL_TRAITS] as const
const ALONE: readonly string[] = ['inhibit', 'port_follows']
type TraitName = (typeof TRAITS)[number]

interface Traits {
  readonly given: ReadonlyMap<TraitName, Slice>
  readonly inhibit: boolean
  readonly follows: boolean
}

export function readSorry(value: Slice | undefined, front: Front, report: Report): Sorry | null {
  const [address, ...words] = value === undefined ? [] : plainWords(value)
  if (address === undefined) return null
  const end = parseEndpoint(address.text, (word, known) => report.nearest(word, known))
  if (isFault(end)) return complain(address, end.message, end.hint, report)
  const traits = readTraits(words, report)
  if (traits === null) return null
  const { given, inhibit, follows } = traits
  const method = given.get('forward')
  const forward = readForward(method, report) ?? front.forward
  const tunnelWords = { type: given.get('tunnel'), port: given.get('tunnel_port'), checksum: given.get('checksum') }
  const tunnel = readTunnel(tunnelWords, forward, report)
  if (tunnel === null) return null
  if (end.protocol !== null) {
    const hint = 'leave out the part behind /'
    return complain(address, 'the sorry server has no protocol of its own', hint, report)
  }
  if (end.family !== front.family && forward !== 'tunnel') {
    const message = `${quoted(address.text)} and the virtual server are of different families of addresses`
    return complain(address, message, 'only a tunnel connects the two: sorry ADDRESS:PORT tun', report)
  }
  const { port, portFollows } = portOf(end.port, forward, front, follows)
  const id = { family: end.family, address: end.address, port }
  return {
    id,
    forward,
    inhibit,
    ...(tunnel === undefined ? {} : { tunnel }),
    ...(portFollows ? { portFollows: true as const } : {}),
  }
}

/** The way of forwarding may stand without its keyword, right behind the address. */
function readTraits(words: readonly Slice[], report: Report): Traits | null {
  const given = new Map<TraitName, Slice>()
  let inhibit = false
  let follows = false
  for (let i = 0; i < words.length; i++) {
    const [word, next] = [words[i], words[i + 1]]
    if (word === undefined) break
    const trait = TRAITS.find((known) => known === word.text)
    const bare = i === 0 && isForward(word.text) && !(trait === 'tunnel' && isTunnelType(next?.text ?? ''))
    if (word.text === 'inhibit' && !inhibit) inhibit = true
    else if (word.text === 'port_follows' && !follows) follows = true
    else if (bare) given.set('forward', word)
    else if (trait === undefined) return ALONE.includes(word.text) ? twice(word, report) : unknown(word, report)
    else if (next === undefined)
      return complain(word, `${quoted(trait)} needs a value behind it`, EXAMPLES.sorry, report)
    else if (given.has(trait)) return twice(word, report)
    else {
      given.set(trait, next)
      i += 1
    }
  }
  return { given, inhibit, follows }
}

const twice = (word: Slice, report: Report) =>
  complain(word, `${quoted(word.text)} is given twice`, 'keep one of them', report)

function unknown(word: Slice, report: Report): null {
  const nearest = report.nearest(word.text, [...TRAITS, ...ALONE])
  const hint = nearest === null ? EXAMPLES.sorry : `did you mean ${nearest}?`
  return complain(word, `${quoted(word.text)} is not understood behind a sorry server`, hint, report)
}

function complain(word: Slice, message: string, hint: string, report: Report): null {
  report.error('sorry', spanOf(word), message, hint)
  return null
}

/** `virtual` blocks. */
import { LAST_KNOWN, type Notices, type Real, type Virtual } from '../../model/model.ts'
import { endpointText, type TableServiceId } from '../../model/table.ts'
import {
  DEFAULT_FORWARD,
  DEFAULT_HYSTERESIS,
  DEFAULT_ON_FAIL,
  DEFAULT_QUORUM,
  DEFAULT_SCHEDULER,
} from '../../parse/defaults.ts'
import { frontOf } from '../../parse/resolve/front.ts'
import type { WrittenLine } from '../written.ts'
import { alertLines, lineOf, type Modules, poolLine } from './calls.ts'
import { FORWARD_WORDS, initialText, realText, sorryText, type Usual } from './real.ts'
import { lengthText, lineText, nameText } from './words.ts'

/** `dormant`: real servers that are switched off, which stand in it as comments. */
export function virtualLines(virtual: Virtual, modules: Modules, dormant: readonly Real[] = []): WrittenLine[] {
  const { name, notices, driftAlerts, reals, place } = virtual
  const usual = usualOf(virtual)
  const shared = sharedNotices([...reals, ...dormant])
  const realLines = (real: Real): WrittenLine[] => [
    poolLine(1, realText(real, usual), real.place),
    ...(shared === null ? noticeLines('real', real.notices, modules) : []),
  ]
  return [
    poolLine(0, `virtual ${nameText(name)}`, place),
    ...[...addressTexts(virtual), ...wordTexts(virtual, usual)].map((text) => lineOf(1, text)),
    ...noticeLines('', notices, modules),
    ...alertLines('driftalert', driftAlerts, modules, 1),
    ...(shared === null ? [] : noticeLines('real', shared, modules)),
    ...reals.flatMap(realLines),
    ...dormant.flatMap(realLines).map((line) => ({ ...line, text: `# ${line.text}` })),
  ]
}

const addressTexts = ({ services }: Virtual): string[] => services.map((service) => `address ${serviceText(service)}`)

function serviceText(service: TableServiceId): string {
  if (service.kind === 'mark') return `fwmark ${service.mark}${service.family === 6 ? ' inet6' : ''}`
  return `${endpointText(service)}${service.protocol === 'tcp' ? '' : `/${service.protocol}`}`
}

/** What most real servers have stands once, above them. */
function usualOf({ services, reals }: Virtual): Usual {
  const families = new Set(services.map(({ family }) => family))
  const own = {
    forward: families.size > 1 ? 'tunnel' : most(reals, ({ forward }) => forward, DEFAULT_FORWARD),
    onFail: most(reals, ({ onFail }) => onFail, DEFAULT_ON_FAIL),
    initial: most(reals, ({ initial }) => initial, LAST_KNOWN),
  }
  return { ...own, front: frontOf(services, own) }
}

function most<T>(reals: readonly Real[], of: (real: Real) => T, otherwise: T): T {
  const counts = new Map<string, { readonly value: T; count: number }>()
  for (const real of reals) {
    const value = of(real)
    const counted = counts.get(JSON.stringify(value)) ?? { value, count: 0 }
    counted.count += 1
    counts.set(JSON.stringify(value), counted)
  }
  let found = { value: otherwise, count: 0 }
  for (const counted of counts.values()) if (counted.count > found.count) found = counted
  return found.value
}

/** `null`: not all real servers are told of alike. */
function sharedNotices(reals: readonly Real[]): Notices | null {
  const [first] = reals
  if (first === undefined) return null
  const text = JSON.stringify(wordsOf(first.notices))
  return reals.every(({ notices }) => JSON.stringify(wordsOf(notices)) === text) ? first.notices : null
}

const wordsOf = ({ up, down }: Notices) =>
  [up, down].map((calls) => calls.map(({ module, options, receiver = '' }) => [module, options, receiver]))

/** Who is told by a receiver hears of the end without a line. */
function noticeLines(of: '' | 'real', { up, down }: Notices, modules: Modules): WrittenLine[] {
  const told = new Set(down.flatMap(({ receiver }) => receiver ?? []))
  const ends = up.filter(({ receiver }) => receiver === undefined || !told.has(receiver))
  return [...alertLines(`${of}alert`, down, modules, 1), ...alertLines(`${of}upalert`, ends, modules, 1)]
}

function wordTexts(virtual: Virtual, usual: Usual): string[] {
  const { sorry, slowStart, doubling, loadFeedback, onStop, keepalivedName, quorum, backupBelow } = virtual
  const joins = virtual.reals.some(({ role }) => role === 'backup')
  return [
    ...schedulerText(virtual),
    ...when(usual.forward !== DEFAULT_FORWARD, `forward ${FORWARD_WORDS[usual.forward]}`),
    ...persistenceText(virtual),
    ...when(virtual.settings.onePacket, 'one_packet yes'),
    ...quorumText(virtual),
    ...hysteresisText(virtual),
    ...when(joins && backupBelow !== quorum, `backup_below ${backupBelow}`),
    ...when(slowStart > 0, `slow_start ${lengthText(slowStart)}`),
    ...(doubling === null ? [] : [`doubling ${doubling.share} ${lengthText(doubling.every)}`]),
    ...(loadFeedback === null ? [] : [`load_feedback ${lengthText(loadFeedback.every)}`]),
    ...when(initialText(usual.initial) !== initialText(LAST_KNOWN), `initial ${initialText(usual.initial)}`),
    ...(sorry === null ? [] : [sorryText(sorry, usual)]),
    ...when(usual.onFail !== DEFAULT_ON_FAIL, `on_fail ${usual.onFail}`),
    ...when(onStop !== null, `on_stop ${onStop}`),
    ...when(virtual.haSuspend, 'ha_suspend yes'),
    ...when(virtual.omega, 'omega yes'),
    ...(keepalivedName === null ? [] : [`keepalived_name ${lineText(keepalivedName)}`]),
  ]
}

function quorumText({ quorum, quorumCounts }: Virtual): string[] {
  if (quorumCounts === 'servers') return [`quorum ${quorum} servers`]
  return when(quorum !== DEFAULT_QUORUM, `quorum ${quorum}`)
}

const when = (said: boolean, text: string): string[] => (said ? [text] : [])

const NAMED_FLAGS = ['fallback', 'port'] as const

function schedulerText({ settings: { scheduler, schedulerFlags } }: Virtual): string[] {
  if (scheduler === DEFAULT_SCHEDULER && schedulerFlags === 0) return []
  const flags = [0, 1, 2].filter((bit) => (schedulerFlags >> bit) & 1)
  const named = scheduler === 'sh' || scheduler === 'mh'
  const nameOf = (bit: number) =>
    named && NAMED_FLAGS[bit] !== undefined ? `${scheduler}-${NAMED_FLAGS[bit]}` : `flag-${bit + 1}`
  return [['scheduler', scheduler, ...flags.map(nameOf)].join(' ')]
}

/** Whether mon.cf can say it: the kernel has one engine, for UDP. */
export const hasEngine = ({ services, settings: { engine } }: Virtual): boolean =>
  engine === 'sip' && services.every((id) => id.kind === 'mark' || id.protocol === 'udp')

function persistenceText(virtual: Virtual): string[] {
  const { services, settings } = virtual
  const widest = services.some(({ family }) => family === 6) ? 128 : 32
  const all = services.some((id) => id.kind === 'address' && id.port === 0)
  const mask = settings.prefix === widest ? '' : ` netmask ${settings.prefix}`
  const engine = hasEngine(virtual) ? ` engine ${settings.engine}` : ''
  if (settings.persistenceSeconds === 0 && mask === '' && engine === '' && !all) return []
  return [`persistence ${settings.persistenceSeconds}${mask}${engine}`]
}

function hysteresisText({ quorum, quorumCounts, hysteresis, reals }: Virtual): string[] {
  if (hysteresis === DEFAULT_HYSTERESIS) return []
  const total = quorumCounts === 'servers' ? reals.length : reals.reduce((sum, { weight }) => sum + weight, 0)
  return [`hysteresis ${hysteresis}${total > 0 && quorum + hysteresis > total ? ' always' : ''}`]
}

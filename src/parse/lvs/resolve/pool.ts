/**
 * One or several `virtual` blocks that stand for one service of the kernel -> a pool. Several share a firewall mark, which
 * the kernel has once: Piranha ran only the first of them, and its log said so.
 */
import { noNotices, type Real, type Sorry, type Virtual } from '../../../model/model.ts'
import type { TableServiceId, TableServiceSettings } from '../../../model/table.ts'
import { milliseconds, weight } from '../../../model/units.ts'
import { quoted } from '../../text/visible.ts'
import type { Section } from '../file.ts'
import type { Setting } from '../settings.ts'
import { DEFAULTS } from '../tables.ts'
import { placeOfWord, spanFrom, spanOf } from '../word.ts'
import type { Around } from './around.ts'
import { checksOf, followsLoad, rhythmOf } from './checks.ts'
import { forwardOf, portOf } from './front.ts'
import { type Destination, destinationsOf, type Placed, realOf, remarkOnOrder } from './reals.ts'

/** nanny begins with this part of a weight. */
const FIRST_SHARE = 32
/** The prefix that keeps all clients apart. */
const ALONE = 32

/** The sections of one service, in the order of the file; the first gives it its name. */
export interface Merged {
  readonly name: string
  readonly service: TableServiceId
  readonly sections: readonly [Section, ...Section[]]
}

/** Which real servers: those in use, those that are switched off, or each as if it were in use. */
type Which = 'active' | 'resting' | 'all'

export function poolOf(merged: Merged, which: Which, around: Around): Virtual {
  const { name, service, sections } = merged
  const [first] = sections
  const pool = { service, forward: forwardOf(around.file), sections }
  for (const section of sections) remarkOnOrder(section, around)
  if (which === 'active') remarkOnShared(merged, around)
  const checks = sections.map((section) => checksOf(section, around))
  const drains = firstOf(merged, ({ quiesce_server }) => quiesce_server)?.value === true
  const reals: Real[] = []
  for (const one of destinationsOf(pool, around)) {
    const used = usedBlock(one, which)
    if (used === null) continue
    if (which === 'active') remarkOnHalf(one, around)
    reals.push({ ...realOf(one, used, checks, pool, around), onFail: drains ? 'drain' : 'remove' })
  }
  return {
    name,
    keepalivedName: null,
    services: [service],
    settings: settingsOf(merged, around),
    quorum: weight(1),
    quorumCounts: 'servers',
    hysteresis: 0,
    backupBelow: weight(1),
    sorry: sorryOf(merged, around),
    slowStart: milliseconds(0),
    doubling: { share: FIRST_SHARE, every: rhythmOf(first) },
    loadFeedback: sections.some(followsLoad) ? { every: rhythmOf(sections.find(followsLoad) ?? first) } : null,
    onStop: 'clear',
    haSuspend: false,
    omega: false,
    notices: noNotices,
    driftAlerts: [],
    reals,
    place: placeOfWord(first.name.text === '' ? first.keyword : first.name),
  }
}

function usedBlock({ blocks, active }: Destination, which: Which): Placed | null {
  if (which === 'active') return blocks.find((block) => block.active) ?? null
  return which === 'all' || !active ? blocks[0] : null
}

/** What the first section says that says anything of it. */
function firstOf<T>(
  { sections }: Merged,
  of: (settings: Section['settings']) => Setting<T> | undefined,
): Setting<T> | undefined {
  for (const { settings } of sections) {
    const found = of(settings)
    if (found !== undefined) return found
  }
  return undefined
}

function settingsOf(merged: Merged, around: Around): TableServiceSettings {
  const persistence = agreed(merged, ({ persistent }) => persistent, around)?.value ?? 0
  const mask = agreed(merged, ({ pmask }) => pmask, around)
  if (mask !== undefined && persistence === 0 && mask.value !== ALONE) {
    const message = 'pmask counts for nothing without persistent'
    around.report.warning('pmask', spanOf(mask.keyword), message, 'write persistent = 300, or take the line out')
  }
  return {
    scheduler: agreed(merged, ({ scheduler }) => scheduler, around)?.value ?? DEFAULTS.scheduler,
    persistenceSeconds: persistence,
    prefix: persistence === 0 ? ALONE : (mask?.value ?? ALONE),
    onePacket: false,
    schedulerFlags: 0,
    engine: '',
  }
}

/** The kernel has it once for a mark. What the first section says counts, as it did in Piranha. */
function agreed<T>(
  merged: Merged,
  of: (settings: Section['settings']) => Setting<T> | undefined,
  { report }: Around,
): Setting<T> | undefined {
  const first = firstOf(merged, of)
  for (const { settings } of merged.sections) {
    const other = of(settings)
    if (first === undefined || other === undefined || other.value === first.value) continue
    const { keyword, at } = other
    const message = `sections that share a firewall mark have one ${keyword.text}: ${quoted(first.at.text)} of ${quoted(merged.name)} counts`
    report.warning(
      'mark-differs',
      spanFrom(keyword, at),
      message,
      `write ${keyword.text} = ${first.at.text} here as well`,
    )
  }
  return first
}

function remarkOnShared({ sections, service }: Merged, { report }: Around): void {
  const [first, ...others] = sections
  if (service.kind !== 'mark') return
  for (const { settings, name, keyword } of others) {
    const message = `${quoted(first.name.text)} has firewall mark ${service.mark} too: in the kernel both are one service, and a server is up only if the checks of both are good`
    const hint = `Piranha never ran the checks of ${name.text.slice(0, 40)}; look whether every server of both answers them`
    report.warning('mark-shared', spanOf(settings.fwmark?.at ?? keyword), message, hint)
  }
}

/** Packets of a mark cannot be told apart by section. */
function remarkOnHalf({ blocks }: Destination, { report }: Around): void {
  const off = blocks.find((block) => !block.active)
  const on = blocks.find((block) => block.active)
  if (off === undefined || on === undefined || off.section === on.section) return
  const message = `this server is switched off here and in use in ${quoted(on.section.name.text)}, which has the same mark: it is in use`
  const hint = 'write active = 1 here, or active = 0 there'
  report.warning('mark-half', spanFrom(off.server.keyword, off.server.name), message, hint)
}

/** Weight 1, the same port and the same way of forwarding. */
function sorryOf(merged: Merged, { file }: Around): Sorry | null {
  const found = firstOf(merged, ({ sorry_server }) => sorry_server)?.value
  if (found === undefined || found.kind !== 'address') return null
  const [first] = merged.sections
  const forward = forwardOf(file)
  const follows = forward !== 'masq' || merged.service.kind === 'mark'
  return {
    id: { family: 4, address: found.address, port: portOf(first) },
    forward,
    inhibit: false,
    ...(follows ? { portFollows: true } : {}),
  }
}

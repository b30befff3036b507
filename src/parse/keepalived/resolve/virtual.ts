/** virtual_server -> a pool and the services it stands behind. Source: keepalived.conf(5), "Virtual servers". */
import type { Real, Virtual } from '../../../model/model.ts'
import type { TableServiceSettings } from '../../../model/table.ts'
import { milliseconds, type Weight, weight } from '../../../model/units.ts'
import { DEFAULT_SCHEDULER, GREATEST_WEIGHT } from '../../defaults.ts'
import { SCHEDULER_FLAGS, schedulerFlagNames } from '../../scheduler-flags.ts'
import type { VirtualServer } from '../file.ts'
import { spanOf } from '../line.ts'
import type { Around } from './around.ts'
import { type Front, frontOf, protocolOf } from './front.ts'
import { driftAlerts, quorumNotices } from './notices.ts'
import { placeOfWord } from './place.ts'
import { resolveReals, resolveSorry } from './reals.ts'

/** keepalived.conf(5), persistence_timeout: where persistence is asked for without it. */
const USUAL_PERSISTENCE = 360
/** Where no weight makes a quorum, backup servers still join when nothing else is left. */
const LEAST_BACKUP_BELOW = 1

/** `null`: nothing is made of it, which the report says. */
export function resolveVirtual(server: VirtualServer, around: Around): Virtual | null {
  const front = frontOf(server, around)
  if (front === null) return null
  const reals = resolveReals(server, front, around)
  if (reals.length === 0) return null
  const { settings } = server
  const { quorum, hysteresis } = quorumOf(server, reals)
  warnOfBackup(server, reals, around)
  return {
    name: front.name,
    keepalivedName: front.keepalivedName,
    services: front.services,
    settings: settingsOf(server, front),
    quorum,
    hysteresis,
    backupBelow: weight(settings.backup_below?.value ?? Math.max(LEAST_BACKUP_BELOW, quorum)),
    sorry: resolveSorry(server, reals, front, around),
    slowStart: settings.slow_start?.value ?? milliseconds(0),
    doubling: null,
    loadFeedback: null,
    onStop: null,
    haSuspend: settings.ha_suspend !== undefined && server.of.kind === 'address',
    omega: settings.omega !== undefined,
    notices: quorumNotices(server, around),
    driftAlerts: driftAlerts(server, around),
    reals,
    place: placeOfWord(server.of.kind === 'group' ? server.of.name : server.of.at),
  }
}

function settingsOf(server: VirtualServer, front: Front): TableServiceSettings {
  const { settings, of } = server
  const { lvs_sched, persistence_granularity, persistence_engine, ops } = settings
  const wide = front.services.some(({ family }) => family === 6) ? 128 : 32
  const onePacket = ops !== undefined && (of.kind === 'mark' || protocolOf(server) === 'udp')
  return {
    scheduler: lvs_sched?.value ?? DEFAULT_SCHEDULER,
    persistenceSeconds: persistenceOf(server),
    prefix: persistence_granularity?.value.prefix ?? wide,
    onePacket,
    schedulerFlags: flagsOf(settings),
    engine: persistence_engine?.value ?? '',
  }
}

/** Written, or needed by what is written: a granularity, or a service for all ports. */
function persistenceOf({ settings, of }: VirtualServer): number {
  const { persistence_timeout, persistence_granularity } = settings
  if (persistence_timeout !== undefined && persistence_timeout.value > 0) return persistence_timeout.value
  const needed = persistence_granularity !== undefined || (of.kind === 'address' && of.port === null)
  return needed ? USUAL_PERSISTENCE : 0
}

const flagsOf = (settings: VirtualServer['settings']): number =>
  schedulerFlagNames.reduce((all, name) => (settings[name] === undefined ? all : all | SCHEDULER_FLAGS[name]), 0)

/** What cannot be reached is lowered; where all weights are 0, to a quorum that is always there. */
function quorumOf(
  { settings }: VirtualServer,
  reals: readonly Real[],
): { readonly quorum: Weight; readonly hysteresis: number } {
  const all = reals.reduce((sum, real) => sum + real.weight, 0)
  const quorum = Math.min(settings.quorum?.value ?? 1, all, GREATEST_WEIGHT)
  const hysteresis = Math.min(settings.hysteresis?.value ?? 0, Math.max(0, quorum - 1))
  return { quorum: weight(quorum), hysteresis }
}

function warnOfBackup({ settings }: VirtualServer, reals: readonly Real[], { report }: Around): void {
  const { backup_below } = settings
  if (backup_below === undefined || reals.some(({ role }) => role === 'backup')) return
  const message = 'there is no backup server that could join below this weight'
  report.warning(
    'backup-none',
    spanOf(backup_below.keyword),
    message,
    'write backup in a real_server, or take the line out',
  )
}

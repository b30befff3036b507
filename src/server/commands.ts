/** Command word -> what it shows, or which event it is. The unix socket's and every later listener's one vocabulary. */
import { statusView, subjects, whyView } from '../engine/view.ts'
import { waitingOf } from '../engine/waiting.ts'
import { loudness, sentence } from '../engine/words.ts'
import type { Entry } from '../model/entry.ts'
import type { Command } from '../model/event.ts'
import type { ServiceKey } from '../model/names.ts'
import type { Answer, DoorReport, Request } from '../model/request.ts'
import { milliseconds, wallTime } from '../model/units.ts'
import { nearby } from '../parse/text/nearest.ts'
import { type AlertDaemon, dropped, routed, tested } from './alert-commands.ts'
import { maintenanceBegun, maintenanceEnded, maintenanceShown } from './maintenance-commands.ts'
import { serviceMeant } from './meant.ts'
import { comment, decideOn, endDecision, given, planned, targetOf } from './pool-commands.ts'

export interface Daemon extends AlertDaemon {
  /** Entries from memory and, further back, from the journal's files; never from the database. Oldest first. */
  entries(query: {
    since?: number
    service?: string
    limit: number
    match?: (entry: Entry) => boolean
  }): Promise<readonly Entry[]>
  doors(): readonly DoorReport[]
  reload(): Promise<{ readonly done: boolean; readonly text: string }>
}

/** Entries of one answer, however many were asked for. */
export const mostEntries = 10_000

export async function answer(request: Request, daemon: Daemon): Promise<Answer> {
  switch (request.command) {
    case 'status':
      return { ok: true, data: { ...statusView(daemon.state(), daemon.now()), doors: daemon.doors() } }
    case 'why':
      return why(request.subject ?? '', daemon)
    case 'log':
      return log(request, daemon)
    case 'ack':
    case 'unack':
    case 'disable':
    case 'enable':
      return act(request.command, request, daemon)
    case 'outbox':
      return { ok: true, data: { waiting: waitingOf(daemon.state(), daemon.now().wall) } }
    case 'drop':
      return dropped(request, daemon)
    case 'alert-route':
      return routed(request, daemon)
    case 'alert-test':
      return tested(request, daemon)
    case 'maintenance':
      return maintenanceShown(daemon)
    case 'begin-maintenance':
      return maintenanceBegun(request, daemon)
    case 'end-maintenance':
      return maintenanceEnded(request, daemon)
    case 'drain':
    case 'weight':
      return decideOn(request.command, request, daemon)
    case 'plan':
      return planned(request, daemon)
    case 'reload': {
      const { done, text } = await daemon.reload()
      return done ? { ok: true, data: { text } } : { ok: false, text }
    }
    default:
      return {
        ok: false,
        text: `the daemon does not know the command "${request.command}"; is it older than this program?`,
      }
  }
}

async function why(subject: string, daemon: Daemon): Promise<Answer> {
  const entries = await daemon.entries({ limit: mostEntries })
  const view = whyView(daemon.state(), subject, entries, daemon.now())
  if (view !== null) return { ok: true, data: view }
  const known = subjects(daemon.state())
  const near = nearby().find(subject, known)
  const hint = near === null ? `known are: ${known.slice(0, 20).join(', ')}` : `did you mean ${near}?`
  return { ok: false, text: `nothing is called "${subject}"; ${hint}` }
}

/** What people were told, or were not, and why. */
const toPeople: ReadonlySet<Entry['kind']> = new Set(['alert', 'quiet', 'batch', 'delivery', 'maintenance'])

async function log({ since, service, limit = 100, alerts = false }: Request, daemon: Daemon): Promise<Answer> {
  const query = {
    limit: Math.min(limit, mostEntries),
    ...(since === undefined ? {} : { since: wallTime(since) }),
    ...(service === undefined ? {} : { service }),
    ...(alerts ? { match: ({ kind }: Entry) => toPeople.has(kind) } : {}),
  }
  const entries = await daemon.entries(query)
  // What is no longer configured still has a past.
  const known = service === undefined || daemon.state().model.serviceIndex.has(service as ServiceKey)
  if (entries.length === 0 && !known) {
    const meant = serviceMeant(service, daemon.state().model)
    return { ok: false, text: `nothing is recorded of a service "${service}"${meant}` }
  }
  return {
    ok: true,
    data: {
      entries: entries.map((entry) => ({ ...entry, sentence: sentence(entry), loudness: loudness(entry) })),
    },
  }
}

function serviceCommand(
  kind: 'ack' | 'unack' | 'disable' | 'enable',
  service: ServiceKey,
  text: string,
  { lasts, until }: Pick<Request, 'lasts' | 'until'>,
): Command {
  if (kind === 'ack') {
    const ends = {
      ...(lasts === undefined ? {} : { lasts: milliseconds(lasts) }),
      ...(until === undefined ? {} : { until }),
    }
    return { kind, service, comment: text, ...ends }
  }
  return kind === 'disable' ? { kind, service, reason: text } : { kind, service }
}

/** The name of a hostgroup alone means its watch: all of its services. */
function watchCommand(kind: string, subject: string, reason: string, daemon: Daemon): Command | null {
  const group = daemon.state().model.groups.find(({ name }) => name === subject)?.name
  if (group === undefined) return null
  if (kind === 'disable') return { kind: 'disable-watch', group, reason }
  return kind === 'enable' ? { kind: 'enable-watch', group } : null
}

async function act(
  kind: 'ack' | 'unack' | 'disable' | 'enable',
  { subject = '', text = '', who = 'somebody', ...rest }: Request,
  daemon: Daemon,
): Promise<Answer> {
  if ((kind === 'disable' || kind === 'enable') && meansPool({ subject, ...rest }, daemon)) {
    const request = { ...rest, subject, text, who }
    const both = watchCommand(kind, subject, text, daemon) !== null && rest.virtual === undefined
    if (both && targetIsVirtual(request, daemon)) {
      const hint = `write --virtual ${subject} for the virtual server, or ${subject}/SERVICE for a service`
      return { ok: false, text: `"${subject}" is a watch and a virtual server; ${hint}` }
    }
    return kind === 'disable' ? decideOn(kind, request, daemon) : endDecision(request, daemon)
  }
  const said = comment(text)
  const command = watchCommand(kind, subject, said, daemon) ?? serviceCommand(kind, subject as ServiceKey, said, rest)
  const answered = await given(command, who, daemon)
  const { model } = daemon.state()
  const unknown = 'service' in command && command.service !== null && !model.serviceIndex.has(command.service)
  return answered.ok || !unknown ? answered : { ok: false, text: `${answered.text}${serviceMeant(subject, model)}` }
}

/** A service is a service; every other name of a real or virtual server means that one. */
function meansPool(request: Omit<Request, 'command'>, daemon: Daemon): boolean {
  if (request.virtual !== undefined) return true
  if (daemon.state().model.serviceIndex.has((request.subject ?? '') as ServiceKey)) return false
  return targetOf({ command: '', ...request }, daemon).kind !== 'none'
}

function targetIsVirtual(request: Omit<Request, 'command'>, daemon: Daemon): boolean {
  const target = targetOf({ command: '', ...request }, daemon)
  return target.kind === 'target' && target.real === null
}

/**
 * What a trap must have to be taken, passwords apart, and which service it is for.
 * Source: mon's README.traps and the order in which mon 1.3.6 looks; unlike mon, `usr='*'` opens nothing.
 */
import { trapRules, trapUserRule } from '../../engine/authority.ts'
import { trapExit } from '../../engine/on-trap.ts'
import { enabledHosts } from '../../engine/readiness.ts'
import type { AuthFile, TrapRule } from '../../model/auth.ts'
import type { Trap } from '../../model/event.ts'
import type { Service } from '../../model/model.ts'
import type { Host } from '../../model/names.ts'
import type { HostResult } from '../../model/result.ts'
import type { State } from '../../model/state.ts'
import { milliseconds } from '../../model/units.ts'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import { isTrapVersion, type Trap as Packet, trapOutput } from '../../wire/mon/trap.ts'
import { hostsNamed, readOutput } from '../../wire/program/output.ts'
import { asLogged } from './bounded-log.ts'
import { isWatch, serviceNamed } from './named-service.ts'

export interface Sender {
  readonly file: AuthFile
  /** Canonical. */
  readonly address: string
  /** What names in the file stand for. */
  readonly resolved: ReadonlyMap<string, readonly string[]>
}

export interface Taken {
  readonly kind: 'taken'
  readonly service: Service
  readonly trap: Trap
  /** The entry whose hash the password must match; `null`: none is asked for. */
  readonly rule: TrapRule | null
}

/** `message` is for the log. */
export type Checked = Taken | { readonly kind: 'dropped'; readonly message: SyslogMessage }

const dropped = (message: SyslogMessage): Checked => ({ kind: 'dropped', message })

/** Whether anything from there can be taken at all; asked before a packet is read. */
export const isKnownSender = ({ file, address, resolved }: Sender): boolean =>
  trapRules(file, address, resolved).rules.length > 0

export function checkTrap(packet: Packet, sender: Sender, state: State): Checked {
  const { rules, anybody } = trapRules(sender.file, sender.address, sender.resolved)
  if (rules.length === 0) return dropped(messages.trapFromStranger(sender.address))
  const rule = anybody ? null : trapUserRule(rules, packet.usr)
  if (rule === null && !anybody) {
    return dropped(messages.trapUserUnknown(asLogged(packet.usr), sender.address))
  }
  if (!isTrapVersion(packet.pro)) return dropped(messages.trapTooOld())
  if (packet.sta === null) return dropped(messages.trapWithoutSta(sender.address))
  const found = destination(state, packet.grp, packet.svc)
  if ('text' in found) return dropped(found)
  const { service, intended } = found
  const trap = read({ ...packet, sta: packet.sta }, state, service)
  return { kind: 'taken', service, rule, trap: { ...trap, intended, from: sender.address } }
}

/**
 * A group that is not watched is taken by the watch `default`, which remembers what was meant; a service that `default`
 * does not have, by `default/default`. A message says why there is none.
 */
function destination(
  state: State,
  group: string,
  name: string,
): { readonly service: Service; readonly intended: string | null } | SyslogMessage {
  const redirected = !isWatch(state, group) && isWatch(state, DEFAULT)
  const to = redirected ? DEFAULT : group
  const named = serviceNamed(state, to, name) ?? (to === DEFAULT ? serviceNamed(state, DEFAULT, DEFAULT) : null)
  if (named !== null) return { service: named.service, intended: redirected ? `${group}:${name}` : null }
  const isGroup = state.model.groups.some((one) => one.name === to)
  return isGroup
    ? messages.trapForUnknownService({ group: asLogged(to), service: asLogged(name) })
    : messages.trapForUnknownGroup(asLogged(to))
}

const DEFAULT = 'default'

/** An empty line stands between summary and detail, so the detail begins with one. */
function read(
  packet: Packet & { readonly sta: string },
  state: State,
  service: Service,
): Omit<Trap, 'intended' | 'from'> {
  const output = trapOutput(packet)
  const said = readOutput(new TextEncoder().encode(output), { truncated: false })
  const hosts = enabledHosts(state, service).filter((host) => !service.excludeHosts.includes(host))
  const results =
    trapExit(packet.sta) === 0
      ? hosts.map((host) => result('up', host, 'a trap said so'))
      : verdicts(hosts, hostsNamed(said, hosts), said.summary)
  return { status: packet.sta, summary: said.summary, detail: said.detail, output, hosts: results }
}

/** By the convention of monitors: the summary names the hosts that failed. One that names none says nothing of any. */
function verdicts(hosts: readonly Host[], failing: ReadonlySet<Host>, summary: string): readonly HostResult[] {
  if (failing.size === 0) return hosts.map((host) => result('unknown', host, `a trap said "${summary}"`))
  return hosts.map((host) =>
    failing.has(host) ? result('down', host, 'a trap said so') : result('up', host, 'a trap did not name it'),
  )
}

const timings = { connect: null, firstByte: null, total: milliseconds(0) }

function result(kind: HostResult['kind'], host: Host, text: string): HostResult {
  return kind === 'up' ? { kind, host, text, timings } : { kind, host, code: 'trap', text, timings }
}

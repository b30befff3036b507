/**
 * Commands that change what is watched and told: ack, disable, enable, clear, stop, start. The daemon saves and passes on
 * what was disabled or enabled by itself, as it hears of it from the engine.
 * Unlike mon: an unknown service is answered once, and no service of that name begins to exist; a host's name is a name
 * and no regular expression; disabling a host twice is no error.
 */
import type { Command } from '../../model/event.ts'
import { type GroupName, groupName, type Host, host } from '../../model/names.ts'
import { firstQuotedWord, splitArguments, splitFirst } from '../../wire/mon/request.ts'
import { isWatch, serviceNamed } from './named-service.ts'
import { NOT_EXECUTED, type Reply, say } from './reply.ts'
import type { Answering, Context } from './session.ts'

/** Whether the engine did it. A client that is not logged in has no name. */
export function carriedOut({ daemon, session }: Context, command: Command): boolean {
  const entries = daemon.post({ kind: 'command', who: session.user ?? '', command })
  return entries.some((entry) => entry.kind === 'command' && entry.outcome === 'done')
}

/** Of the text only the first word counts, which may be quoted; one whose quote is left open stores nothing. */
export const ack: Answering = (rest, context) => {
  const { words, rest: text } = splitFirst(rest, 2)
  const [group = '', name = ''] = words
  const state = context.daemon.state()
  if (!isWatch(state, group)) return say('520 unknown group')
  const named = serviceNamed(state, group, name)
  if (named === null) return say('520 unknown service')
  const comment = firstQuotedWord(text) ?? ''
  const done = carriedOut(context, { kind: 'ack', service: named.service.key, comment })
  return say(done ? '220 ack completed' : '520 service is in a non-failure state')
}

export const disable: Answering = (rest, context) => {
  const { words, rest: what } = splitFirst(rest, 1)
  switch (words[0]) {
    case 'watch':
      return disableWatch(what.trimEnd(), context)
    case 'service':
      return disableService(what, context)
    case 'host':
      return disableHosts(splitArguments(what), context)
    default:
      return NOT_EXECUTED
  }
}

function disableWatch(name: string, context: Context): Reply {
  const group = watchNamed(name, context)
  const done = group !== null && carriedOut(context, { kind: 'disable-watch', group, reason: '' })
  return say(done ? '220 disable watch completed' : `520 disable error, unknown watch "${name}"`)
}

function disableService(what: string, context: Context): Reply {
  const named = oneService(what, context)
  const done = named !== null && carriedOut(context, { kind: 'disable', service: named.service.key, reason: '' })
  return say(done ? '220 disable service completed' : '520 disable error, unknown service')
}

/** All of them or, if one is in no hostgroup, none. */
function disableHosts(names: readonly string[], context: Context): Reply {
  const known = knownHosts(context)
  const unknown = names.filter((name) => !known.has(name))
  if (unknown.length > 0) return say(`520 disable host failed, host(s) ${unknown.join(' ')} do not exist`)
  const hosts = unique(names)
  const done = hosts.length === 0 || carriedOut(context, { kind: 'disable-hosts', hosts, reason: '' })
  return done ? say('220 disable host completed') : NOT_EXECUTED
}

export const enable: Answering = (rest, context) => {
  const { words, rest: what } = splitFirst(rest, 1)
  switch (words[0]) {
    case 'watch':
      return enableWatch(what.trimEnd(), context)
    case 'service':
      return enableService(what, context)
    case 'host':
      return enableHosts(splitArguments(what), context)
    default:
      return NOT_EXECUTED
  }
}

function enableWatch(name: string, context: Context): Reply {
  const group = watchNamed(name, context)
  const done = group !== null && carriedOut(context, { kind: 'enable-watch', group })
  return say(done ? '220 enable watch completed' : '520 enable error, unknown watch')
}

function enableService(what: string, context: Context): Reply {
  const named = oneService(what, context)
  if (named === null) return say('520 enable error, unknown group')
  if (named.state.disabled !== null) carriedOut(context, { kind: 'enable', service: named.service.key })
  return say('220 enable completed')
}

/** Unknown ones do not matter. */
function enableHosts(names: readonly string[], context: Context): Reply {
  const known = knownHosts(context)
  const hosts = unique(names.filter((name) => known.has(name)))
  if (hosts.length > 0) carriedOut(context, { kind: 'enable-hosts', hosts })
  return say('220 enable completed')
}

/** What stands behind the service's name is nobody's, as with mon. */
export const clear: Answering = (rest, context) => {
  const [what = '', group, name] = splitArguments(rest)
  if (what.toLowerCase() !== 'timers' || !isName(group) || !isName(name)) return say('520 unknown clear command')
  const named = serviceNamed(context.daemon.state(), group, name)
  const done = named !== null && carriedOut(context, { kind: 'clear-timers', service: named.service.key })
  return say(done ? '220 clear timers completed' : '520 unknown group')
}

export const stop: Answering = (_rest, context) => {
  carriedOut(context, { kind: 'stop' })
  return say('220 stop completed')
}

export const start: Answering = (_rest, context) => {
  carriedOut(context, { kind: 'start' })
  return say('220 start completed')
}

/** `GROUP SERVICE`, and nothing behind it. */
function oneService(what: string, { daemon }: Context) {
  const { words, rest } = splitFirst(what, 2)
  return rest === '' ? serviceNamed(daemon.state(), words[0], words[1]) : null
}

function watchNamed(name: string, { daemon }: Context): GroupName | null {
  return isWatch(daemon.state(), name) ? groupName(name) : null
}

const knownHosts = ({ daemon }: Context): ReadonlySet<string> =>
  new Set(daemon.state().model.groups.flatMap(({ hosts }) => hosts))

const unique = (names: readonly string[]): readonly Host[] => [...new Set(names)].map(host)

const isName = (text = ''): boolean => /^[a-zA-Z0-9_.-]+$/.test(text)

/**
 * `get` and `set`: maxkeep, a service's opstatus, and variables that clients keep at a service for themselves.
 * mon lets `set` overwrite whatever it knows of a service, unchecked; here what the daemon works with can only be read.
 * Clients' own variables last as long as the daemon, as with mon.
 */
import type { ServiceKey } from '../../model/names.ts'
import { opstatusNamed } from '../../model/opstatus.ts'
import { getLine, setLine } from '../../wire/mon/lists.ts'
import { firstQuotedWord, splitArguments, splitFirst } from '../../wire/mon/request.ts'
import { carriedOut } from './control.ts'
import { internalValue, isInternal } from './internal-variables.ts'
import { type Named, serviceNamed } from './named-service.ts'
import { type Reply, say, show } from './reply.ts'
import type { Answering, Context } from './session.ts'

/** Variables that clients keep at one service, characters of a name, characters of a value. */
export const MOST_VARIABLES = 64
const LONGEST_VARIABLE = 64
export const LONGEST_VALUE = 4096
/** Lines of each history that `set maxkeep` may ask for. */
export const MOST_KEPT = 100_000

/** By service, then by name. */
export type Variables = Map<ServiceKey, Map<string, string>>

export const get: Answering = (rest, context) => {
  const [first = '', second, variable = ''] = splitArguments(rest)
  if (first === 'maxkeep' && second === undefined)
    return show([`maxkeep = ${context.daemon.histlength()}`], '220 set completed')
  const named = serviceNamed(context.daemon.state(), first, second)
  if (named === null) return say(`520 ${first},${second ?? ''} not defined`)
  const value = isInternal(variable)
    ? internalValue(variable, named, context.daemon.run(named.service.key))
    : (context.variables.get(named.service.key)?.get(variable) ?? '')
  return show([getLine(first, second ?? '', variable, value)], '220 get completed')
}

export const set: Answering = (rest, context) => {
  const [, lines] = /^maxkeep[ \t\n\v\f\r]+([0-9]+)/.exec(rest) ?? []
  if (lines !== undefined) return setMaxkeep(Number(lines), context)
  const { words, rest: text } = splitFirst(rest, 3)
  const [group = '', name = '', variable = ''] = words
  const named = serviceNamed(context.daemon.state(), group, name)
  if (named === null) return say(`520 ${group},${name} not defined`)
  if (variable === 'opstatus') return setOpstatus(text.trimEnd(), named, context)
  return setVariable(variable, firstQuotedWord(text) ?? '', named, context)
}

function setMaxkeep(lines: number, { daemon }: Context): Reply {
  if (lines > MOST_KEPT) return say(`520 set error, maxkeep can be at most ${MOST_KEPT}`)
  daemon.setHistlength(lines)
  return say('220 set completed')
}

function setOpstatus(word: string, { service }: Named, context: Context): Reply {
  const opstatus = opstatusNamed(word)
  if (opstatus === null) return say('520 undefined opstatus')
  const done = carriedOut(context, { kind: 'set-opstatus', service: service.key, opstatus })
  return say(done ? '220 set completed' : '520 undefined opstatus')
}

function setVariable(variable: string, value: string, { service }: Named, { daemon, variables }: Context): Reply {
  if (variable === '') return say('520 set error, no variable given')
  if (isInternal(variable)) return say(`520 set error, ${variable} can only be read`)
  if (variable.length > LONGEST_VARIABLE || value.length > LONGEST_VALUE) return say('520 set error, too long')
  // Services that a reset has taken away leave nothing behind.
  for (const key of variables.keys()) if (!daemon.state().model.serviceIndex.has(key)) variables.delete(key)
  const own = variables.get(service.key) ?? new Map<string, string>()
  if (!own.has(variable) && own.size >= MOST_VARIABLES) return say('520 set error, too many variables')
  variables.set(service.key, own.set(variable, value))
  return show([setLine(service.group, service.name, variable, value)], '220 set completed')
}

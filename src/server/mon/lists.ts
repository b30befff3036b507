/** `list …` in all its forms. The words behind `list` are case-sensitive; status lines are mon's, wrong words included. */
import { disabledHosts, disabledWatch } from '../../engine/readiness.ts'
import { isSuccess, isWarning, type Opstatus } from '../../model/opstatus.ts'
import type { State } from '../../model/state.ts'
import { downtimeLines } from '../../wire/mon/downtime.ts'
import {
  depsLines,
  descriptionLine,
  disabledHostsLine,
  disabledServiceLine,
  disabledWatchLine,
  groupLine,
  historyLine,
  monitorPidLine,
  serverPidLine,
  stateLine,
  viewsLine,
  watchLine,
} from '../../wire/mon/lists.ts'
import { encodeOpstatus } from '../../wire/mon/opstatus.ts'
import { splitArguments, splitFirst } from '../../wire/mon/request.ts'
import { allServices, type Named, serviceNamed } from './named-service.ts'
import { opstatusFields } from './opstatus-fields.ts'
import { type Reply, say, show } from './reply.ts'
import { type Answering, type Context, inView } from './session.ts'

export const list: Answering = (rest, context) => {
  const { words, rest: more } = splitFirst(rest, 1)
  const answering = lists.get(words[0] ?? '')
  return answering === undefined ? say('520 unknown list command') : answering(more, context)
}

const lists: ReadonlyMap<string, Answering> = new Map<string, Answering>([
  ['opstatus', opstatus],
  ['failures', (_, context) => byStatus(context, (code) => !isSuccess(code), '220 list failures completed')],
  ['successes', (_, context) => byStatus(context, isSuccess, '220 list successes completed')],
  ['warnings', (_, context) => byStatus(context, isWarning, '220 list successes completed')],
  [
    'watch',
    (_, context) =>
      show(
        eachShown(context, ({ service }) => watchLine(service.group, service.name)),
        '220 list watch completed',
      ),
  ],
  ['descriptions', (_, context) => show(eachShown(context, described), '220 list descriptions completed')],
  ['group', (rest, context) => group(rest.trimEnd(), context)],
  ['disabled', (_, context) => show(disabledLines(context), '220 list disabled completed')],
  ['alerthist', (_, { daemon }) => show(historyLines(daemon.alertHistory()), '220 list alerthist completed')],
  ['failurehist', (_, { daemon }) => show(historyLines(daemon.failureHistory()), '220 list failurehist completed')],
  ['pids', (_, context) => show(pidLines(context), '220 list pids completed')],
  ['state', (_, { daemon }) => show([stateLine(daemon.state().controls.stopped)], '220 list state completed')],
  ['deps', (_, context) => show(eachShown(context, dependencies), '220 list deps completed')],
  ['dtlog', (_, context) => downtimeLog(context)],
  ['views', (_, context) => views(context)],
  ['aliases', (rest, context) => show(aliasLines(splitArguments(rest), context), '220 list aliases completed')],
  ['aliasgroups', (_, context) => aliasgroups(context)],
])

/** Of all services in view, or of those that are named, whatever the view: `G,S`, or `G` for all of a group. */
function opstatus(rest: string, context: Context): Reply {
  const line = opstatusLine(context)
  const pairs = splitArguments(rest).map((pair) => {
    const [group = '', name = ''] = pair.split(',', 2)
    return [group, name] as const
  })
  const completed = '220 list opstatus completed'
  if (pairs.length === 0) return show(eachShown(context, line), completed)
  const state = context.daemon.state()
  for (const [group, name] of pairs) {
    // mon says this of the last pair it was given.
    if (name !== '' && serviceNamed(state, group, name) === null) return say(`520 ${group},${name} does not exist`)
  }
  return show(mapped(named(pairs, state), line), completed)
}

function* named(pairs: readonly (readonly [group: string, service: string])[], state: State): Generator<Named> {
  const groups = new Map<string, Named[]>()
  for (const one of allServices(state)) {
    const group = groups.get(one.service.group)
    if (group === undefined) groups.set(one.service.group, [one])
    else group.push(one)
  }
  for (const [group, name] of pairs) {
    for (const one of groups.get(group) ?? []) if (name === '' || one.service.name === name) yield one
  }
}

const byStatus = (context: Context, wanted: (status: Opstatus) => boolean, status: string): Reply =>
  show(
    eachShown(context, opstatusLine(context), ({ state }) => wanted(state.opstatus)),
    status,
  )

function opstatusLine({ daemon }: Context): (named: Named) => string {
  const now = daemon.now()
  return (named) => encodeOpstatus(opstatusFields(named, daemon.run(named.service.key), now))
}

/** The state is the one of the moment the request was read, however long the answer takes to send. */
function eachShown(
  context: Context,
  line: (named: Named) => string | readonly string[],
  wanted: (named: Named) => boolean = () => true,
): Iterable<string> {
  const shown = inView(context)
  const services = [...allServices(context.daemon.state())]
  return mapped(
    services.filter((named) => shown(named.service.group, named.service.name) && wanted(named)),
    line,
  )
}

function* mapped(services: Iterable<Named>, line: (named: Named) => string | readonly string[]): Generator<string> {
  for (const named of services) {
    const lines = line(named)
    if (typeof lines === 'string') yield lines
    else yield* lines
  }
}

const described = ({ service }: Named): string => descriptionLine(service.group, service.name, service.description)

/** mon shows nothing at all of this while a view is chosen. */
const dependencies = ({ service }: Named): readonly string[] =>
  depsLines(service.group, service.name, service.dependencies.written.depend)

function* historyLines(lines: readonly string[]): Generator<string> {
  for (const line of lines) yield historyLine(line)
}

function group(name: string, { daemon }: Context): Reply {
  const { model, controls } = daemon.state()
  const found = model.groups.find((one) => one.name === name)
  if (found === undefined) return say('520 list group error, undefined group')
  const disabled = new Set(disabledHosts(controls, found.name).map(({ host }) => host))
  const hosts = found.hosts.map((host) => ({ host, disabled: disabled.has(host) }))
  return show([groupLine(name, hosts)], '220 list group completed')
}

function* disabledLines(context: Context): Generator<string> {
  const shown = inView(context)
  const state = context.daemon.state()
  for (const { name } of state.model.groups) {
    const hosts = disabledHosts(state.controls, name).map(({ host }) => host)
    if (hosts.length > 0 && shown(name, null)) yield disabledHostsLine(name, hosts)
  }
  const told = new Set<string>()
  for (const { service, state: its } of allServices(state)) {
    const watch = service.group
    if (!told.has(watch) && disabledWatch(state.controls, watch) !== null && shown(watch, null))
      yield disabledWatchLine(watch)
    told.add(watch)
    if (its.disabled !== null && shown(watch, service.name)) yield disabledServiceLine(watch, service.name)
  }
}

function* pidLines({ daemon }: Context): Generator<string> {
  yield serverPidLine(daemon.pid)
  for (const { service } of allServices(daemon.state())) {
    const { running, pid } = daemon.run(service.key)
    if (running && pid !== null) yield monitorPidLine(service.group, service.name, pid)
  }
}

async function downtimeLog({ daemon }: Context): Promise<Reply> {
  const log = await daemon.downtimeLog()
  switch (log.kind) {
    case 'off':
      return say('520 list dtlog error, dtlogging is not turned on')
    case 'unreadable':
      return say('520 list dtlog error, cannot open dtlog')
    case 'text':
      return show(downtimeLines(log.text), '220 list dtlog completed')
  }
}

function views({ daemon }: Context): Reply {
  const names = daemon.state().model.views.map(({ name }) => name)
  return show([viewsLine(names)], '220 list group completed')
}

function* aliasLines(asked: readonly string[], { daemon }: Context): Generator<string> {
  const aliases = new Map(daemon.state().model.aliases.map(({ name, lines }) => [name, lines]))
  for (const name of asked.length > 0 ? asked : aliases.keys()) {
    yield `alias ${name}`
    yield* aliases.get(name) ?? []
    yield ''
  }
}

function aliasgroups({ daemon }: Context): Reply {
  const names = daemon.state().model.aliases.map(({ name }) => name)
  return show(names.length === 0 ? [] : [names.join(' ')], '220 list aliasgroups completed')
}

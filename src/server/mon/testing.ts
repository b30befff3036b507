/** `test …`: a monitor now, a period's alerts now, or the configuration file. */
import type { AlertList } from '../../model/event.ts'
import { splitFirst } from '../../wire/mon/request.ts'
import { carriedOut } from './control.ts'
import { serviceNamed } from './named-service.ts'
import { type Reply, say, show } from './reply.ts'
import type { Answering, Context } from './session.ts'

const LISTS: ReadonlyMap<string, AlertList> = new Map<string, AlertList>([
  ['alert', 'alert'],
  ['upalert', 'upalert'],
  ['startupalert', 'startupalert'],
  ['ackalert', 'ackalert'],
  ['disablealert', 'disablealert'],
])

export const test: Answering = (rest, context) => {
  const { words, rest: more } = splitFirst(rest, 1)
  const [what = ''] = words
  if (what === 'monitor') return testMonitor(more, context)
  if (what === 'config') return testConfiguration(context)
  const list = LISTS.get(what)
  return list === undefined ? say('520 test error') : testAlert(list, more, context)
}

/** Unlike mon, an unknown service is one refusal, and not a line and then success. */
function testMonitor(rest: string, context: Context): Reply {
  const [group = '', name = ''] = splitFirst(rest, 2).words
  const named = serviceNamed(context.daemon.state(), group, name)
  if (named === null) return say(`520 ${group} ${name} not defined`)
  const done = carriedOut(context, { kind: 'test-monitor', service: named.service.key })
  return say(done ? '220 test monitor completed' : '520 test error')
}

/** The period is the rest of the line: a label, an expression with its blanks, or nothing for a bare `period`. */
function testAlert(list: AlertList, rest: string, context: Context): Reply {
  const { words, rest: written } = splitFirst(rest, 3)
  const [group = '', name = '', exit = ''] = words
  const named = serviceNamed(context.daemon.state(), group, name)
  if (named === null) return say(`520 ${group} ${name} not defined`)
  const { key, periods } = named.service
  const meant = [written, written.trimEnd()].map((text) => periods.find(({ label }) => label === text))
  const period = meant.find((one) => one !== undefined)?.label
  const done = period !== undefined && carriedOut(context, { kind: 'test-alert', service: key, list, exit, period })
  return say(done ? '220 test alert completed' : '520 period not defined')
}

async function testConfiguration({ daemon }: Context): Promise<Reply> {
  const mistakes = await daemon.testConfiguration()
  if (mistakes === null) return say('220 test config completed OK, no errors found')
  return show(mistakes.trimEnd().split('\n'), '520 test config completed, errors found in config file')
}

/** `test alert`: runs a period's alerts of one sort at once, without counting them. mon manual, moncmd, "test". */
import type { AlertKind } from '../../model/alert.ts'
import type { AlertList, Command } from '../../model/event.ts'
import { periodName } from '../../model/period.ts'
import type { State } from '../../model/state.ts'
import type { Now } from '../../model/units.ts'
import { callsOf } from '../consult.ts'
import { type Carried, done, refused } from '../on-command.ts'
import { serviceOf } from '../on-happened.ts'
import type { Scribe } from '../scribe.ts'
import { tell } from '../tell.ts'

const kinds: Readonly<Record<AlertList, AlertKind>> = {
  alert: 'test',
  upalert: 'up',
  startupalert: 'startup',
  ackalert: 'ack',
  disablealert: 'disable',
}

export function onTestAlert(
  state: State,
  { service: key, list, exit, period: label }: Extract<Command, { kind: 'test-alert' }>,
  write: Scribe,
  now: Now,
): Carried {
  const found = serviceOf(state, key, write)
  if (found === null) return refused(`there is no service ${key}`)
  const { service, state: told } = found
  const period = service.periods.find((one) => one.label === label)
  if (period === undefined) return refused(`${key} has no period "${periodName(label)}"`)
  const alert = kinds[list]
  const send = callsOf(period, alert).filter((call) => call.missing !== true)
  const tellings = [{ period, alert, send, quiet: null, repeated: false, before: null, ack: told.ack }]
  const { opstatus } = told
  const facts = { exit: Number(exit) || 0, retval: exit, opstatus, summary: 'test', detail: 'test detail\n', output }
  const decided = tell(state, { service, told, after: told, tellings, ...facts, isTest: true }, write, now)
  const text =
    send.length === 0
      ? `period "${periodName(label)}" has no ${list} to try`
      : `handed on: ${send.map((call) => call.text).join(', ')}`
  return done(decided.state, text, decided.effects)
}

/** What mon gives them to read. */
const output = 'test\ntest detail\n'

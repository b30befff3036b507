/** What operators ask about notifications: what waits, whom a failure would reach, and whether a receiver is reached. */
import { callsNamed } from '../engine/command/test-receiver.ts'
import { routeOf } from '../engine/route.ts'
import { sentence } from '../engine/words.ts'
import type { Entry } from '../model/entry.ts'
import type { AlertCall, Model } from '../model/model.ts'
import { type Id, id, type ServiceKey } from '../model/names.ts'
import { calledName } from '../model/receiver.ts'
import type { Answer, Request } from '../model/request.ts'
import { type Now, wallTime } from '../model/units.ts'
import { nameMeant, serviceMeant } from './meant.ts'
import { given, type PoolDaemon } from './pool-commands.ts'

export interface AlertDaemon extends PoolDaemon {
  now(): Now
  /** What would be sent, without sending it. */
  render(call: AlertCall, up: boolean): string
  /** What became of these deliveries, once it is known of all, or after a while. */
  outcomes(deliveries: readonly Id[]): Promise<readonly Entry[]>
}

export function dropped({ subject = '', who = 'somebody' }: Request, daemon: AlertDaemon): Promise<Answer> {
  const isService = subject.includes('/')
  const service = isService ? (subject as ServiceKey) : null
  return given({ kind: 'drop-deliveries', service, delivery: isService ? null : id(subject) }, who, daemon)
}

export function routed({ subject = '', at, share: exit = 1 }: Request, daemon: AlertDaemon): Answer {
  const state = daemon.state()
  const index = state.model.serviceIndex.get(subject as ServiceKey)
  const route =
    index === undefined ? null : routeOf(state, index, at === undefined ? daemon.now().wall : wallTime(at), exit)
  if (route !== null) return { ok: true, data: route }
  return { ok: false, text: `there is no service ${subject}${serviceMeant(subject, state.model)}` }
}

/** `text` is `send` or `render`, with `-up` behind it for the end of a failure. */
export async function tested(
  { subject = '', text = 'render', who = 'somebody' }: Request,
  daemon: AlertDaemon,
): Promise<Answer> {
  const state = daemon.state()
  const up = text.endsWith('-up')
  const calls = callsNamed(state, subject)
  if (calls.length === 0) {
    return { ok: false, text: untestable(subject, state.model) }
  }
  if (!text.startsWith('send')) {
    const previews = calls.map((call) => ({ to: calledName(call), text: daemon.render(call, up) }))
    return { ok: true, data: { previews } }
  }
  return sentAndAnswered(
    daemon.post({ kind: 'command', who, command: { kind: 'test-receiver', name: subject, up } }),
    daemon,
  )
}

function untestable(subject: string, model: Model): string {
  if (model.serviceIndex.has(subject as ServiceKey)) return `${subject} has no alert line, so it tells nobody`
  const receivers = [...model.receivers.keys()]
  const meant = subject.includes('/') ? serviceMeant(subject, model) : nameMeant(subject, receivers, 'receivers')
  return `no receiver and no service that tells anybody is called "${subject}"${meant}`
}

/** What the entries of the command say was handed on, and what came of it. */
async function sentAndAnswered(entries: readonly Entry[], daemon: AlertDaemon): Promise<Answer> {
  const command = entries.find((entry) => entry.kind === 'command')
  if (command?.outcome !== 'done') return { ok: false, text: command?.text ?? 'the daemon gave no answer' }
  const handed = entries.flatMap((entry) => (entry.kind === 'alert' ? [entry.delivery] : []))
  // What found no room was not handed on.
  const unsent = entries.filter(({ kind }) => kind === 'quiet')
  await daemon.kept()
  const outcomes = await daemon.outcomes(handed)
  const results = [...unsent, ...outcomes].map((entry) => ({
    well: entry.kind === 'delivery' && entry.outcome === 'sent',
    text: sentence(entry),
  }))
  return { ok: true, data: { results, waiting: handed.length - outcomes.length } }
}

/**
 * A message to one webhook: what is sent, then sending it. Where one message takes several requests (a number each), those
 * that got through are not made again.
 */
import type { AlertContext, AlertMessage, AlertOutcome } from '../../model/alert.ts'
import type { Milliseconds } from '../../model/units.ts'
import { milliseconds } from '../../model/units.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import { encoded, PLAIN_TYPE, plainBody, presetTemplate, warned } from '../../wire/webhook/body.ts'
import type { Json, JsonObject, Preset, PresetRequest } from '../../wire/webhook/request.ts'
import { withoutSecrets } from '../../wire/webhook/secrets.ts'
import { judged } from '../../wire/webhook/verdict.ts'
import { type WebhookView, webhookView } from '../../wire/webhook/view.ts'
import { clock } from '../clock.ts'
import { localTime } from '../local-time.ts'
import type { Attempt } from '../probe/attempt.ts'
import { startAttempt } from '../probe/attempt.ts'
import type { WebhookOptions } from './options.ts'
import { type Post, post } from './post.ts'
import { type Prepared, prepare } from './prepare.ts'
import { signatureHeaders } from './sign.ts'

export interface Outgoing extends Post {
  /** Whom it is for, where there are several; otherwise empty. */
  readonly to: string
}

export type Composed =
  | { readonly kind: 'composed'; readonly list: readonly Outgoing[]; readonly problem: string }
  | { readonly kind: 'nothing'; readonly why: string }

/** Methods whose requests have no body (RFC 9110 §9.3.1, §9.3.2). */
const WITHOUT_BODY = ['GET', 'HEAD']

export async function deliver(
  message: AlertMessage,
  options: WebhookOptions,
  context: AlertContext,
): Promise<AlertOutcome> {
  const ready = prepare(options, context)
  if (ready.kind === 'wrong') return { kind: 'failed', retry: true, text: oneLine(ready.faults.join('; '), 1000) }
  const composed = compose(viewOf(message, context), message, options, ready)
  if (composed.kind === 'nothing') return { kind: 'sent', text: oneLine(`nothing was sent: ${composed.why}`, 500) }

  const before = context.reached ?? []
  const waiting = composed.list.filter(({ to }) => to === '' || !before.includes(to))
  const attempt = startAttempt(context.timeout, context.signal)
  const told: Told[] = []
  // One after the other: two requests at once to a receiver that counts them would be one too many.
  for (const request of waiting) told.push(await tell(request, ready, attempt))
  attempt.end()
  return outcomeOf(told, before, ready.shown, composed.problem)
}

export function viewOf(message: AlertMessage, context: AlertContext): WebhookView {
  const links = { ack: context.ackLink?.(message) ?? null, of: (one: AlertMessage) => context.ackLink?.(one) ?? null }
  return webhookView(message, context.mail.hostname, localTime, links)
}

export function compose(view: WebhookView, message: AlertMessage, options: WebhookOptions, ready: Prepared): Composed {
  const { preset, settings } = ready
  const common = { ...commonHeaders(message), ...operatorHeaders(options) }
  if (preset === null) {
    const { method = 'POST', contentType = PLAIN_TYPE } = options
    const bearer: Record<string, string> = settings.token === '' ? {} : { Authorization: `Bearer ${settings.token}` }
    const { url, headers } = withoutUser(settings.url)
    const made = plainBody(view, ready.template, contentType, ready.templateFault)
    const body = WITHOUT_BODY.includes(method) ? null : made.text
    // The built-in body is JSON, whatever a template that is not used would have been.
    const isOwn = ready.template !== null && made.problem === ''
    const type: Record<string, string> = body === null ? {} : { 'Content-Type': isOwn ? contentType : PLAIN_TYPE }
    const all = merged({ ...type, ...headers, ...bearer }, common)
    return { kind: 'composed', list: [{ to: '', url, method, headers: all, body }], problem: made.problem }
  }
  const template = ready.template === null ? null : presetTemplate(view, ready.template, preset)
  const problem = typeof template === 'string' ? template : ready.templateFault
  const plan = preset.plan(warned(view, problem), settings)
  if (plan.kind === 'nothing') return plan
  const own = typeof template === 'string' ? null : template
  return { kind: 'composed', list: plan.list.map((one) => ofPreset(one, preset, own, common)), problem }
}

function ofPreset(request: PresetRequest, { contentType }: Preset, own: JsonObject | null, common: Headers): Outgoing {
  const { url, headers } = withoutUser(request.url)
  const body = encoded(request, request.templated ? own : null, contentType)
  const all = merged({ 'Content-Type': contentType, ...headers, ...request.headers }, common)
  return { to: request.to, method: request.method, url, headers: all, body }
}

type Headers = Readonly<Record<string, string>>

/** Every attempt at one message has the same id, so that a receiver knows a message that it has already. */
function commonHeaders({ id }: AlertMessage): Headers {
  const safe = id.slice(0, 200).replace(/[^\x21-\x7e]/g, '?')
  return { 'User-Agent': 'upalert', 'Idempotency-Key': safe, 'X-Upalert-ID': safe }
}

function operatorHeaders({ header = [] }: WebhookOptions): Headers {
  const pairs = header.map((line): [string, string] => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon), line.slice(colon + 1).trim()]
  })
  return Object.fromEntries(pairs)
}

/** A later header takes the place of an earlier one, whatever the case of its letters. */
function merged(first: Headers, second: Headers): Headers {
  const named = new Map<string, [string, string]>()
  for (const pair of [...Object.entries(first), ...Object.entries(second)]) named.set(pair[0].toLowerCase(), pair)
  return Object.fromEntries(named.values())
}

/** `https://user:password@host/` is basic authentication (RFC 7617), which is a header. */
function withoutUser(from: URL): { url: URL; headers: Headers } {
  if (from.username === '' && from.password === '') return { url: from, headers: {} }
  const url = new URL(from)
  url.username = ''
  url.password = ''
  const pair = `${decodeURIComponent(from.username)}:${decodeURIComponent(from.password)}`
  return { url, headers: { Authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

interface Told {
  readonly to: string
  readonly taken: boolean
  readonly retry: boolean
  readonly text: string
  readonly after: Milliseconds | null
}

async function tell(request: Outgoing, ready: Prepared, attempt: Attempt): Promise<Told> {
  const { to } = request
  const signature = signatureHeaders(ready.secret, request.body ?? '', clock.wall())
  const answer = await post({ ...request, headers: merged(request.headers, signature) }, ready, attempt)
  const clean = (text: string) => withoutSecrets(text, ready.secrets)
  if (answer.kind === 'failed') return { to, taken: false, retry: true, text: clean(answer.text), after: null }
  const waits: ((body: Json) => number | null) | undefined = ready.preset?.waits
  const verdict = judged({ ...answer, body: clean(answer.body) }, clock.wall(), waits)
  if (verdict.kind === 'taken') return { to, taken: true, retry: false, text: verdict.text, after: null }
  return { to, taken: false, ...verdict }
}

function outcomeOf(told: readonly Told[], before: readonly string[], shown: string, problem: string): AlertOutcome {
  const remark = problem === '' ? '' : `; the template is not used: ${problem}`
  const sentence = ({ to, text }: Told) => `${to === '' ? '' : `${to}: `}${text}`
  const failed = told.filter(({ taken }) => !taken)
  const taken = told.filter((one) => one.taken)
  if (failed.length === 0) {
    const what = told.length === 0 ? 'had it already' : taken.map(sentence).join('; ')
    return { kind: 'sent', text: oneLine(`${shown} ${what}${remark}`, 1500) }
  }
  const waits = failed.flatMap(({ after }) => (after === null ? [] : [after]))
  const retry = failed.some((one) => one.retry)
  return {
    kind: 'failed',
    retry,
    text: oneLine(`${shown} ${failed.map(sentence).join('; ')}${remark}`, 1500),
    reached: [...before, ...taken.map(({ to }) => to)].filter((to) => to !== ''),
    ...(waits.length === 0 || !retry ? {} : { after: milliseconds(Math.max(...waits)) }),
  }
}

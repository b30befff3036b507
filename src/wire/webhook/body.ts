/**
 * The bytes of a request's body: the built-in words, or the operator's template. A template that is wrong costs no message:
 * the built-in words go instead, with a warning in them.
 */

import { isObject } from './chats.ts'
import { mediaType } from './escape.ts'
import type { Json, JsonObject, Preset, PresetRequest } from './request.ts'
import { fill } from './template.ts'
import type { WebhookView } from './view.ts'

export interface Body {
  readonly text: string
  /** What is wrong with the template; empty if nothing is. */
  readonly problem: string
}

/** What a webhook without a preset and without a template sends. docs/webhooks.md names its fields. */
export function plainObject(view: WebhookView): JsonObject {
  return {
    ...{ version: 1, id: view.id, outage: view.outage },
    ...{ kind: view.kind, severity: view.severity, test: view.test, word: view.word, state: view.state },
    ...{ key: view.key, group: view.group, service: view.service, description: view.description },
    ...{ headline: view.headline, reason: view.reason, summary: view.summary, detail: view.detail },
    failing: view.failing.map(({ host, text }) => ({ host, text })),
    ...{ more: view.more, hosts: view.hostList, left: view.left },
    ...{ remedy: view.remedy, traffic: view.traffic, because: view.because, others: view.others },
    ...{ at: view.atIso, since: orNull(view.sinceIso), lastSuccess: orNull(view.lastSuccessIso) },
    ...{ lastedSeconds: view.lastedSeconds, failures: view.failures, acknowledged: view.acknowledged },
    ...{ director: view.director, why: view.whyCommand, ackLink: view.ackLink },
    members: view.members.map(plainObject),
    omitted: view.omitted,
    ...(view.warning === '' ? {} : { warning: view.warning }),
  }
}

const orNull = (text: string): string | null => (text === '' ? null : text)

export const PLAIN_TYPE = 'application/json'

/** Without a preset: the template's text as it is, whatever content type it is of. `missing`: why there is none. */
export function plainBody(view: WebhookView, template: string | null, contentType: string, missing: string): Body {
  const filled = template === null ? null : fill(template, view, contentType)
  if (filled?.kind === 'filled') return { text: filled.text, problem: '' }
  const problem = filled === null ? missing : filled.why
  return { text: JSON.stringify(plainObject(warned(view, problem))), problem }
}

/** With a preset, a template is a JSON object, also where its fields are sent as a form. */
export function presetTemplate(view: WebhookView, template: string, preset: Preset): JsonObject | string {
  const filled = fill(template, view, PLAIN_TYPE, preset.escape)
  if (filled.kind === 'wrong') return filled.why
  const made: Json = JSON.parse(filled.text)
  return isObject(made) ? made : 'it gives no JSON object'
}

export function encoded({ body, defaults, fixed }: PresetRequest, own: JsonObject | null, contentType: string): string {
  const all = { ...defaults, ...(own ?? body), ...fixed }
  if (mediaType(contentType) === 'application/x-www-form-urlencoded') {
    return new URLSearchParams(
      Object.entries(all).map(([key, value]): [string, string] => [key, asField(value)]),
    ).toString()
  }
  return JSON.stringify(all)
}

const asField = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))

export const warned = (view: WebhookView, problem: string): WebhookView =>
  problem === '' ? view : { ...view, warning: `the template is not used: ${problem}` }

/** What is wrong with a template, tried on an example; `null`: nothing. */
export function bodyFault(template: string, example: WebhookView, preset: Preset | null, type: string): string | null {
  if (preset === null) {
    const tried = fill(template, example, type)
    return tried.kind === 'wrong' ? tried.why : null
  }
  const made = presetTemplate(example, template, preset)
  return typeof made === 'string' ? made : null
}

/** What a preset makes of a message: requests, as data. */
import type { Escape } from './escape.ts'
import type { WebhookView } from './view.ts'

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export type JsonObject = { readonly [key: string]: Json }

/** What an operator has said of a preset's receiver; secrets are read from their files already. */
export interface PresetSettings {
  /** Where it goes: the preset's own address, or the operator's. */
  readonly url: URL
  readonly token: string
  readonly routingKey: string
  readonly chat: string
  readonly to: readonly string[]
  readonly from: string
  readonly topic: string
  readonly priority: string
}

export interface PresetRequest {
  /** Whom this one is for, where one message takes several requests; otherwise empty. */
  readonly to: string
  readonly method: 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** A template of the operator's takes its place. */
  readonly body: JsonObject
  /** What a template has to say otherwise if it wants it otherwise. */
  readonly defaults: JsonObject
  /** What no template can change: whom it is for, and which outage it is about. */
  readonly fixed: JsonObject
  /** Whether a template is asked at all: what only closes an incident has no words. */
  readonly templated: boolean
}

export type Plan =
  | { readonly kind: 'requests'; readonly list: readonly PresetRequest[] }
  /** This receiver has no word for such a message. */
  | { readonly kind: 'nothing'; readonly why: string }

/** The options by which a preset learns what its receiver wants to know. */
export type PresetOption = 'tokenFile' | 'routingKeyFile' | 'chat' | 'to' | 'from' | 'topic' | 'priority'

export interface Preset {
  readonly name: string
  /** For people: "Slack". */
  readonly title: string
  /** The receiver's own address; empty: everybody has one of their own, which is a secret. */
  readonly url: string
  readonly contentType: string
  readonly wants: readonly PresetOption[]
  readonly takes: readonly PresetOption[]
  /** Several messages can go as one. */
  readonly combines: boolean
  /** What a value goes through before it stands in a body, so that nobody is called and no link is made by it. */
  readonly escape: Escape
  /** What is wrong with its settings that a pattern cannot say; `null`: nothing. */
  readonly fault?: (settings: PresetSettings) => string | null
  readonly plan: (view: WebhookView, settings: PresetSettings) => Plan
  /** Seconds that an answer's body asks to wait, where there is no Retry-After. */
  readonly waits?: (body: Json) => number | null
}

/** One POST with a JSON body. */
export const posted = (
  url: URL,
  body: JsonObject,
  more: Partial<Pick<PresetRequest, 'headers' | 'fixed' | 'to' | 'defaults' | 'templated'>> = {},
): PresetRequest => ({
  to: '',
  method: 'POST',
  url,
  headers: {},
  fixed: {},
  defaults: {},
  templated: true,
  ...more,
  body,
})

export const one = (request: PresetRequest): Plan => ({ kind: 'requests', list: [request] })

/** A path below the address of an API; the address may itself stand below a proxy's prefix. */
export function below(url: URL, path: string): URL {
  const at = new URL(url)
  at.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`
  return at
}

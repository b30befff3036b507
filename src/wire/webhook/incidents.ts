/**
 * Receivers that keep an incident of their own for each outage: it is opened, acknowledged and closed by the same key. A
 * message that is no part of an outage is not sent.
 * Sources: PagerDuty, "Events API v2: Send an alert event" (routing_key, event_action, dedup_key of 255 characters, summary of
 * 1024); Opsgenie, "Alert API" (message of 130 characters, alias of 512, description of 15000; identifierType=alias).
 */
import { isFailing } from '../../model/alert.ts'
import { shorten } from '../mail/safe-text.ts'
import { below, type JsonObject, one, type Plan, type Preset, posted } from './request.ts'
import type { WebhookView } from './view.ts'
import { fitted, orNothing, wordsOf } from './words.ts'

type Deed = 'open' | 'acknowledge' | 'close'

/** What a test opens, its tried upalert closes. */
function deedOf({ kind }: WebhookView): Deed | null {
  if (isFailing(kind) || kind === 'test') return 'open'
  if (kind === 'ack') return 'acknowledge'
  return kind === 'up' ? 'close' : null
}

/** A test has an incident of its own: it must not close that of a real outage, which has the same service. */
const keyOf = (view: WebhookView): string => (view.test ? `test of ${view.key} on ${view.director}` : view.outage)

const nothing = (title: string, { word }: WebhookView): Plan => ({
  kind: 'nothing',
  why: `${title} has incidents only, and "${word}" is no part of one`,
})

const DEDUP_KEY = 255
const PAGERDUTY_SUMMARY = 1024
/** Of the details, which PagerDuty takes up to 512 KB of. */
const DETAIL = 8000

export const pagerduty: Preset = {
  name: 'pagerduty',
  title: 'PagerDuty',
  url: 'https://events.pagerduty.com/v2/enqueue',
  contentType: 'application/json',
  wants: ['routingKeyFile'],
  takes: [],
  combines: false,
  escape: (text) => text,
  fault: ({ routingKey }) =>
    /^[0-9A-Za-z]{32}$/.test(routingKey)
      ? null
      : 'a routing key of PagerDuty has 32 letters and digits, and this has not',
  plan(view, { url, routingKey }) {
    const deed = deedOf(view)
    if (deed === null) return nothing('PagerDuty', view)
    const action = { open: 'trigger', acknowledge: 'acknowledge', close: 'resolve' }[deed]
    const fixed = { routing_key: routingKey, event_action: action, dedup_key: keyOf(view).slice(0, DEDUP_KEY) }
    const { title, lines, link } = wordsOf(view)
    const payload = {
      summary: shorten(title, PAGERDUTY_SUMMARY),
      source: view.director,
      severity: view.test ? 'info' : 'critical',
      ...orNothing('timestamp', view.atIso),
      component: view.service,
      group: view.group,
      class: 'upalert',
      custom_details: { text: fitted(lines, { limit: DETAIL, escape: (line) => line }), ...detailsOf(view) },
    }
    const links = link === '' ? {} : { links: [{ href: link, text: 'Acknowledge' }] }
    // Only the event that opens an incident has a payload; the others are known by their key.
    const body: JsonObject = deed === 'open' ? { payload, client: 'upalert', ...links } : {}
    return one(posted(url, body, { fixed, templated: deed === 'open' }))
  },
}

const ALIAS = 512
const OPSGENIE_MESSAGE = 130
const OPSGENIE_DESCRIPTION = 15_000
const OPSGENIE_NOTE = 2000

export const opsgenie: Preset = {
  name: 'opsgenie',
  title: 'Opsgenie',
  url: 'https://api.opsgenie.com',
  contentType: 'application/json',
  wants: ['tokenFile'],
  takes: ['priority'],
  combines: false,
  escape: (text) => text,
  plan(view, { url, token, priority }) {
    const deed = deedOf(view)
    if (deed === null) return nothing('Opsgenie', view)
    const headers = { Authorization: `GenieKey ${token}` }
    const alias = keyOf(view).slice(0, ALIAS)
    const { title, lines, link } = wordsOf(view)
    const plain = (line: string) => line
    if (deed !== 'open') {
      const at = below(url, `/v2/alerts/${encodeURIComponent(alias)}/${deed}`)
      at.searchParams.set('identifierType', 'alias')
      const note = fitted([title, ...lines], { limit: OPSGENIE_NOTE, escape: plain })
      return one(posted(at, { source: view.director, note }, { headers, templated: false }))
    }
    const acknowledge = link === '' ? '' : `Acknowledge: ${link}`
    const body = {
      message: shorten(title, OPSGENIE_MESSAGE),
      description: fitted([title, ...lines, acknowledge], { limit: OPSGENIE_DESCRIPTION, escape: plain }),
      entity: view.key,
      source: view.director,
      priority: priority === '' ? (view.test ? 'P5' : 'P1') : `P${priority.replace(/^P/, '')}`,
      tags: ['upalert'],
      details: detailsOf(view),
    }
    return one(posted(below(url, '/v2/alerts'), body, { headers, fixed: { alias } }))
  },
}

/** Fields that rules of the receiver can be made of; strings all, as Opsgenie wants them. */
const detailsOf = (view: WebhookView) => ({
  service: view.key,
  director: view.director,
  ...orNothing('hosts', view.failing.map(({ host }) => host).join(', ')),
  ...orNothing('left', view.left.join('; ')),
  ...orNothing('since', view.sinceIso),
  ...orNothing('remedy', view.remedy),
  why: view.whyCommand,
  message: view.id,
})

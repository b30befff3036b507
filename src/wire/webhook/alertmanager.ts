/**
 * What Prometheus Alertmanager is told of an outage. It knows an alert by its labels alone, so they are the same from the
 * first message to the last; all that changes is an annotation. A failing alert that is not told again ends by itself at
 * `endsAt`.
 * Sources: Alertmanager API v2 (openapi.yaml: postableAlert), seen with 0.25; Prometheus "Clients" (send on while it fires).
 */
import { type AlertMessage, isFailing } from '../../model/alert.ts'
import { minutes, type WallTime } from '../../model/units.ts'
import { oneLine } from '../mail/safe-text.ts'
import type { WebhookView } from './view.ts'
import { fitted, utf8Bytes, wordsOf } from './words.ts'

export interface PostableAlert {
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
  readonly startsAt: string
  readonly endsAt: string
}

/** Until when an alert counts as firing that is not told again; five times as long as the daemon waits to do so. */
export const FIRING_FOR = minutes(5)

/** The words of the operator's labels: `severity=page`. The first part is a label's name of Prometheus'. */
export const LABEL_PATTERN = '^[a-zA-Z_][a-zA-Z0-9_]*=.+$'
/** Characters of an annotation. */
const ANNOTATION = 2000

/** `null`: nothing has begun or ended, and Alertmanager has no word for that. */
export function postableAlert(
  message: AlertMessage,
  view: WebhookView,
  labels: readonly string[],
  now: WallTime,
): PostableAlert | null {
  const tried = view.test
  if (!isFailing(message.kind) && message.kind !== 'up' && message.kind !== 'test') return null
  const ends = message.kind === 'up' ? Math.min(message.at, now) : now + FIRING_FOR
  // A clock that was set back must not make an alert end before it began, which is refused.
  const starts = Math.min(tried ? message.at : (message.firstFailure ?? message.at), message.kind === 'up' ? ends : now)
  return {
    labels: {
      alertname: 'upalert',
      ...{ key: view.key, group: view.group, service: view.service, director: view.director },
      ...Object.fromEntries(labels.map(labelOf)),
      // A test has a name of its own, so that its end is not taken for that of a real outage.
      ...(tried ? { test: 'true' } : {}),
    },
    annotations: annotationsOf(view),
    startsAt: new Date(starts).toISOString(),
    endsAt: new Date(ends).toISOString(),
  }
}

/** Alerts of one request, and its bytes: a proxy such as nginx takes no more than 1 MiB unless it is told otherwise. */
export const ALERTS_MOST = 500
const BYTES_MOST = 900_000

/** What is posted: lists of alerts. One that is too long by itself goes by itself. */
export function bodiesOf(alerts: readonly PostableAlert[]): readonly string[] {
  const bodies: string[][] = []
  let bytes = 0
  for (const alert of alerts) {
    const text = JSON.stringify(alert)
    const size = utf8Bytes(text) + 1
    const last = bodies.at(-1)
    if (last !== undefined && last.length < ALERTS_MOST && bytes + size <= BYTES_MOST) {
      last.push(text)
      bytes += size
    } else {
      bodies.push([text])
      bytes = size
    }
  }
  return bodies.map((texts) => `[${texts.join(',')}]`)
}

function labelOf(text: string): [string, string] {
  const equals = text.indexOf('=')
  return [text.slice(0, equals), oneLine(text.slice(equals + 1), ANNOTATION)]
}

function annotationsOf(view: WebhookView): Readonly<Record<string, string>> {
  const { title, lines } = wordsOf(view)
  const all: Readonly<Record<string, string>> = {
    summary: title,
    description: fitted(lines, { limit: ANNOTATION, escape: (line) => line }),
    left: view.left.join('; '),
    since: view.sinceIso,
    remedy: view.remedy,
    traffic: view.traffic,
    why: view.whyCommand,
    acknowledged: view.acknowledged,
    acknowledge: view.ackLink,
    message: view.id,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}

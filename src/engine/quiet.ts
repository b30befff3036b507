/** Why nothing was sent, in a sentence: the same words in the log, in `why` and in PostgreSQL. */

import { zonedText } from '../model/calendar/stamp.ts'
import { durationText } from '../model/duration.ts'
import type { QuietReason } from '../model/entry.ts'
import type { InMaintenance } from '../model/maintenance.ts'
import type { Period } from '../model/model.ts'
import { periodName } from '../model/period.ts'
import type { Ack, Disabled } from '../model/state.ts'
import { outboxLimit, serviceOutboxLimit } from './limits.ts'

export interface QuietFacts {
  readonly consecutive: number
  readonly sent: number
  readonly ack: Ack | null
  readonly disabled: Disabled | null
  readonly maintenance: InMaintenance | null
  /** The dependency that bears on it, as written. */
  readonly depends: string
}

/** `period`: `null` where the reason is not a period's. */
export function quietText(reason: QuietReason, period: Period | null, facts: QuietFacts): string {
  return (period === null ? null : periodReason(reason, period, facts)) ?? serviceReason(reason, facts)
}

function serviceReason(reason: QuietReason, facts: QuietFacts): string {
  switch (reason) {
    case 'stopped':
      return 'the scheduler is stopped'
    case 'watch-disabled':
      return 'the watch is disabled'
    case 'acknowledged':
      return `${facts.ack?.who || 'somebody'} has acknowledged the failure: ${facts.ack?.comment || 'no comment'}`
    case 'disabled':
      return `the service is disabled by ${facts.disabled?.who || 'somebody'}: ${facts.disabled?.reason || 'no reason given'}`
    case 'depends':
      return `it depends on ${facts.depends}, which fails as well`
    case 'depend-unknown':
      return `it depends on ${facts.depends || 'another service'}, which could not be worked out yet`
    case 'alert-missing':
      return 'the alert programs of this period do not exist'
    case 'no-alert-before':
      return 'nobody was told of the failure in this period, so nobody needs to be told of its end'
    case 'unpaired':
      return 'an upalert without an alert before it was sent already (quirks = mon-1.3)'
    case 'exit-out-of-range':
      return 'no alert line of this period asks for this exit status'
    case 'told-already':
      return 'who is told has been told of it, and the same fails; alertevery would repeat it'
    case 'maintenance':
      return `it is in maintenance until ${facts.maintenance === null ? 'later' : zonedText(facts.maintenance.until)}: ${facts.maintenance?.window ?? ''}`
    case 'flapping':
      return 'it changes too often; how it stands is told when it is calm'
    case 'outbox-full':
      return `${serviceOutboxLimit} notifications of this service, or ${outboxLimit} of all, wait for delivery already; mend what holds them up`
    default:
      return reason
  }
}

/** What only a period's own words explain; `null` for the rest. */
function periodReason(reason: QuietReason, period: Period, facts: QuietFacts): string | null {
  const { alertafter, alertevery } = period
  switch (reason) {
    case 'alertexitrange':
      return 'alertexitrange leaves this exit status out'
    case 'outside-period':
      return `it is outside the period "${periodName(period.label)}"`
    case 'numalerts-reached':
      return `numalerts allows ${period.numalerts}, and ${facts.sent} have been sent since the last success`
    case 'alertevery':
      return `alertevery allows one every ${alertevery === null ? '?' : durationText(alertevery.every)}${unlessText(alertevery)}`
    case 'alertafter-count':
      return `alertafter waits for ${alertafter.count} failures in a row; this is number ${facts.consecutive}`
    case 'alertafter-time':
      return `alertafter waits until it has failed for more than ${alertafter.time === null ? '?' : durationText(alertafter.time)}`
    case 'alertafter-window':
      return alertafter.window === null
        ? 'alertafter waits for more failures'
        : `alertafter waits for ${alertafter.window.count} failures within ${durationText(alertafter.window.time)}`
    case 'upalertafter':
      return `upalertafter asks for an outage of at least ${period.upalertafter === null ? '?' : durationText(period.upalertafter)}`
    default:
      return null
  }
}

function unlessText(alertevery: Period['alertevery']): string {
  switch (alertevery?.unless) {
    case 'summary':
      return ' while the summary stays the same'
    case 'detail':
      return ' while the output stays the same'
    default:
      return ''
  }
}

/**
 * Who is told: keepalived has one list of recipients, who get mail of every real server unless smtp_alert is off for it, and
 * one script for each end. Source: keepalived.conf(5), "notification_email", "smtp_alert", "notify_up".
 */
import type { AlertCall, Model, Notices, Place, Real, Service, Virtual } from '../../model/model.ts'
import type { ServiceKey } from '../../model/names.ts'
import type { Writing } from './checker.ts'
import { numberIn, textsIn } from './checker.ts'
import { commandText } from './quoting.ts'

export interface MailPlan {
  /** Empty: nobody gets mail. */
  readonly recipients: readonly string[]
  /** Who is told of services is told of real servers instead, since keepalived has no services. */
  readonly instead: boolean
  /** Checks whose mails become those of the real servers that follow them. */
  readonly ofChecks: ReadonlySet<ServiceKey>
}

type Options = Readonly<Record<string, unknown>>

export const optionsOf = ({ options }: { readonly options: unknown }): Options =>
  typeof options === 'object' && options !== null ? { ...options } : {}

/** The recipients that most servers have; where no pool tells anybody, those of its checks. */
export function mailPlanOf(model: Model): MailPlan {
  const ofPools = model.virtuals.flatMap((virtual) => [
    ...virtual.notices.down,
    ...virtual.notices.up,
    ...virtual.driftAlerts,
    ...virtual.reals.flatMap(({ notices }) => [...notices.down, ...notices.up]),
  ])
  const recipients = mostCommon(ofPools)
  const followed = new Set(
    model.virtuals.flatMap(({ reals }) => reals.flatMap(({ checks }) => checks.map((c) => c.service))),
  )
  const checks = model.services.filter(({ key }) => followed.has(key))
  if (recipients.length > 0) return { recipients, instead: false, ofChecks: mailing(checks, recipients) }
  const instead = mostCommon(checks.flatMap(alertsOf))
  return { recipients: instead, instead: instead.length > 0, ofChecks: mailing(checks, instead) }
}

const alertsOf = ({ periods }: Service): readonly AlertCall[] => periods.flatMap(({ alerts }) => alerts)

function mailing(checks: readonly Service[], recipients: readonly string[]): ReadonlySet<ServiceKey> {
  const isTheirs = (call: AlertCall) => same(recipientsOf(call) ?? [], recipients)
  return new Set(
    recipients.length === 0 ? [] : checks.filter((one) => alertsOf(one).some(isTheirs)).map(({ key }) => key),
  )
}

function mostCommon(calls: readonly AlertCall[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const call of calls) {
    const recipients = recipientsOf(call)
    if (recipients === null) continue
    const key = JSON.stringify(recipients)
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const [first] = [...counts].sort(([, a], [, b]) => b - a)
  return first === undefined ? [] : JSON.parse(first[0])
}

/** `null`: it is no mail, or names of this host's aliases, which a relay does not know. */
function recipientsOf(call: AlertCall): readonly string[] | null {
  if (call.module !== 'mail' || call.receiver !== undefined) return null
  const recipients = textsIn(optionsOf(call), 'recipients')
  return recipients.length > 0 && recipients.every((one) => /^[^\s{}"#!$]+$/.test(one)) ? recipients : null
}

/** What is left of notices when the mails that keepalived sends are taken out. */
interface Told {
  readonly mails: boolean
  readonly up: string | null
  readonly down: string | null
}

interface Words {
  readonly up: 'notify_up' | 'quorum_up'
  readonly down: 'notify_down' | 'quorum_down'
}

export class NoticeWriter {
  readonly #plan: MailPlan
  readonly #writing: Writing

  constructor(plan: MailPlan, writing: Writing) {
    this.#plan = plan
    this.#writing = writing
  }

  realLines({ notices, place, checks }: Real, about: string): string[] {
    const told = this.#toldBy(notices, { up: 'notify_up', down: 'notify_down' }, about, place)
    const mails = told.mails || checks.some(({ service }) => this.#plan.ofChecks.has(service))
    const quiet = this.#plan.recipients.length > 0 && !mails
    return [...scriptLines(told), ...(quiet ? ['smtp_alert no'] : [])]
  }

  virtualLines({ notices, driftAlerts, place, name }: Virtual): string[] {
    const told = this.#toldBy(notices, { up: 'quorum_up', down: 'quorum_down' }, `virtual ${name}`, place)
    const drift = driftAlerts.some((call) => this.#isOurs(call))
    for (const call of driftAlerts) {
      if (!this.#isOurs(call)) {
        this.#lose(
          call,
          `keepalived never sees what others change in its table: upalert tells those of notification_email`,
        )
      }
    }
    return [...scriptLines(told), ...this.#mailLine(told.mails, drift, place, name)]
  }

  /** Mail of the quorum only where it is switched on; of what others change, unless it is switched off. */
  #mailLine(quorum: boolean, drift: boolean, place: Place, name: string): string[] {
    if (this.#plan.recipients.length === 0) return []
    if (quorum && !drift) {
      this.#writing.losses.add(
        place,
        `virtual ${name}: no driftalert`,
        'with smtp_alert upalert tells of what others change, too',
      )
    }
    if (quorum) return ['smtp_alert']
    return drift || this.#plan.instead ? [] : ['smtp_alert no']
  }

  #toldBy({ up, down }: Notices, words: Words, about: string, place: Place): Told {
    const mailed = (calls: readonly AlertCall[]) => calls.some((call) => this.#isOurs(call))
    const [ofUp, ofDown] = [mailed(up), mailed(down)]
    if (ofUp !== ofDown) {
      this.#writing.losses.add(place, about, 'keepalived mails both ends, down and up: smtp_alert no switches both off')
    }
    return { mails: ofUp || ofDown, up: this.#script(up, words.up), down: this.#script(down, words.down) }
  }

  #script(calls: readonly AlertCall[], word: Words['up' | 'down']): string | null {
    let line: string | null = null
    for (const call of calls) {
      if (this.#isOurs(call)) continue
      const found: string | null = call.module === 'notify' && line === null ? this.#command(call, word) : null
      if (found === null) {
        this.#lose(
          call,
          `keepalived has one script for each end and one list of recipients: call it from the script of ${word}`,
        )
      } else line = found
    }
    return line
  }

  #command(call: AlertCall, word: string): string | null {
    const options = optionsOf(call)
    const command = commandText(textsIn(options, 'command'))
    if (command === null) return null
    const time = numberIn(options, 'timeout')
    if (time !== undefined && time !== NOTIFY_SECONDS) {
      this.#lose(call, `keepalived lets a script run as long as it wants: end it with timeout ${time} in front of it`)
    }
    return `${word} ${command} ${this.#writing.account(options)}`.trimEnd()
  }

  #isOurs(call: AlertCall): boolean {
    const recipients = recipientsOf(call)
    return recipients !== null && same(recipients, this.#plan.recipients) && !this.#plan.instead && isPlain(call)
  }

  #lose(call: AlertCall, why: string): void {
    this.#writing.losses.add(call.place, call.text, why)
  }
}

/** How long upalert lets a script run where nothing is written. */
const NOTIFY_SECONDS = 60

const same = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((one, i) => one === b[i])

/** Nothing but recipients is said. */
const isPlain = (call: AlertCall) =>
  Object.entries(optionsOf(call)).every(
    ([name, value]) => name === 'recipients' || value === undefined || value === false,
  )

const scriptLines = ({ up, down }: Told): string[] => [up, down].filter((line) => line !== null)

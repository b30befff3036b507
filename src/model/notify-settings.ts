/** How people are told, beyond single lines: what the globals and blocks of mon.cf say of it. */
import type { AlertCall, Place } from './model.ts'
import { days, type Milliseconds, minutes } from './units.ts'

export interface NotifySettings {
  /** Who hears that notifications do not get through. */
  readonly undelivered: readonly AlertCall[]
  /** What has not got through for so long is such a case. */
  readonly undeliveredAfter: Milliseconds
  /** Where the page for links in messages is heard, `address:port`; `null`: nowhere. */
  readonly pageListen: { readonly address: string; readonly port: number; readonly place: Place } | null
  /** Where people reach it: `https://director.example.com/upalert`. Empty: messages have no links. */
  readonly pageUrl: string
  /** A directory of templates that take the place of the built-in ones. Empty: none. */
  readonly templates: string
  /** List-Id of mails (RFC 2919): `upalert.example.com`. Empty: none. */
  readonly mailListId: string
  readonly dkim: Dkim | null
  /** Networks that webhooks may reach although they are private, as CIDR. */
  readonly webhookAllow: readonly string[]
  /** How long PostgreSQL keeps entries and rollups; 0: for ever. */
  readonly keepHistory: Milliseconds
  readonly keepRollups: Milliseconds
}

/** RFC 6376: who signs our mails. */
export interface Dkim {
  readonly domain: string
  readonly selector: string
  /** PEM. */
  readonly keyFile: string
}

/** A `report` block of mon.cf: the last whole day, week or month, mailed at each date of a calendar. */
export interface ReportSchedule {
  readonly name: string
  readonly cron: string
  readonly zone: string
  readonly span: 'day' | 'week' | 'month'
  /** Keys of services; empty: all. */
  readonly services: readonly string[]
  readonly format: 'text' | 'html'
  /** Mail calls. */
  readonly calls: readonly AlertCall[]
  readonly place: Place
}

export const KEEP_QUIET: NotifySettings = {
  undelivered: [],
  undeliveredAfter: minutes(10),
  pageListen: null,
  pageUrl: '',
  templates: '',
  mailListId: '',
  dkim: null,
  webhookAllow: [],
  keepHistory: days(400),
  keepRollups: days(90),
}

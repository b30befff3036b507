/** The directives of ldirectord.cf, and how the value of each is read. Source: ldirectord(8); the defaults are in resolve/. */

import { recipients, sender, states } from './mail-values.ts'
import { readFallback } from './real.ts'
import { checktype, httpmethod, netmask, schedflags, scheduler, service } from './service-values.ts'
import {
  aCount,
  anyText,
  aPersistence,
  aPort,
  aTime,
  aTimeOrNone,
  flag,
  inQuotes,
  oneOf,
  type Read,
  type Reader,
  secretInQuotes,
  text,
  unquoted,
  wholeCommand,
} from './values.ts'
import type { Setting } from './words.ts'

/** A service's own counts before the one of all. */
const COMMON = {
  checktimeout: aTime,
  negotiatetimeout: aTime,
  checkinterval: aTime,
  checkcount: aCount,
  failurecount: aCount,
  fallback: (value, keyword, report) => readFallback(value, keyword, 4, report),
  fallback6: (value, keyword, report) => readFallback(value, keyword, 6, report),
  fallbackcommand: text,
  emailalert: recipients,
  emailalertfreq: aTimeOrNone,
  emailalertstatus: states,
  smtp: unquoted,
  quiescent: flag,
  cleanstop: flag,
} as const satisfies Table

export const GLOBAL = {
  ...COMMON,
  fallbackcommand: wholeCommand,
  autoreload: flag,
  callback: inQuotes,
  logfile: inQuotes,
  emailalertfrom: sender,
  execute: text,
  supervised: flag,
  fork: flag,
  readdquiescent: flag,
  maintenancedir: unquoted,
} as const satisfies Table

export const SERVICE = {
  ...COMMON,
  checktype,
  service,
  checkcommand: text,
  checkport: aPort,
  request: inQuotes,
  receive: inQuotes,
  httpmethod,
  virtualhost: anyText,
  login: inQuotes,
  passwd: secretInQuotes,
  database: inQuotes,
  secret: secretInQuotes,
  scheduler,
  schedflags,
  persistent: aPersistence,
  netmask,
  protocol: oneOf(['tcp', 'udp', 'fwm'] as const),
  ops: flag,
  monitorfile: unquoted,
  servicename: anyText,
  comment: anyText,
  load: anyText,
} as const satisfies Table

type Table = Readonly<Record<string, Reader<unknown>>>

export type SettingsOf<T extends Table> = { readonly [K in keyof T]?: Setting<NonNullable<Read<T[K]>>> }

export type CommonSettings = SettingsOf<typeof COMMON>
export type GlobalSettings = SettingsOf<typeof GLOBAL>
export type ServiceSettings = SettingsOf<typeof SERVICE>

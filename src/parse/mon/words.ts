/**
 * Every word of mon.cf that upalert knows: mon 1.3.6's own (mon manual, "CONFIGURATION FILE") and the ones we add.
 * A word that is recognised and not yet supported says what the operator does without meanwhile.
 */

/** `works`: supported. Otherwise what is lost, as a sentence without its full stop. */
type Standing = 'works' | { readonly lost: string }
export type WordTable = Readonly<Record<string, Standing>>

const lost = (text: string): Standing => ({ lost: text })

const noServer = lost('the client protocol is not served yet; use `upalert status` and the like')
const noTraps = lost('traps are not received yet')
const noDependencies = lost('dependencies are not evaluated yet: every failure is told by itself')
const noLogins = lost('there are no logins yet; who may open the unix socket may give commands')

export const GLOBAL_WORDS: WordTable = {
  basedir: 'works',
  cfbasedir: 'works',
  alertdir: 'works',
  mondir: 'works',
  statedir: 'works',
  logdir: 'works',
  maxprocs: 'works',
  randstart: 'works',
  database: 'works',
  mailserver: 'works',
  mailfrom: 'works',
  socket: 'works',
  plugin: 'works',
  demo_servers: 'works',
  demo_mailbox: 'works',
  authfile: noLogins,
  authtype: noLogins,
  userfile: noLogins,
  pamservice: noLogins,
  serverbind: noServer,
  serverport: noServer,
  clientallow: noServer,
  cltimeout: noServer,
  trapbind: noTraps,
  trapport: noTraps,
  pidfile: lost('no pid file is written; a service manager knows the process'),
  monerrfile: lost('the daemon stays in the foreground and logs to its standard output'),
  histlength: lost('histories keep their built-in length'),
  maxkeep: lost('histories keep their built-in length'),
  historicfile: lost('the alert history goes to the database only'),
  historictime: lost('the alert history goes to the database only'),
  dtlogging: lost('no downtime log is written; `upalert log` and the database have the outages'),
  dtlogfile: lost('no downtime log is written; `upalert log` and the database have the outages'),
  exclude_period: lost('checks run inside this period as well'),
  dep_recur_limit: noDependencies,
  dep_behavior: noDependencies,
  dep_memory: noDependencies,
  unack_summary: lost('an acknowledgement stays when the summary changes'),
  syslog_facility: lost('nothing is sent to syslog; the log is the standard output'),
  startupalerts_on_reset: lost('startup alerts are not sent yet'),
  monremote: lost('no program is told about disable, enable and test'),
}

export const SERVICE_WORDS: WordTable = {
  interval: 'works',
  monitor: 'works',
  randskew: 'works',
  description: 'works',
  timeout: 'works',
  cron: 'works',
  fall: 'works',
  rise: 'works',
  failure_interval: lost('a failing service is checked at its ordinary interval'),
  allow_empty_group: lost('an empty group is never checked'),
  exclude_hosts: lost('the hosts it names are checked as well'),
  exclude_period: lost('checks run inside this period as well'),
  depend: noDependencies,
  alertdepend: noDependencies,
  monitordepend: noDependencies,
  hostdepend: noDependencies,
  dep_behavior: noDependencies,
  dep_memory: noDependencies,
  unack_summary: lost('an acknowledgement stays when the summary changes'),
  redistribute: lost('no alert is called for every event yet'),
  traptimeout: noTraps,
  trapduration: noTraps,
}

export const PERIOD_WORDS: WordTable = {
  alert: 'works',
  upalert: 'works',
  alertevery: 'works',
  alertafter: 'works',
  numalerts: 'works',
  upalertafter: 'works',
  startupalert: lost('startup alerts are not sent yet'),
  ackalert: lost('alerts about acknowledgements are not sent yet'),
  disablealert: lost('alerts about disabling are not sent yet'),
  no_comp_alerts: lost('an upalert is sent only after an alert was'),
  alerts_dont_count: lost('its alerts are counted like all others'),
  alertexitrange: lost('alerts are sent for every failing exit status; `alert exit=N-M …` works'),
}

export const VIRTUAL_WORDS = [
  'address',
  'scheduler',
  'forward',
  'persistence',
  'quorum',
  'sorry',
  'on_fail',
  'real',
] as const
export type VirtualWord = (typeof VIRTUAL_WORDS)[number]

/** The words that begin a block. */
export const BLOCK_WORDS = ['hostgroup', 'watch', 'virtual', 'view', 'alias'] as const

export const standingOf = (table: WordTable, word: string): Standing | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

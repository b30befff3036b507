/** Every word of mon.cf: mon 1.3.6's own (mon manual, "CONFIGURATION FILE") and the ones we add. */

/** mon's, and behind the blank ours. */
const GLOBALS = [
  'basedir',
  'cfbasedir',
  'alertdir',
  'mondir',
  'statedir',
  'logdir',
  'authfile',
  'authtype',
  'userfile',
  'pamservice',
  'serverbind',
  'trapbind',
  'serverport',
  'trapport',
  'clientallow',
  'cltimeout',
  'pidfile',
  'monerrfile',
  'maxprocs',
  'histlength',
  'historicfile',
  'historictime',
  'dtlogging',
  'dtlogfile',
  'randstart',
  'exclude_period',
  'dep_recur_limit',
  'dep_behavior',
  'dep_memory',
  'unack_summary',
  'syslog_facility',
  'startupalerts_on_reset',
  'monremote',

  'quirks',
  'database',
  'mailserver',
  'mailfrom',
  'socket',
  'plugin',
  'demo_servers',
  'demo_mailbox',
  'drift',
  'on_start',
  'on_stop',
  'drain_limit',
  'maintenancedir',
  'keepalived',
  'pathmarks',
] as const
export type GlobalWord = (typeof GLOBALS)[number]
export const GLOBAL_WORDS: ReadonlySet<string> = new Set(GLOBALS)

/** Those that count for the services below them. */
export const SERVICE_DEFAULTS = ['dep_behavior', 'dep_memory', 'unack_summary'] as const
export type ServiceDefault = (typeof SERVICE_DEFAULTS)[number]

export const SERVICE_WORDS: ReadonlySet<string> = new Set([
  'interval',
  'failure_interval',
  'monitor',
  'randskew',
  'allow_empty_group',
  'description',
  'exclude_hosts',
  'exclude_period',
  'depend',
  'alertdepend',
  'monitordepend',
  'hostdepend',
  'dep_behavior',
  'dep_memory',
  'unack_summary',
  'redistribute',
  'traptimeout',
  'trapduration',

  'timeout',
  'cron',
  'fall',
  'rise',
  'first_fall',
  'retry_interval',
])

export const PERIOD_WORDS: ReadonlySet<string> = new Set([
  'alert',
  'upalert',
  'startupalert',
  'ackalert',
  'disablealert',
  'alertevery',
  'alertafter',
  'numalerts',
  'upalertafter',
  'no_comp_alerts',
  'alerts_dont_count',
  'alertexitrange',
])

export const VIRTUAL_WORDS = [
  'address',
  'scheduler',
  'forward',
  'persistence',
  'one_packet',
  'quorum',
  'hysteresis',
  'backup_below',
  'slow_start',
  'initial',
  'sorry',
  'on_fail',
  'ha_suspend',
  'alert',
  'upalert',
  'driftalert',
  'real',
] as const
export type VirtualWord = (typeof VIRTUAL_WORDS)[number]

/** The words that begin a block. */
export const BLOCK_WORDS = ['hostgroup', 'watch', 'virtual', 'view', 'alias'] as const

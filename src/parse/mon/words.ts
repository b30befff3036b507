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
  'director',
  'router_id',
  'ipvs_timeouts',
  'notify_fifo',
  'pathmarks',
  'undelivered',
  'undelivered_after',
  'page_listen',
  'page_url',
  'templates',
  'list_id',
  'dkim',
  'webhook_allow',
  'keep_history',
  'keep_rollups',
  'autoreload',
  'callback',
  'reload_check',
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
  'retries_while_down',
  'log_failures',
  'warmup',
  'only_with',
  'mail_words',
  'flap',
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

  'escalate',
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
  'doubling',
  'load_feedback',
  'initial',
  'sorry',
  'on_fail',
  'on_stop',
  'ha_suspend',
  'omega',
  'keepalived_name',
  'alert',
  'upalert',
  'driftalert',
  'realalert',
  'realupalert',
  'real',
] as const
export type VirtualWord = (typeof VIRTUAL_WORDS)[number]

export const RECEIVER_WORDS = ['alert', 'second', 'group_wait', 'group_by', 'digest', 'rate'] as const
export type ReceiverWord = (typeof RECEIVER_WORDS)[number]

export const MAINTENANCE_WORDS = ['cover', 'cron', 'timezone', 'lasts', 'reason'] as const
export type MaintenanceWord = (typeof MAINTENANCE_WORDS)[number]

export const REPORT_WORDS = ['cron', 'timezone', 'span', 'service', 'format', 'alert'] as const
export type ReportWord = (typeof REPORT_WORDS)[number]

/** Our blocks, with the words that stand in them. */
export const OWN_BLOCKS = {
  virtual: VIRTUAL_WORDS,
  receiver: RECEIVER_WORDS,
  maintenance: MAINTENANCE_WORDS,
  report: REPORT_WORDS,
} as const satisfies Readonly<Record<string, readonly string[]>>
export type OwnBlock = keyof typeof OWN_BLOCKS

export const isOwnBlock = (word: string): word is OwnBlock => Object.hasOwn(OWN_BLOCKS, word)

/** The words that begin a block. */
export const BLOCK_WORDS = [
  'hostgroup',
  'watch',
  'virtual',
  'view',
  'alias',
  'receiver',
  'maintenance',
  'report',
] as const

/** The words of virtual_server and real_server and how their values are read. Source: keepalived.conf(5); 2.2.7 tried. */
import { addressAndPort, forwarding, granularity } from '../addresses.ts'
import { command } from '../commands.ts'
import { initial } from '../initial.ts'
import { delayLoop, pause } from '../times.ts'
import { boolean, flag, integer, KEEPALIVED_LARGEST, oneOf, optional, text, timer } from '../values.ts'
import { inARow, LONGEST_TIMEOUT } from './checkers.ts'

export const SCHEDULERS = [
  ...(['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'mh', 'dh', 'fo', 'ovf', 'sed', 'nq', 'twos'] as const),
] as const

const INT = 2_147_483_647
/** 31 days, in seconds: the kernel's limit. */
const LONGEST_PERSISTENCE = 2_678_400
/** A day, in seconds. */
const LONGEST_SLOW_START = 86_400

const both = {
  virtualhost: text('a host name'),
  connect_timeout: timer(0, LONGEST_TIMEOUT, { above: true }),
  retry: integer(1, KEEPALIVED_LARGEST),
  delay_before_retry: pause,
  warmup: pause,
  delay_loop: delayLoop,
  smtp_alert: boolean,
  lvs_method: forwarding,
  snmp_name: text('a name'),
  // Words that keepalived does not have.
  ...inARow,
  initial,
}

export const VIRTUAL_SERVER = {
  ...both,
  lvs_sched: oneOf(SCHEDULERS),
  'flag-1': flag,
  'flag-2': flag,
  'flag-3': flag,
  'sh-port': flag,
  'sh-fallback': flag,
  'mh-port': flag,
  'mh-fallback': flag,
  ops: flag,
  hashed: flag,
  // 0, which keepalived refuses, stands for "off".
  persistence_timeout: optional(integer(0, LONGEST_PERSISTENCE), 360),
  persistence_granularity: granularity,
  persistence_engine: text('a name of at most 15 letters; the kernel knows sip', 15),
  protocol: oneOf(['TCP', 'UDP', 'SCTP'], { anyCase: true }),
  ip_family: oneOf(['inet', 'inet6']),
  alpha: flag,
  omega: flag,
  quorum: integer(1, KEEPALIVED_LARGEST),
  hysteresis: integer(0, KEEPALIVED_LARGEST),
  quorum_up: command,
  quorum_down: command,
  sorry_server: addressAndPort,
  sorry_server_inhibit: flag,
  sorry_server_lvs_method: forwarding,
  ha_suspend: flag,
  weight: integer(1, INT),
  inhibit_on_failure: flag,
  // Words that keepalived does not have.
  backup_below: integer(1, INT),
  slow_start: timer(0, LONGEST_SLOW_START),
}

export const REAL_SERVER = {
  ...both,
  weight: integer(0, INT),
  uthreshold: integer(0, KEEPALIVED_LARGEST),
  lthreshold: integer(0, KEEPALIVED_LARGEST),
  inhibit_on_failure: boolean,
  notify_up: command,
  notify_down: command,
  alpha: boolean,
  // A word that keepalived does not have.
  backup: boolean,
}

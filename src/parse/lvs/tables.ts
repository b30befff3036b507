/** The words of lvs.cf by where they stand, and how their values are read. Source: Piranha 0.8.6, tried. */
import { GREATEST_MARK, LONGEST_PERSISTENCE_SECONDS } from '../defaults.ts'
import { address, flag, host, integer, list, mask, onDevice, oneOf, port, seconds, text } from './values.ts'

/** Piranha knows these eight; the kernel has more. */
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh'] as const

/** A day: the time between two checks of one server, and for how long one must be well. */
const LONGEST = 86_400
export const GLOBALS = {
  serial_no: integer(0),
  primary: host,
  primary_private: host,
  primary_shared: text('a device'),
  backup: host,
  backup_private: host,
  backup_shared: text('a device'),
  backup_active: flag,
  service: oneOf(['lvs', 'fos']),
  heartbeat: flag,
  heartbeat_port: port({ named: true }),
  keepalive: seconds(1),
  deadtime: seconds(1),
  network: oneOf(['nat', 'direct', 'tunnel']),
  nat_router: onDevice,
  nat_nmask: mask,
  reservation_conflict_action: oneOf(['nothing', 'preempt']),
  debug_level: text(),
  rsh_command: text('a command'),
  monitor_links: flag,
  syncdaemon: flag,
  syncd_iface: text('an interface'),
  syncd_id: integer(0, 255),
  tcp_timeout: seconds(0),
  tcpfin_timeout: seconds(0),
  udp_timeout: seconds(0),
  active_cmd: text('a command'),
  inactive_cmd: text('a command'),
  hard_shutdown: flag,
  ipvsadm: text('a path'),
  sync: flag,
}

/** Of `failover` as well. */
export const VIRTUAL = {
  active: flag,
  address: onDevice,
  vip_nmask: mask,
  sorry_server: address,
  fwmark: integer(0, GREATEST_MARK),
  protocol: oneOf(['tcp', 'udp']),
  port: port({ named: true }),
  scheduler: oneOf(SCHEDULERS),
  persistent: seconds(0, LONGEST_PERSISTENCE_SECONDS),
  pmask: mask,
  load_monitor: oneOf(['none', 'uptime', 'rup', 'ruptime']),
  timeout: seconds(1, LONGEST),
  reentry: seconds(0, LONGEST),
  quiesce_server: flag,
  send: text(),
  expect: text(),
  use_regex: flag,
  send_program: text('a command'),
  client_monitor: text('a path'),
  start_cmd: text('a command'),
  stop_cmd: text('a command'),
  master: host,
  dirs: list,
  expect_program: text(),
}

export const SERVER = {
  address: host,
  active: flag,
  port: port({ named: false }),
  weight: integer(0),
  nmask: text(),
}

/** Words that Piranha's own tools write or name and its parser refuses: nothing comes of them, here or there. */
export const REFUSED: Readonly<Record<string, string>> = {
  expect_program: 'Piranha itself refuses a file with this word, which only its web pages know',
  nmask: 'Piranha itself refuses a file with this word: a real server has no netmask',
}

/** Words of Piranha's documents that no version of it has read. */
export const NEVER: Readonly<Record<string, string>> = {
  debug: 'the manual page means debug_level, which does nothing: take the line out',
  file_sync: 'no Piranha reads it: take the line out, and copy files by other means',
  vsadm: 'it is called ipvsadm, and upalert talks to the kernel itself: take the line out',
}

/** What begins a block. */
export const BLOCKS = ['virtual', 'failover', 'server'] as const
export type BlockWord = (typeof BLOCKS)[number]

/** Each level's name in a sentence. */
export const LEVELS = {
  global: { name: 'the globals', table: GLOBALS, home: 'it belongs outside all blocks' },
  virtual: { name: 'a virtual', table: VIRTUAL, home: 'it belongs in a virtual block' },
  server: { name: 'a server', table: SERVER, home: 'it belongs in a server block' },
} as const
export type Level = keyof typeof LEVELS

/** What counts where nothing is written. Source: Piranha 0.8.6; its manual page has other values for some. */
export const DEFAULTS = { port: 80, timeout: 10, reentry: 180, weight: 1, scheduler: 'wlc' } as const

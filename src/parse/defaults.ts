/**
 * Every default of mon.cf: the value, its unit by its type, and where it comes from. mon's are from the mon manual,
 * "CONFIGURATION FILE"; ours carry their reason.
 */
import { days, type Milliseconds, milliseconds, minutes, seconds, type Weight, weight } from '../model/units.ts'

/** mon's own directories, so that a mon.cf moved here finds the same programs. */
export const DEFAULT_BASEDIR = '/usr/lib/mon'
export const DEFAULT_CFBASEDIR = '/etc/mon'
export const DEFAULT_MONDIR: readonly string[] = ['/usr/local/lib/mon/mon.d', 'mon.d']
export const DEFAULT_ALERTDIR: readonly string[] = ['/usr/local/lib/mon/alert.d', 'alert.d']
/** Ours, since the state of two daemons must not mix; mon has /var/lib/mon and /var/log/mon. */
export const DEFAULT_STATEDIR = '/var/lib/upalert'
export const DEFAULT_LOGDIR = '/var/log/upalert'

/** What mon looks for in these places. */
export const DEFAULT_AUTHFILE = 'auth.cf'
export const DEFAULT_USERFILE = 'monusers.cf'
export const DEFAULT_AUTHTYPES: readonly string[] = ['getpwnam']
export const DEFAULT_PAMSERVICE = 'passwd'
/** Empty: loopback. mon listens on all addresses; opening a daemon to the network should be somebody's wish. */
export const DEFAULT_BIND = ''
/** mon asks services(5) for `mon` first, which has the same number. */
export const DEFAULT_PORT = 2583
/** A client that says nothing. mon manual, "cltimeout". */
export const DEFAULT_CLTIMEOUT: Milliseconds = seconds(30)
/** Entries of alerts and of failures that clients are shown. mon manual, "histlength". */
export const DEFAULT_HISTLENGTH = 100
export const GREATEST_HISTLENGTH = 100_000
export const DEFAULT_DTLOGFILE = 'downtime.log'
export const DEFAULT_MONERRFILE = '/dev/null'
/** Empty: nothing goes to syslog, since the journal and standard output have it all. mon has `daemon`. */
export const DEFAULT_SYSLOG_FACILITY = ''
/** A chain of dependencies that is longer is never satisfied. mon manual, "dep_recur_limit". */
export const DEFAULT_DEP_RECUR_LIMIT = 10
export const GREATEST_DEP_RECUR_LIMIT = 1000
/** mon manual, "dep_behavior". */
export const DEFAULT_DEP_BEHAVIOR = 'a'
/** mon manual, "dep_memory": a service that recovered is well at once. */
export const DEFAULT_DEP_MEMORY: Milliseconds = seconds(0)
/** Regular expressions for clients, and characters of each. */
export const MOST_CLIENT_PATTERNS = 1000
export const LONGEST_CLIENT_PATTERN = 1000

/** Monitor programs at once. mon has no limit; here every number of things at once has one. */
export const DEFAULT_MAXPROCS = 100
/** `null`: the daemon spreads the first checks by itself. mon starts them all at once. */
export const DEFAULT_RANDSTART: Milliseconds | null = null

/** PostgreSQL kept by the daemon itself in statedir. */
export const DEFAULT_DATABASE = 'embedded'
/** The machine's own relay (RFC 5321: port 25). */
export const DEFAULT_MAILSERVER = 'smtp://127.0.0.1:25'
export const defaultMailfrom = (hostname: string): string => `upalert@${hostname === '' ? 'localhost' : hostname}`
/** Empty: `upalert.sock` in statedir. */
export const DEFAULT_SOCKET = ''
/** Longest path a unix socket can have: sun_path of unix(7), less its NUL. */
export const LONGEST_SOCKET_PATH = 107

/** A check may take this long. mon waits for ever; keepalived.conf(5) connect_timeout is 5 s. */
export const DEFAULT_TIMEOUT: Milliseconds = seconds(10)
/** With `quirks = mon-1.3` a monitor program may, so that one that mon waited for still comes to its end. */
export const PATIENT_TIMEOUT: Milliseconds = minutes(5)
/** One failing result is a failure, one passing result an end of it: mon's behaviour. */
export const DEFAULT_FALL = 1
export const DEFAULT_RISE = 1
/** A run of more results than this is most likely a mistake; keepalived.conf(5), retry, takes as many as fit 32 bits. */
export const MOST_IN_A_ROW = 1000
export const GREATEST_IN_A_ROW = 4_294_967_296
/** 0: no limit. mon manual, "numalerts". */
export const DEFAULT_NUMALERTS = 0

/** Changes of status that make a service one that flaps; a number beyond is never reached in any sensible time. */
export const LEAST_FLAPS = 2
export const MOST_FLAPS = 100
export const LONGEST_FLAP: Milliseconds = days(1)

/** Services that one dependency may name. */
export const MOST_DEPENDENCIES = 1000
/** Parentheses and negations within each other that a dependency may have. */
export const DEEPEST_EXPRESSION = 100

/** ipvsadm(8) and keepalived.conf(5), lvs_sched. */
export const DEFAULT_SCHEDULER = 'wlc'
/** keepalived.conf(5), lvs_method. */
export const DEFAULT_FORWARD = 'masq'
export const DEFAULT_PERSISTENCE_SECONDS = 0
/** ipvsadm(8) refuses more: 31 days. */
export const LONGEST_PERSISTENCE_SECONDS = 31 * 24 * 60 * 60
/** keepalived.conf(5), quorum and weight. */
export const DEFAULT_QUORUM: Weight = weight(1)
export const DEFAULT_WEIGHT: Weight = weight(1)
/** linux/ip_vs.h keeps a weight in a signed 32-bit number. */
export const GREATEST_WEIGHT = 2_147_483_647
/** Thresholds are unsigned 32-bit numbers in linux/ip_vs.h; 0 is none. */
export const GREATEST_THRESHOLD = 4_294_967_295
/** keepalived.conf(5) removes a real server unless inhibit_on_failure is set. */
export const DEFAULT_ON_FAIL = 'remove'
/** keepalived.conf(5), hysteresis. */
export const DEFAULT_HYSTERESIS = 0
/** A recovered real server has its whole weight at once, as in keepalived and ldirectord. */
export const DEFAULT_SLOW_START: Milliseconds = milliseconds(0)
/** `address` lines of one virtual block. */
export const MOST_ADDRESSES = 100_000
/** Real servers in all pools together, once for each address of their pool. */
export const MOST_REALS = 1_000_000
/** `check` words of one real server. */
export const MOST_CHECKS = 1000
/** Checks `via vip` of a whole configuration; each needs a service and an entry of its own in the table. */
export const MOST_PATHS = 10_000
/** The first firewall mark of checks `via vip`: "up" in ASCII, far from the small numbers that people choose. */
export const DEFAULT_PATHMARKS = 0x7570_0000
/** Marks from it on by which edge/path knows its own again. */
export const PATHMARKS = 0x1_0000
/** A firewall mark is an unsigned 32-bit number, and 0 is none (linux/ip_vs.h). */
export const GREATEST_MARK = 0xffff_ffff

/** Receivers of a file, and channels of each. */
export const MOST_RECEIVERS = 1000
export const MOST_CHANNELS = 20
/** Calls that all lines with `to NAME` come to together: one for each channel. */
export const MOST_CHANNEL_CALLS = 500_000
/** Messages are told one by one, at once, and without a limit. */
export const DEFAULT_GROUP_WAIT: Milliseconds = seconds(0)
export const DEFAULT_GROUP_BY = 'receiver'
/** Nobody is left without word for longer because others might fail as well. */
export const LONGEST_GROUP_WAIT: Milliseconds = minutes(10)
/** Counts of `digest` and `rate`, and the time that they count over. */
export const MOST_MESSAGES = 1000
export const LONGEST_BURST: Milliseconds = days(1)
/** A second channel, an escalation, or word of what is not delivered, comes within this time or helps nobody. */
export const LONGEST_PATIENCE: Milliseconds = days(7)
/** Times of one period at which it escalates. */
export const MOST_ESCALATIONS = 20

/** `maintenance` blocks, what each covers, how long it lasts, and characters of its reason. */
export const MOST_WINDOWS = 1000
export const MOST_COVERED = 1000
export const LONGEST_MAINTENANCE: Milliseconds = days(31)
export const LONGEST_REASON = 1000
/** `report` blocks, and services of each. */
export const MOST_REPORTS = 100
export const MOST_REPORTED = 10_000
export const DEFAULT_SPAN = 'month'
export const DEFAULT_FORMAT = 'text'

/** Relays that are tried in order; no more are asked within one attempt (edge/mail/relays.ts). */
export const MOST_RELAYS = 5
/** Networks that webhooks may reach although they are private. */
export const MOST_NETWORKS = 100
/** The page for links in messages is for this machine's reverse proxy, unless an address is written. */
export const DEFAULT_PAGE_ADDRESS = '127.0.0.1'
/** RFC 2919 3: at most 255 characters. RFC 1035 2.3.4: at most 253 of a domain. */
export const LONGEST_LIST_ID = 255
export const LONGEST_DOMAIN = 253
/** The history is partitioned by day. */
export const LEAST_KEPT: Milliseconds = days(1)

/** The words of the checkers and how their values are read. Source: keepalived.conf(5), "Healthchecker"; 2.2.7 tried. */
import { MOST_IN_A_ROW } from '../../defaults.ts'
import { address, port } from '../addresses.ts'
import {
  digest,
  hexBytes,
  hexPattern,
  regexOptions,
  stackSizes,
  statusCodes,
  weightAndReverse,
} from '../check-values.ts'
import { command, pattern } from '../commands.ts'
import { account } from '../global-values.ts'
import { delayLoop, pause } from '../times.ts'
import { boolean, flag, integer, KEEPALIVED_LARGEST, oneOf, text, timer } from '../values.ts'

/** connect_timeout, in seconds: what microseconds in 32 bits hold. */
export const LONGEST_TIMEOUT = 4294.967295
/** A number that fits an int of C. */
const INT = 2_147_483_647

/** Words that keepalived does not have: results in a row that take a server down, and bring it back. */
export const inARow = { rise: integer(1, MOST_IN_A_ROW), fall: integer(1, MOST_IN_A_ROW) }

const again = {
  retry: integer(0, KEEPALIVED_LARGEST),
  delay_before_retry: pause,
  warmup: pause,
  delay_loop: delayLoop,
  alpha: boolean,
  log_all_failures: boolean,
  ...inARow,
}

/** What all checkers that connect have in common. */
const connecting = {
  connect_ip: address,
  connect_port: port,
  bindto: address,
  bind_port: port,
  bind_if: text('the name of an interface', 15),
  fwmark: integer(0, KEEPALIVED_LARGEST),
  connect_timeout: timer(0, LONGEST_TIMEOUT, { above: true }),
  ...again,
}

export const TCP_CHECK = connecting
export const PING_CHECK = connecting
/** The old sub-blocks of SMTP_CHECK. */
export const HOST = connecting
export const SMTP_CHECK = { ...connecting, helo_name: text('a host name') }

export const HTTP_GET = {
  ...connecting,
  virtualhost: text('a host name'),
  http_protocol: oneOf(['1.0', '1.0C', '1.0c', '1.1']),
  enable_sni: boolean,
  fast_recovery: boolean,
}

export const URL = {
  path: text('a path, such as /index.html', 2047),
  digest,
  status_code: statusCodes,
  virtualhost: text('a host name'),
  regex: pattern,
  regex_no_match: flag,
  regex_options: regexOptions,
  regex_min_offset: integer(0, KEEPALIVED_LARGEST),
  regex_max_offset: integer(0, KEEPALIVED_LARGEST),
  regex_stack: stackSizes,
  // Words of keepalived 2.3, which 2.2.7 does not know.
  username: text('a user name'),
  password: text('a password'),
  tls_compliant: flag,
}

export const DNS_CHECK = {
  ...connecting,
  type: oneOf(['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA', 'RRSIG', 'DNSKEY'], { anyCase: true }),
  name: text('a domain name', 253),
}

export const UDP_CHECK = {
  ...connecting,
  payload: hexBytes,
  require_reply: hexPattern,
  min_reply_length: integer(0, 65_535),
  max_reply_length: integer(0, 65_535),
}

export const MISC_CHECK = {
  ...again,
  misc_path: command,
  misc_timeout: integer(0, INT),
  misc_dynamic: flag,
  user: account,
}

export const FILE_CHECK = { track_file: text('the name of a track_file'), weight: weightAndReverse }
export const BFD_CHECK = { name: text('the name of a bfd_instance'), alpha: boolean }

/** The words of a `virtual` block, each with a line that shows it. */
import type { VirtualWord } from '../mon/words.ts'

export const EXAMPLES: Readonly<Record<VirtualWord, string>> = {
  address: 'address 192.0.2.1:80, address [2001:db8::1]:443/udp, or address fwmark 80 inet',
  scheduler: 'scheduler wlc, or scheduler sh sh-port',
  forward: 'forward nat, dr, tun or local',
  persistence: 'persistence 300',
  one_packet: 'one_packet yes',
  quorum: 'quorum 2',
  hysteresis: 'hysteresis 1',
  backup_below: 'backup_below 2',
  slow_start: 'slow_start 30s',
  doubling: 'doubling 32 20s',
  load_feedback: 'load_feedback 20s',
  initial: 'initial up, down, last-known, or wait 5s',
  sorry: 'sorry 192.0.2.9:8080, or sorry 127.0.0.1:8080 forward local inhibit',
  on_fail: 'on_fail drain, or on_fail remove',
  on_stop: 'on_stop keep, drain or clear',
  ha_suspend: 'ha_suspend yes',
  omega: 'omega yes',
  keepalived_name: 'keepalived_name [192.0.2.1]:tcp:80',
  alert: 'alert mail ops@example.com',
  upalert: 'upalert mail ops@example.com',
  driftalert: 'driftalert mail ops@example.com',
  realalert: 'realalert mail ops@example.com',
  realupalert: 'realupalert mail ops@example.com',
  real: 'real 10.1.1.2:8080 weight 1 check GROUP/SERVICE',
}

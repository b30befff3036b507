/** The words of a `virtual` block, each with a line that shows it. */
import { VIRTUAL_WORDS, type VirtualWord } from '../mon/words.ts'

export const isVirtualWord = (text: string): text is VirtualWord => VIRTUAL_WORDS.some((word) => word === text)

export const EXAMPLES: Readonly<Record<VirtualWord, string>> = {
  address: 'address 192.0.2.1:80, address [2001:db8::1]:443/udp, or address fwmark 80 inet',
  scheduler: 'scheduler wlc',
  forward: 'forward nat, dr, tun or local',
  persistence: 'persistence 300',
  quorum: 'quorum 2',
  sorry: 'sorry 192.0.2.9:8080',
  on_fail: 'on_fail drain, or on_fail remove',
  real: 'real 10.1.1.2:8080 weight 1 check GROUP/SERVICE',
}

/** What the doctor says: one thing that is wrong, what it breaks, and the command that mends it. */
import type { Facts } from '../model/facts.ts'
import type { Family } from '../model/table.ts'

/** `error`: clients are not served, or wrongly. `warning`: they will not be in some case. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note'

export interface Finding {
  /** A stable word for machines. */
  readonly code: string
  readonly severity: Severity
  /** One sentence: what is, and what it breaks. */
  readonly text: string
  /** Shell commands for root, in this order; empty where a machine's commands do not help, and `hint` says what does. */
  readonly mend: readonly string[]
  /** Where to write what, so that it is still so after the next boot. */
  readonly lasting: string
  readonly hint: string
}

interface Words {
  readonly mend?: readonly string[]
  readonly lasting?: string
  readonly hint?: string
}

export function finding(severity: Severity, code: string, text: string, words: Words = {}): Finding {
  return { code, severity, text, mend: words.mend ?? [], lasting: words.lasting ?? '', hint: words.hint ?? '' }
}

/** What could not be looked at is a warning: whoever asks by the exit status must not take it for health. */
export function unseenFinding(what: string, why: string): Finding {
  return finding('warning', 'unseen', `${what} could not be judged: ${why}.`)
}

/** A switch that has the wrong value: the commands that set it now, and the lines that set it at every boot. */
export function toSet(...settings: readonly (readonly [path: string, value: number | string])[]): Words {
  return {
    mend: settings.map(([path, value]) => quotedWords('sysctl', '-w', `${sysctlName(path)}=${value}`)),
    lasting: `${settings.map(([path, value]) => `"${sysctlName(path)} = ${value}"`).join(', ')} in /etc/sysctl.d/60-lvs.conf${
      settings.some(([path]) => path.startsWith('net/ipv4/vs/'))
        ? ', and "ip_vs" in /etc/modules-load.d/lvs.conf, since the switch is there only once the module is'
        : ''
    }`,
  }
}

/** sysctl(8) takes slashes instead of dots, which an interface named eth0.100 needs. */
export const sysctlName = (path: string): string => (path.includes('.') ? path : path.replaceAll('/', '.'))

/** Its value as a whole number; `null` where it is absent or no number. */
export function sysctl(facts: Facts, path: string): number | null {
  const text = facts.sysctls.get(path)
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : null
}

/** The greater of the value for `all` and the interface's: so the kernel takes rp_filter, arp_ignore and arp_announce. */
export function greater(facts: Facts, device: string, name: string): number | null {
  const all = sysctl(facts, `net/ipv4/conf/all/${name}`)
  const own = sysctl(facts, `net/ipv4/conf/${device}/${name}`)
  return all === null || own === null ? null : Math.max(all, own)
}

/** `192.0.2.1/32`, `2001:db8::1/128`: a virtual address brings no network with it. */
export const alone = (address: string): string => `${address}/${familyOf(address) === 6 ? 128 : 32}`

export const familyOf = (address: string): Family => (address.includes(':') ? 6 : 4)

/** Names that one sentence lists. */
const LISTED = 3

/** `web`, `web and dns`, `web, dns, mail and 4 more`. */
export function listed(names: readonly string[]): string {
  const unique = [...new Set(names)]
  const shown = unique.slice(0, LISTED)
  const rest = unique.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** A command line that a shell takes apart into exactly these words, whatever an interface is called. */
export function quotedWords(...words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}

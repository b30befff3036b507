/**
 * The lines of a virtual block that say how the kernel shares out connections: scheduler and its flags, persistence,
 * one_packet. Sources: ipvsadm(8); linux/ip_vs.h; net/netfilter/ipvs/ip_vs_pe_sip.c, which reads SIP over UDP only.
 */
import { schedulers, type TableServiceSettings } from '../../model/table.ts'
import { DEFAULT_PERSISTENCE_SECONDS, DEFAULT_SCHEDULER, LONGEST_PERSISTENCE_SECONDS } from '../defaults.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import { schedulerFlag, schedulerFlagNames } from '../scheduler-flags.ts'
import { parseDuration } from '../text/duration.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { type ResolvedAddress, servesOnly } from './virtual-address.ts'
import { type Lines, readYes } from './virtual-settings.ts'

export function readSettings(
  lines: Lines,
  addresses: readonly ResolvedAddress[],
  report: Report,
): TableServiceSettings {
  const persistence = lines.get('persistence')?.[0]
  const family = addresses.some(({ id }) => id.family === 6) ? 6 : 4
  const { seconds, prefix, engine } = readPersistence(persistence?.value, family, addresses, report)
  for (const { id, word } of addresses) {
    if (id.kind === 'mark' || id.port !== 0 || seconds > 0) continue
    const message = 'port 0 stands for all ports, which works only with persistence'
    const hint = 'write persistence 300 below it, or a port here'
    // Where somebody has written that there is none, it may be somebody else's file that says so.
    report[persistence === undefined ? 'error' : 'warning']('virtual-address', spanOf(word), message, hint)
  }
  return {
    ...readScheduler(lines.get('scheduler')?.[0]?.value, report),
    persistenceSeconds: seconds,
    prefix,
    onePacket: readOnePacket(lines.get('one_packet')?.[0]?.value, addresses, report),
    engine,
  }
}

/** `sh sh-port sh-fallback`. */
function readScheduler(value: Slice | undefined, report: Report) {
  const [word, ...flags] = value === undefined ? [] : plainWords(value)
  if (word === undefined) return { scheduler: DEFAULT_SCHEDULER, schedulerFlags: 0 }
  const scheduler = schedulers.includes(word.text) ? word.text : null
  if (scheduler === null) {
    const nearest = report.nearest(word.text, schedulers)
    const known = `one of ${schedulers.join(', ')}`
    const hint = nearest === null ? known : `did you mean ${nearest}? ${known}`
    report.error('scheduler', spanOf(word), `${quoted(word.text)} is not a scheduler`, hint)
  }
  let schedulerFlags = 0
  for (const flag of flags) schedulerFlags |= readFlag(flag, scheduler, report)
  return { scheduler: scheduler ?? DEFAULT_SCHEDULER, schedulerFlags }
}

function readFlag(word: Slice, scheduler: string | null, report: Report): number {
  const flag = schedulerFlag(word.text)
  const owner = /^(sh|mh)-/.exec(word.text)?.[1]
  if (flag !== undefined && (owner === undefined || scheduler === null || owner === scheduler)) return flag
  const message =
    flag === undefined
      ? `${quoted(word.text)} is not a flag of a scheduler`
      : `${quoted(word.text)} is a flag of the scheduler ${owner}, and this one is ${scheduler}`
  const nearest = report.nearest(word.text, schedulerFlagNames)
  const known = `one of ${schedulerFlagNames.join(', ')}`
  const hint = flag === undefined ? `${nearest === null ? '' : `did you mean ${nearest}? `}${known}` : 'leave it out'
  report.error('scheduler', spanOf(word), message, hint)
  return 0
}

/** `300`, `5m`, 0 for none, and behind it `netmask 255.255.255.0` (for IPv6 `netmask 64`) and `engine sip`. */
function readPersistence(
  value: Slice | undefined,
  family: 4 | 6,
  addresses: readonly ResolvedAddress[],
  report: Report,
) {
  const widest = family === 4 ? 32 : 128
  if (value === undefined) return { seconds: DEFAULT_PERSISTENCE_SECONDS, prefix: widest, engine: '' }
  const [time, ...words] = plainWords(value)
  const seconds = time === undefined ? null : persistenceSeconds(time.text)
  if (seconds === null) {
    const hint = `seconds from 1 to ${LONGEST_PERSISTENCE_SECONDS}, or a length of time: 300, 5m`
    const found = quoted(time?.text ?? '')
    report.error('persistence', spanOf(time ?? value), `${found} is not a time that clients can be kept`, hint)
  }
  let prefix = widest
  let engine = ''
  for (let i = 0; i < words.length; i += 2) {
    const [word, of] = [words[i], words[i + 1]]
    if (word === undefined) break
    if (word.text === 'netmask' && of !== undefined) prefix = readMask(of, family, report) ?? widest
    else if (word.text === 'engine' && of !== undefined) engine = readEngine(of, addresses, report)
    else {
      const hint = 'write persistence 300 netmask 255.255.255.0, or persistence 300 engine sip'
      report.error('persistence', spanOf(word), `${quoted(word.text)} is not understood here`, hint)
      break
    }
  }
  return { seconds: seconds ?? DEFAULT_PERSISTENCE_SECONDS, prefix, engine }
}

function persistenceSeconds(text: string): number | null {
  if (text === '0') return 0
  const parsed = /^\d{1,9}$/.test(text) ? null : parseDuration(text)
  const seconds = parsed === null ? Number(text) : parsed.kind === 'duration' ? Math.ceil(parsed.duration / 1000) : 0
  return seconds >= 1 && seconds <= LONGEST_PERSISTENCE_SECONDS ? seconds : null
}

function readMask(mask: Slice, family: 4 | 6, report: Report): number | null {
  const prefix = prefixOf(mask.text, family)
  if (prefix !== null) return prefix
  const hint = family === 4 ? '255.255.255.0, or 24' : 'a prefix length from 1 to 128'
  report.error('persistence', spanOf(mask), `${quoted(mask.text)} is not a netmask`, hint)
  return null
}

function prefixOf(text: string, family: 4 | 6): number | null {
  const number = text.replace(/^\//, '')
  if (/^\d{1,3}$/.test(number)) {
    return Number(number) >= 1 && Number(number) <= (family === 4 ? 32 : 128) ? Number(number) : null
  }
  if (family === 6 || !/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null
  const bits = text.split('.').map((part) => Number(part).toString(2).padStart(8, '0'))
  const match = /^(1+)0*$/.exec(bits.join(''))
  return match === null || bits.join('').length !== 32 ? null : (match[1]?.length ?? null)
}

function readEngine(word: Slice, addresses: readonly ResolvedAddress[], report: Report): string {
  if (word.text !== 'sip') {
    const message = `${quoted(word.text)} is not a persistence engine`
    report.error('persistence', spanOf(word), message, 'the kernel has one: engine sip')
  } else if (!servesOnly('udp', addresses)) {
    const message = 'the persistence engine sip reads SIP over UDP only'
    report.error('persistence', spanOf(word), message, 'write /udp behind the port of the address, or leave it out')
  } else return 'sip'
  return ''
}

function readOnePacket(value: Slice | undefined, addresses: readonly ResolvedAddress[], report: Report): boolean {
  if (value === undefined || !readYes(value, report)) return false
  if (servesOnly('udp', addresses)) return true
  const message = 'packets are scheduled one by one for UDP and firewall marks only'
  report.error('one-packet', spanOf(value), message, 'write /udp behind the port of the address, or leave it out')
  return false
}

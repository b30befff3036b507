/** The lines of a virtual block that set something: scheduler, persistence, quorum, sorry, on_fail. */
import type { Sorry } from '../../model/model.ts'
import { schedulers, type TableServiceId, type TableServiceSettings } from '../../model/table.ts'
import { type Weight, weight } from '../../model/units.ts'
import {
  DEFAULT_ON_FAIL,
  DEFAULT_PERSISTENCE_SECONDS,
  DEFAULT_QUORUM,
  DEFAULT_SCHEDULER,
  GREATEST_WEIGHT,
  LONGEST_PERSISTENCE_SECONDS,
} from '../defaults.ts'
import type { Statement } from '../mon/file.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { VirtualWord } from '../mon/words.ts'
import { parseDuration } from '../text/duration.ts'
import { isFault, parseEndpoint } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { type Front, readForward } from './real.ts'
import { EXAMPLES } from './virtual-examples.ts'

export type Lines = ReadonlyMap<VirtualWord, readonly Statement[]>

export function readSettings(lines: Lines, id: TableServiceId | null, report: Report): TableServiceSettings {
  const persistence = lines.get('persistence')?.[0]
  const { seconds, prefix } = readPersistence(persistence?.value, id?.family ?? 4, report)
  const address = lines.get('address')?.[0]
  if (id?.kind === 'address' && id.port === 0 && seconds === 0 && address !== undefined && persistence === undefined) {
    const message = 'port 0 stands for all ports, which works only with persistence'
    report.error('virtual-address', spanOf(address.value), message, 'write persistence 300 below it, or a port here')
  }
  return {
    scheduler: readScheduler(lines.get('scheduler')?.[0]?.value, report),
    persistenceSeconds: seconds,
    prefix,
    onePacket: false,
    schedulerFlags: 0,
    engine: '',
  }
}

function readScheduler(value: Slice | undefined, report: Report): string {
  if (value === undefined) return DEFAULT_SCHEDULER
  if (schedulers.includes(value.text)) return value.text
  const nearest = report.nearest(value.text, schedulers)
  const known = `one of ${schedulers.join(', ')}`
  const hint = nearest === null ? known : `did you mean ${nearest}? ${known}`
  report.error('scheduler', spanOf(value), `${quoted(value.text)} is not a scheduler`, hint)
  return DEFAULT_SCHEDULER
}

/** `300`, `5m`, `300 netmask 255.255.255.0` or, for IPv6, `300 netmask 64`. */
function readPersistence(value: Slice | undefined, family: 4 | 6, report: Report) {
  const widest = family === 4 ? 32 : 128
  if (value === undefined) return { seconds: DEFAULT_PERSISTENCE_SECONDS, prefix: widest }
  const [time, word, mask, extra] = plainWords(value)
  const seconds = time === undefined ? null : persistenceSeconds(time.text)
  if (seconds === null) {
    const hint = `seconds from 1 to ${LONGEST_PERSISTENCE_SECONDS}, or a length of time: 300, 5m`
    const found = quoted(time?.text ?? '')
    report.error('persistence', spanOf(time ?? value), `${found} is not a time that clients can be kept`, hint)
  }
  if (word !== undefined && (word.text !== 'netmask' || mask === undefined || extra !== undefined)) {
    const hint = 'write persistence 300 netmask 255.255.255.0'
    report.error('persistence', spanOf(word), `${quoted(word.text)} is not understood here`, hint)
  }
  const prefix = mask === undefined ? widest : prefixOf(mask.text, family)
  if (prefix === null && mask !== undefined) {
    const hint = family === 4 ? '255.255.255.0, or 24' : 'a prefix length from 1 to 128'
    report.error('persistence', spanOf(mask), `${quoted(mask.text)} is not a netmask`, hint)
  }
  return { seconds: seconds ?? DEFAULT_PERSISTENCE_SECONDS, prefix: prefix ?? widest }
}

function persistenceSeconds(text: string): number | null {
  const parsed = /^\d{1,9}$/.test(text) ? null : parseDuration(text)
  const seconds = parsed === null ? Number(text) : parsed.kind === 'duration' ? Math.ceil(parsed.duration / 1000) : 0
  return seconds >= 1 && seconds <= LONGEST_PERSISTENCE_SECONDS ? seconds : null
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

export function readOnFail(value: Slice | undefined, report: Report): 'drain' | 'remove' {
  if (value === undefined || value.text === 'remove') return DEFAULT_ON_FAIL
  if (value.text === 'drain') return 'drain'
  const message = `${quoted(value.text)} is not something to do with a real server that is down`
  report.error('on-fail', spanOf(value), message, 'drain (weight 0, connections finish) or remove')
  return DEFAULT_ON_FAIL
}

export function readQuorum(value: Slice | undefined, total: number, report: Report): Weight {
  if (value === undefined) return DEFAULT_QUORUM
  const quorum = /^\d{1,10}$/.test(value.text) ? Number(value.text) : 0
  if (quorum < 1 || quorum > GREATEST_WEIGHT) {
    const hint = 'a whole number from 1 on: the least total weight of real servers'
    report.error('quorum', spanOf(value), `${quoted(value.text)} is not a quorum`, hint)
    return DEFAULT_QUORUM
  }
  if (total === 0 || quorum <= total) return weight(quorum)
  const message = `a quorum of ${quorum} is never reached: all real servers together weigh ${total}`
  report.warning('quorum', spanOf(value), message, `it is taken as ${total}`)
  return weight(total)
}

/** `sorry ADDRESS:PORT [forward]`. */
export function readSorry(value: Slice | undefined, front: Front, report: Report): Sorry | null {
  if (value === undefined) return null
  const words = plainWords(value)
  const [address] = words
  const method = words[1]?.text === 'forward' && words[2] !== undefined ? words[2] : words[1]
  const extra = words[method === words[2] && words[2] !== undefined ? 3 : 2]
  if (address === undefined) return null
  const end = parseEndpoint(address.text, (word, known) => report.nearest(word, known))
  const forward = readForward(method, report) ?? front.forward
  const port = isFault(end) ? null : (end.port ?? (front.id.kind === 'address' ? front.id.port : 0))
  if (isFault(end)) report.error('sorry', spanOf(address), end.message, end.hint)
  else if (extra !== undefined)
    report.error('sorry', spanOf(extra), `${quoted(extra.text)} is one word too many`, EXAMPLES.sorry)
  else if (end.protocol !== null) {
    report.error('sorry', spanOf(address), 'the sorry server has no protocol of its own', 'leave out the part behind /')
  } else if (end.family !== front.id.family && forward !== 'tunnel') {
    const message = `${quoted(address.text)} and the virtual server are of different families of addresses`
    report.error('sorry', spanOf(address), message, 'only a tunnel connects the two: sorry ADDRESS:PORT tun')
  } else return { id: { family: end.family, address: end.address, port: port ?? 0 }, forward, inhibit: false }
  return null
}

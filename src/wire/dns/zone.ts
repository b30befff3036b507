/**
 * Whether name servers hold the same version of a zone as its masters.
 * Source: mon's dns.monitor, -zone, -master, -serial_threshold and -failsingle, and what its exit statuses mean. Serials
 * are compared as plain numbers, as there, and not around the end of RFC 1982's circle.
 */
import { type Answer, answerFault, type Fault } from './answer.ts'

/** What the masters say: the serial to compare with, or why there is none. */
export type Reference =
  | { readonly kind: 'serial'; readonly serial: number }
  | {
      readonly kind: 'fault'
      /** The master to be named before the zone in the summary, or nothing. */
      readonly named: string
      readonly exit: number
      readonly lines: readonly string[]
    }

export interface MasterAnswer {
  readonly master: string
  readonly answer: Answer
}

interface Strictness {
  readonly threshold: number
  /** One master that fails is enough. */
  readonly failsingle: boolean
}

/** The script's exit statuses. Its manual promises 252 where all masters fail, and it exits with 251. */
const MASTER_FAILED = 251
const MASTERS_DISAGREE = 252

export function referenceOf(zone: string, asked: readonly MasterAnswer[], strictness: Strictness): Reference {
  const serials = new Map<string, number>()
  const lines: string[] = []
  for (const { master, answer } of asked) {
    const found = soaOf(zone, answer)
    if ('serial' in found) {
      serials.set(master, found.serial)
      continue
    }
    lines.push(`${master}, a master of ${zone}, ${found.text}`)
    if (strictness.failsingle) return { kind: 'fault', named: master, exit: MASTER_FAILED, lines }
  }
  const [first] = serials.entries()
  if (first === undefined) return { kind: 'fault', named: '', exit: MASTER_FAILED, lines }

  let lowest = first
  let highest = first
  for (const one of serials) {
    if (one[1] < lowest[1]) lowest = one
    if (one[1] > highest[1]) highest = one
  }
  const serial = highest[1]
  if (serial - lowest[1] > strictness.threshold) {
    const line = `${lowest[0]}, a master of ${zone}, has serial ${lowest[1]}, and ${highest[0]} has ${serial}`
    return { kind: 'fault', named: lowest[0], exit: MASTERS_DISAGREE, lines: [line] }
  }
  if (serial > 0) return { kind: 'serial', serial }
  return { kind: 'fault', named: '', exit: MASTERS_DISAGREE, lines: [`the masters of ${zone} have serial 0`] }
}

/** What speaks against a server that should hold the zone in this version; `null` if nothing does. */
export function zoneFault(zone: string, answer: Answer, serial: number, threshold: number): Fault | null {
  const found = soaOf(zone, answer)
  if (!('serial' in found)) return found
  if (Math.abs(found.serial - serial) <= threshold) return null
  const most = threshold === 0 ? '' : ` and -serial_threshold allows ${threshold}`
  const text = `has serial ${found.serial} of ${zone} where the masters have ${serial}${most}`
  return { code: 'wrong-serial', text, blame: 'host' }
}

function soaOf(zone: string, answer: Answer): Fault | { readonly serial: number } {
  const fault = answerFault(answer, { name: zone, type: 'SOA' })
  if (fault !== null) return fault
  if (answer.kind === 'none') return answer
  const wrong = (code: string, text: string): Fault => ({ code, text, blame: 'host' })
  if (!answer.authoritative) return wrong('not-authoritative', `is not authoritative for ${zone}`)
  const [record, another] = answer.records
  if (record === undefined || another !== undefined) {
    return wrong('too-many-records', `answered ${answer.records.length} records for SOA of ${zone}`)
  }
  if (record.serial === null) return wrong('wrong-type', `answered ${record.type} for SOA of ${zone}`)
  return { serial: record.serial }
}

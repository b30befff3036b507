/**
 * The output of mon's dns.monitor, from what is wrong with each server: its summary line, blanks included, and its exit
 * status, which is the largest number of servers that failed one zone or lookup.
 */
import type { Host } from '../../model/names.ts'
import type { Lookup } from './lookup.ts'
import type { Reference } from './zone.ts'

export interface Output {
  readonly exit: number
  readonly summary: string
  /** Lines that speak of no host of the group. */
  readonly lines: readonly string[]
}

/** An exit status is a byte, and 256 servers that fail are no success. */
const MOST_EXIT = 255

interface ZoneReport {
  readonly zone: string
  readonly reference: Reference
  readonly failed: readonly Host[]
}

export function zonesOutput(reports: readonly ZoneReport[]): Output {
  const faults = reports.map(({ zone, reference, failed }) => {
    const isFault = reference.kind === 'fault'
    const named = isFault ? reference.named : failed.join(' ')
    return {
      exit: isFault ? reference.exit : failed.length,
      summary: `${named}(${zone}) `,
      lines: isFault ? reference.lines : [],
    }
  })
  return together(faults)
}

interface LookupReport {
  readonly lookup: Lookup
  readonly failed: readonly Host[]
}

/** The script names nobody where an answer is not the expected one; here it does. */
export function lookupsOutput(reports: readonly LookupReport[]): Output {
  const faults = reports.map(({ lookup, failed }) => {
    const summary = `${failed.map((host) => `${lookup.question.name}@${host} `).join('')} `
    return { exit: failed.length, summary, lines: [] }
  })
  return together(faults)
}

function together(faults: readonly Output[]): Output {
  const failing = faults.filter(({ exit }) => exit > 0)
  return {
    exit: Math.min(Math.max(0, ...failing.map(({ exit }) => exit)), MOST_EXIT),
    summary: failing.map(({ summary }) => summary).join(''),
    lines: failing.flatMap(({ lines }) => lines),
  }
}

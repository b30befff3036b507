/**
 * What `upalert try` prints: which part of the configuration a check stands for, what went over the wire, what became of
 * programs, the verdict on each host, and how long it took.
 */
import { encodeEscapes } from '../model/byte-escapes.ts'
import type { Place } from '../model/model.ts'
import type { RanProgram } from '../model/monitor.ts'
import type { CheckResult, HostResult, Timings } from '../model/result.ts'
import { hexDump } from '../wire/hex-dump.ts'
import { oneLine } from '../wire/mail/safe-text.ts'

/** One run of one check against one host. */
export interface Tried {
  /** "service web/http", "10.0.0.11:80 of www", "the command line". */
  readonly standsFor: string
  readonly place: Place | null
  /** The words of the monitor. */
  readonly monitor: string
  readonly exchange: readonly Exchanged[]
  /** Bytes of the exchange that were not kept. */
  readonly lost: number
  readonly result: CheckResult
  /** Where nanny would have judged otherwise. */
  readonly otherwise: string | null
}

export type Exchanged =
  | { readonly kind: 'sent' | 'received'; readonly bytes: Buffer }
  | ({ readonly kind: 'ran' } & RanProgram)

export const TRY_EXIT = { up: 0, down: 1, unknown: 3, misuse: 64 } as const

/** The worst of all: one that is down counts more than one that nothing is known of. */
export function tryExit(tried: readonly Tried[]): number {
  const hosts = tried.flatMap(({ result }) => result.hosts)
  if (hosts.some(({ kind }) => kind === 'down')) return TRY_EXIT.down
  const unclear = hosts.some(({ kind }) => kind === 'unknown') || tried.some(({ result }) => result.exit !== 0)
  return unclear ? TRY_EXIT.unknown : TRY_EXIT.up
}

/** Bytes of one piece that are shown as text; --hex shows all. */
const SHOWN = 4096
const LONGEST_TEXT = 1000
const MARGIN = 10

export function tryLines(tried: readonly Tried[], { hex }: { readonly hex: boolean }): string[] {
  return tried.flatMap((one, at) => [...(at === 0 ? [] : ['']), ...linesOf(one, hex)])
}

function linesOf(tried: Tried, hex: boolean): string[] {
  const { standsFor, place, monitor, exchange, lost, result, otherwise } = tried
  const where = place === null ? '' : `, ${place.file}:${place.line}`
  return [
    row('for', `${standsFor}${where}`),
    row('check', oneLine(monitor, LONGEST_TEXT)),
    ...exchange.flatMap((each) =>
      each.kind === 'ran' ? programLines(each, hex) : pieceLines(each.kind, each.bytes, hex),
    ),
    ...(lost > 0 ? [row('', `${lost} more bytes went over the wire and were not kept`)] : []),
    ...result.hosts.flatMap(hostLines),
    ...(result.exit !== 0 && result.hosts.every(({ kind }) => kind === 'up')
      ? [
          row(
            'result',
            `the check as a whole failed with exit status ${result.exit}: ${oneLine(result.summary, LONGEST_TEXT)}`,
          ),
        ]
      : []),
    ...result.warnings.map((text) => row('remark', oneLine(text, LONGEST_TEXT))),
    ...(otherwise === null ? [] : [row('nanny', otherwise)]),
  ]
}

const row = (label: string, text: string): string => `${label.padEnd(MARGIN)}${text}`.trimEnd()

function programLines({ command, end, output, errors }: RanProgram, hex: boolean): string[] {
  return [
    row('ran', command.map(shellWord).join(' ')),
    row('ended', oneLine(end, LONGEST_TEXT)),
    ...(output.length === 0 ? [row('printed', 'nothing')] : pieceLines('printed', Buffer.from(output), hex)),
    ...(errors === null || errors.length === 0 ? [] : pieceLines('errors', Buffer.from(errors), hex)),
  ]
}

/** Words with blanks in quotes, so that it can be seen where each ends. */
function shellWord(word: string): string {
  const text = encodeEscapes(Buffer.from(word))
  if (/^[\w@%+=:,./{}-]+$/.test(text)) return text
  return text.includes("'") ? `"${text}"` : `'${text}'`
}

function pieceLines(label: string, bytes: Buffer, hex: boolean): string[] {
  if (hex) {
    const dump = hexDump(bytes).trimEnd().split('\n')
    return dump.map((line, at) => row(at === 0 ? label : '', line.trimEnd()))
  }
  const lines = textLines(bytes.subarray(0, SHOWN))
  const more = bytes.length - SHOWN
  return [
    ...lines.map((line, at) => row(at === 0 ? label : '', `"${line}"`)),
    ...(more > 0 ? [row('', `… and ${more} more bytes; --hex shows all`)] : []),
  ]
}

/** A line of text a line, its end written out. */
function textLines(bytes: Buffer): string[] {
  const lines: string[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from)
    const next = end === -1 ? bytes.length : end + 1
    lines.push(readable(bytes.subarray(from, next)))
    from = next
  }
  return lines.length === 0 ? [''] : lines
}

/** UTF-8 is shown as the characters it is, where each of them can be seen; else as bytes. */
function readable(bytes: Buffer): string {
  const text = bytes.toString()
  if (!Buffer.from(text).equals(bytes)) return encodeEscapes(bytes)
  return text.replace(/[\\"\p{C}\p{Z}]/gu, (character) => {
    if (character === ' ') return ' '
    return character === '"' ? '\\"' : encodeEscapes(Buffer.from(character))
  })
}

const VERDICTS = {
  up: (host: string) => `${host} is up`,
  down: (host: string) => `${host} is down`,
  unknown: (host: string) => `nothing is known of ${host}`,
} as const

function hostLines(result: HostResult): string[] {
  const code = result.kind === 'up' ? '' : ` [${result.code}]`
  return [
    row(
      'verdict',
      `${VERDICTS[result.kind](oneLine(result.host, LONGEST_TEXT))}: it ${oneLine(result.text, LONGEST_TEXT)}${code}`,
    ),
    ...(result.kind === 'up' && result.share !== undefined ? [row('weight', shareText(result.share))] : []),
    row('times', timesText(result.timings)),
  ]
}

function shareText({ kind, value }: NonNullable<Extract<HostResult, { kind: 'up' }>['share']>): string {
  switch (kind) {
    case 'is':
      return `${value}, whatever is configured`
    case 'plus':
      return `the configured one and ${value}`
    case 'percent':
      return `${value} % of the configured one`
    case 'load':
      return `follows a load average of ${value} where load_feedback is on`
  }
}

function timesText({ connect, firstByte, total }: Timings): string {
  const known = [
    ...(connect === null ? [] : [`connect ${ms(connect)}`]),
    ...(firstByte === null ? [] : [`first byte ${ms(firstByte)}`]),
    `total ${ms(total)}`,
  ]
  return known.join(', ')
}

const ms = (time: number): string =>
  time < 10_000 ? `${Math.round(time * 10) / 10} ms` : `${Math.round(time / 100) / 10} s`

/** The same for programs: bytes as text with escapes, and with `hex` in hexadecimal as well. */
export function tryRecord(tried: readonly Tried[], { hex }: { readonly hex: boolean }): unknown {
  return tried.map(({ standsFor, place, monitor, exchange, lost, result, otherwise }) => ({
    for: standsFor,
    file: place?.file ?? null,
    line: place?.line ?? null,
    monitor,
    exchange: exchange.map((each) =>
      each.kind === 'ran'
        ? {
            kind: 'ran',
            command: each.command,
            status: each.status,
            end: each.end,
            ...texts('output', each.output, hex),
            ...texts('errors', each.errors, hex),
          }
        : { kind: each.kind, ...texts('text', each.bytes, hex) },
    ),
    lost,
    exit: result.exit,
    hosts: result.hosts,
    warnings: result.warnings,
    nanny: otherwise,
  }))
}

function texts(name: string, bytes: Uint8Array | null, hex: boolean): Record<string, string | null> {
  const text = bytes === null ? null : encodeEscapes(bytes)
  return hex && bytes !== null ? { [name]: text, [`${name}Hex`]: Buffer.from(bytes).toString('hex') } : { [name]: text }
}

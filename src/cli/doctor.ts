/** The doctor's findings for a terminal or as JSON, and its words on the command line. */
import type { Finding, Severity } from '../doctor/finding.ts'
import { GUE_PORT, type RealForward, type RealWords, type Wrapping } from '../doctor/real/subject.ts'
import { parseAddress } from '../parse/text/endpoint.ts'
import { coloured, type Loudness } from './columns.ts'

interface DoctorAnswer {
  readonly text: string
  /** 0: no errors and no warnings; 1: warnings; 2: errors. */
  readonly exit: 0 | 1 | 2
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']
const LOUDNESS: Readonly<Record<Severity, Loudness>> = { error: 'alarm', warning: 'warning', note: 'plain' }
/** Findings that are printed for people; a farm with one mistake a thousand times is told of fewer. */
const SHOWN = 200

export function doctorAnswer(
  findings: readonly Finding[],
  { json = false }: { readonly json?: boolean } = {},
): DoctorAnswer {
  const sorted = ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity))
  const count = (severity: Severity) => sorted.filter((finding) => finding.severity === severity).length
  const [errors, warnings, notes] = [count('error'), count('warning'), count('note')]
  const exit = errors > 0 ? 2 : warnings > 0 ? 1 : 0
  if (json) return { text: JSON.stringify({ errors, warnings, notes, findings: sorted }, null, 2), exit }
  const rest = sorted.length - SHOWN
  const lines = sorted.slice(0, SHOWN).flatMap((finding) => [...findingLines(finding), ''])
  const total =
    sorted.length === 0 ? 'Nothing is wrong that can be seen from this machine.' : totals(errors, warnings, notes)
  return { text: [...lines, `${total}${rest > 0 ? ` (${rest} not shown; --json shows all)` : ''}`].join('\n'), exit }
}

function findingLines({ code, severity, text, mend, lasting, hint }: Finding): readonly string[] {
  return [
    `${coloured(severity.padEnd(8), LOUDNESS[severity])} ${text} [${code}]`,
    ...mend.map((command, i) => labelled(i === 0 ? 'mend' : '', command)),
    ...(lasting === '' ? [] : [labelled('lasting', lasting)]),
    ...(hint === '' ? [] : [labelled('hint', hint)]),
  ]
}

const labelled = (label: string, text: string): string => `         ${label.padEnd(8)} ${text}`

function totals(errors: number, warnings: number, notes: number): string {
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`
  return [count(errors, 'error'), count(warnings, 'warning'), count(notes, 'note')].join(', ')
}

/** As commander hands them over. */
export interface DoctorOptions {
  readonly config?: string
  readonly standby?: boolean
  readonly real?: boolean
  readonly vip?: readonly string[]
  readonly forward?: RealForward
  readonly director?: string
  readonly tunnel?: Wrapping
  readonly guePort?: number
  readonly port?: readonly number[]
  readonly json?: boolean
}

/** The words for a real server, or a sentence about the one that cannot be. */
export function realWords(options: DoctorOptions): RealWords | { readonly fault: string } {
  const addresses: string[] = []
  for (const text of options.vip ?? []) {
    const read = parseAddress(text)
    if (read === null) return { fault: `--vip ${text}: write an IP address, such as 192.0.2.10 or 2001:db8::10` }
    addresses.push(read.address)
  }
  const director = options.director === undefined ? null : parseAddress(options.director)
  if (options.director !== undefined && director === null)
    return { fault: `--director ${options.director}: write an IP address, such as 10.1.1.1` }
  return {
    addresses: [...new Set(addresses)],
    forward: options.forward ?? null,
    director: director?.address ?? null,
    tunnel: options.tunnel ?? 'ipip',
    port: options.guePort ?? GUE_PORT,
    ports: [...new Set(options.port ?? [])],
  }
}

/** A word that the kind of machine has no use for, so that nobody believes it was looked at. */
export function misplacedWord(options: DoctorOptions): string | null {
  const forReal = ['vip', 'forward', 'director', 'tunnel', 'guePort', 'port'] as const
  if (options.real === true) {
    if (options.config !== undefined)
      return '-c is for a director; a real server is described by --vip, --forward and --director'
    return options.standby === true ? '--standby is for a director' : null
  }
  const first = forReal.find((name) => options[name] !== undefined)
  if (first === undefined) return null
  return `--${first === 'guePort' ? 'gue-port' : first} describes a real server: add --real`
}

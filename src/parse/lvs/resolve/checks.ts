/**
 * The checks of a virtual, for each port at which its real servers are asked: how often, how many good answers in a row
 * bring one back, and the load that its weight follows. Source: nanny 0.8.6, tried.
 */
import type { Call } from '../../../model/model.ts'
import { type Milliseconds, milliseconds, seconds } from '../../../model/units.ts'
import { MOST_IN_A_ROW } from '../../defaults.ts'
import { callOf } from '../../director/call.ts'
import { GRACE, PROGRAM_GRACE, plainCheck } from '../../director/check.ts'
import type { Check, NamedCheck } from '../../director/services.ts'
import type { Section } from '../file.ts'
import { DEFAULTS } from '../tables.ts'
import { placeOfWord, spanOf, type Word } from '../word.ts'
import type { Around } from './around.ts'
import { type Asked, askedBy } from './asked.ts'

/** About how often nanny raises a weight, in seconds. */
const RHYTHM = 20
const RSH = 'rsh'

/** What a virtual asks, port by port. */
export interface SectionChecks {
  readonly section: Section
  /** `own`: it is the port by which the server is known. */
  at(port: number, own: boolean): readonly FoundCheck[]
}

export interface FoundCheck {
  readonly named: NamedCheck
  readonly at: Word
  readonly advice: boolean
}

export const intervalOf = ({ settings }: Section): Milliseconds => seconds(settings.timeout?.value ?? DEFAULTS.timeout)

/** A weight is looked at every so many checks as come to about 20 seconds, and at each if they are rarer. */
export function rhythmOf(section: Section): Milliseconds {
  const interval = intervalOf(section)
  return milliseconds(interval * Math.max(1, Math.floor(seconds(RHYTHM) / interval)))
}

export const followsLoad = ({ settings: { load_monitor } }: Section): boolean =>
  load_monitor !== undefined && load_monitor.value !== 'none'

/** Each mistake in it is reported once, however many servers it asks. */
export function checksOf(section: Section, around: Around): SectionChecks {
  const asked = askedBy(section, around.report)
  const load = loadAsked(section, around)
  const rise = riseOf(section, around)
  const found = new Map<string, readonly FoundCheck[]>()
  const make = (port: number, own: boolean): readonly FoundCheck[] => {
    const checks: FoundCheck[] = []
    if (asked !== null) checks.push(...checkAt(asked, { section, port, own, rise }, around))
    if (load !== null) checks.push(...loadCheck(load, section, around))
    return checks
  }
  const at = (port: number, own: boolean) => {
    const key = `${port} ${own}`
    const known = found.get(key) ?? make(port, own)
    found.set(key, known)
    return known
  }
  return { section, at }
}

interface Asking {
  readonly section: Section
  readonly port: number
  readonly own: boolean
  readonly rise: number
}

function checkAt(asked: Asked, { section, port, own, rise }: Asking, around: Around): FoundCheck[] {
  if (port === 0 && asked.needsPort) {
    const message = 'nothing can be asked at port 0'
    const hint = 'write the port that is to be checked: behind a firewall mark it is for the checks alone'
    around.report.error('check-port', spanOf(section.settings.port?.at ?? section.keyword), message, hint)
    return []
  }
  const limit = intervalOf(section)
  const options = { ...asked.options, ...(asked.needsPort ? { port } : {}), timeout: limit / 1000 }
  const call = monitorCall(asked, options, around)
  if (call === null) return []
  const deadline = milliseconds(limit * asked.waits + (asked.program ? PROGRAM_GRACE : GRACE))
  const check = { ...plainCheck, timing: timing(intervalOf(section)), timeout: deadline, fall: 1, rise, monitor: call }
  return [
    { named: { kind: asked.kind, question: questionOf(asked, own ? null : port), check }, at: asked.at, advice: false },
  ]
}

/** Apart from when and of whom: by it the check is called. */
function questionOf({ usual, options }: Asked, port: number | null): string {
  const parts = [usual ? '' : JSON.stringify(options), port === null ? '' : `port ${port}`]
  return parts.filter((part) => part !== '').join(' ')
}

const timing = (interval: Milliseconds): Check['timing'] => ({ kind: 'every', interval, randskew: null })

/** Good answers in a row that bring a server back: as many checks as fit into `reentry`. */
function riseOf({ settings, keyword }: Section, { report }: Around): number {
  const timeout = settings.timeout?.value ?? DEFAULTS.timeout
  const reentry = settings.reentry?.value ?? DEFAULTS.reentry
  const at = settings.reentry?.at ?? settings.timeout?.at ?? keyword
  const rise = Math.max(1, Math.floor(reentry / timeout))
  if (reentry < timeout) {
    const message = `reentry ${reentry} is less than timeout ${timeout}: one good answer brings a server back`
    report.warning('reentry', spanOf(at), message, `write reentry = ${timeout * 2} for two of them`)
  }
  if (rise <= MOST_IN_A_ROW) return rise
  const message = `${rise} good answers in a row are more than upalert counts: ${MOST_IN_A_ROW} bring a server back`
  report.warning('reentry', spanOf(at), message, `write reentry = ${timeout * MOST_IN_A_ROW} or less`)
  return MOST_IN_A_ROW
}

interface LoadAsked {
  readonly command: readonly string[]
  readonly text: string
  readonly at: Word
}

function loadAsked(section: Section, { file }: Around): LoadAsked | null {
  const { load_monitor } = section.settings
  if (load_monitor === undefined || load_monitor.value === 'none') return null
  const { value, keyword: at } = load_monitor
  const shell = (file.globals.rsh_command?.value.text ?? RSH).split(/[ \t]+/).filter((word) => word !== '')
  const command = value === 'uptime' ? [...(shell.length === 0 ? [RSH] : shell), '{host}', 'uptime'] : [value, '{host}']
  return { command, text: `load_monitor ${value}`, at }
}

/** It has nothing to say about whether the server is up. */
function loadCheck({ command, text, at }: LoadAsked, section: Section, around: Around): FoundCheck[] {
  const interval = rhythmOf(section)
  const asked = { module: 'load', text, at, words: { command: [at] } }
  const call = monitorCall(asked, { command, timeout: intervalOf(section) / 1000 }, around)
  if (call === null) return []
  const timeout = milliseconds(intervalOf(section) + PROGRAM_GRACE)
  const check = { ...plainCheck, timing: timing(interval), timeout, fall: 1, rise: 1, monitor: call }
  return [{ named: { kind: 'load', question: command.join(' '), check }, at, advice: true }]
}

type Called = Pick<Asked, 'module' | 'text' | 'at' | 'words'>

function monitorCall(
  { module, text, at, words }: Called,
  options: Readonly<Record<string, unknown>>,
  { surroundings, report }: Around,
): Call | null {
  const calling = {
    module,
    options,
    text,
    at: spotOf(at),
    place: placeOfWord(at),
    words: (property: string) => (words[property] ?? []).map(spotOf),
    code: 'check-value',
    otherwise: 'use another upalert',
  }
  return callOf(calling, surroundings, report)?.call ?? null
}

const spotOf = (word: Word) => ({ text: word.text, span: spanOf(word) })

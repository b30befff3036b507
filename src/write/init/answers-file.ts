/**
 * The answers as a file: `key = value` lines, in mon.cf's words; `virtual = NAME` begins a virtual server, and what stands
 * below belongs to it. Comments begin with #. Every line that is missing or wrong is a Problem with its place.
 */
import { endpointText } from '../../model/table.ts'
import { DEFAULT_DATABASE, DEFAULT_MAILSERVER, DEFAULT_SCHEDULER, MOST_REALS } from '../../parse/defaults.ts'
import type { Problem } from '../../parse/problem.ts'
import type { Surroundings } from '../../parse/resolve.ts'
import { decode, type Source, type Span } from '../../parse/source.ts'
import { Report } from '../../parse/text/report.ts'
import { quoted } from '../../parse/text/visible.ts'
import { type Answers, MOST_VIRTUALS, type RealAnswers, type VirtualAnswers } from './answers.ts'
import {
  poolFault,
  type Read,
  readAddress,
  readCheck,
  readDatabase,
  readForward,
  readName,
  readPort,
  readProtocol,
  readReal,
  readRecipients,
  readRelay,
  readScheduler,
  readSender,
  textFault,
} from './fields.ts'

const GLOBALS = ['mailto', 'mailserver', 'mailfrom', 'database', 'output'] as const
const OF_VIRTUAL = ['address', 'port', 'protocol', 'forward', 'real', 'check', 'scheduler'] as const
type GlobalKey = (typeof GLOBALS)[number]
type VirtualKey = (typeof OF_VIRTUAL)[number]
export const KEYS: readonly string[] = [...GLOBALS, 'virtual', ...OF_VIRTUAL]

/** What to write, for a line that is missing. */
const EXAMPLES: Readonly<Record<string, string>> = {
  mailto: 'mailto = ops@example.com, or mailto = none',
  virtual: 'virtual = web, and its address, port, forward, real and check lines below it',
  address: 'address = 192.0.2.10',
  port: 'port = 80, or port = http',
  forward: 'forward = nat, dr or tun',
  real: 'real = 10.1.1.2, and one such line for each real server',
  check: 'check = http --url /, check = tcp …',
}

export interface AnswersRead {
  /** `null` if anything is wrong. */
  readonly answers: Answers | null
  /** Where to write; `null` where the file does not say. */
  readonly output: string | null
  readonly problems: readonly Problem[]
}

export function readAnswers(file: string, bytes: Uint8Array, surroundings: Surroundings): AnswersRead {
  const decoded = decode(file, bytes)
  if (decoded.kind === 'unreadable') return { answers: null, output: null, problems: decoded.problems }
  const report = new Report()
  for (const problem of decoded.problems) report.add(problem)
  const lines = splitLines(decoded.source, report)
  const reader = new Reader(decoded.source, surroundings, report)
  const answers = reader.answers(lines)
  return {
    answers: report.failed ? null : answers,
    output: lines.globals.get('output')?.text ?? null,
    problems: report.problems,
  }
}

/** One value with its place. */
interface Written {
  readonly text: string
  readonly span: Span
}

interface Section {
  readonly name: Written
  readonly single: Map<VirtualKey, Written>
  readonly reals: Written[]
}

interface Lines {
  readonly globals: Map<GlobalKey, Written>
  readonly sections: Section[]
}

function splitLines(source: Source, report: Report): Lines {
  const lines: Lines = { globals: new Map(), sections: [] }
  for (let start = 0; start < source.text.length; ) {
    const newline = source.text.indexOf('\n', start)
    const end = newline < 0 ? source.text.length : newline
    takeLine(source, start, end, lines, report)
    start = end + 1
  }
  return lines
}

function takeLine(source: Source, from: number, to: number, lines: Lines, report: Report): void {
  const line = source.text.slice(from, to)
  const text = line.trim()
  const start = from + line.length - line.trimStart().length
  if (text === '' || text.startsWith('#')) return
  const span = { source, start, end: start + text.length }
  const equals = text.indexOf('=')
  if (equals < 0) {
    report.error('answer-form', span, `${quoted(text)} is not KEY = VALUE`, 'write such as port = 80')
    return
  }
  const key = text.slice(0, equals).trimEnd()
  const behind = text.slice(equals + 1)
  const value = behind.trim()
  const at = start + equals + 1 + (behind.length - behind.trimStart().length)
  const written = { text: value, span: { source, start: at, end: at + value.length } }
  const wrong = value === '' ? { message: `${quoted(key)} has no value`, hint: EXAMPLES[key] ?? '' } : textFault(value)
  if (wrong !== null) report.error('answer-value', value === '' ? span : written.span, wrong.message, wrong.hint)
  take(key, { ...span, end: start + key.length }, written, lines, report)
}

function take(key: string, span: Span, written: Written, { globals, sections }: Lines, report: Report): void {
  const open = sections.at(-1)
  const global = GLOBALS.find((one) => one === key)
  const own = OF_VIRTUAL.find((one) => one === key)
  if (key === 'virtual') {
    if (sections.length === MOST_VIRTUALS)
      report.error('answer-many', span, `there are more than ${MOST_VIRTUALS} virtual servers`, 'make several files')
    if (sections.length <= MOST_VIRTUALS) sections.push({ name: written, single: new Map(), reals: [] })
  } else if (global !== undefined) once(globals, global, span, written, report)
  else if (own === undefined) {
    const nearest = report.nearest(key, KEYS)
    const hint = nearest === null ? `one of ${KEYS.join(', ')}` : `did you mean ${nearest}?`
    report.error('answer-key', span, `${quoted(key)} is not asked for`, hint)
  } else if (open === undefined) {
    report.error(
      'answer-order',
      span,
      `${quoted(key)} stands before the first virtual server`,
      'write virtual = NAME before it',
    )
  } else if (own === 'real') open.reals.push(written)
  else once(open.single, own, span, written, report)
}

function once<Key>(values: Map<Key, Written>, key: Key, span: Span, written: Written, report: Report): void {
  if (values.has(key))
    report.error('answer-twice', span, `${quoted(String(key))} is answered already`, 'keep one of the two')
  else values.set(key, written)
}

class Reader {
  readonly #source: Source
  readonly #surroundings: Surroundings
  readonly #report: Report
  #reals = 0

  constructor(source: Source, surroundings: Surroundings, report: Report) {
    this.#source = source
    this.#surroundings = surroundings
    this.#report = report
  }

  answers({ globals, sections }: Lines): Answers {
    const around = this.#surroundings
    const of = (key: GlobalKey) => globals.get(key)
    const whole = { source: this.#source, start: 0, end: 0 }
    const to = this.#needed(of('mailto'), 'mailto', whole, 'the file', (text) => readRecipients(text, around))
    if (sections.length === 0) this.#missing('virtual', whole, 'the file')
    const names = new Set<string>()
    const virtuals = sections.flatMap((section) => this.#virtual(section, names) ?? [])
    this.#distinct(virtuals, sections)
    return {
      mail: {
        to: to ?? [],
        from: this.#optional(of('mailfrom'), (text) => readSender(text, around)) ?? '',
        relay: this.#optional(of('mailserver'), (text) => readRelay(text, around)) ?? DEFAULT_MAILSERVER,
      },
      database: this.#optional(of('database'), (text) => readDatabase(text, around)) ?? DEFAULT_DATABASE,
      virtuals,
    }
  }

  #virtual({ name, single, reals }: Section, names: Set<string>): VirtualAnswers | null {
    const whose = `virtual server ${quoted(name.text)}`
    const needed = <T>(key: VirtualKey, read: (text: string) => Read<T>) =>
      this.#needed(single.get(key), key, name.span, whose, read)
    const read = this.#value(name, (text) => readName(text, names))
    names.add(name.text)
    const at = needed('address', readAddress)
    const port = needed('port', readPort)
    const protocol = this.#optional(single.get('protocol'), readProtocol) ?? 'tcp'
    const forward = needed('forward', readForward)
    const check = needed('check', (text) => readCheck(text, this.#surroundings))
    if (reals.length === 0) this.#missing('real', name.span, whose)
    if (at === null || port === null || forward === null) return null
    const servers = this.#pool(reals, { ...at, port, forward })
    const scheduler = this.#optional(single.get('scheduler'), (text) =>
      readScheduler(text, servers, this.#surroundings),
    )
    const pool = servers.length > 0 ? poolFault(servers) : null
    if (pool !== null) this.#report.error('answer-value', name.span, pool.message, pool.hint)
    if (read === null || check === null) return null
    return {
      name: read,
      ...at,
      port,
      protocol,
      forward,
      reals: servers,
      check,
      scheduler: scheduler ?? DEFAULT_SCHEDULER,
    }
  }

  #pool(lines: readonly Written[], front: Parameters<typeof readReal>[1]): readonly RealAnswers[] {
    const found = new Map<string, RealAnswers>()
    for (const line of lines) {
      this.#reals += 1
      if (this.#reals > MOST_REALS) {
        this.#report.error(
          'answer-many',
          line.span,
          `there are more than ${MOST_REALS} real servers`,
          'split them over several directors',
        )
        break
      }
      const real = this.#value(line, (text) => readReal(text, front))
      if (real === null) continue
      const text = endpointText(real)
      if (found.has(text)) {
        this.#report.error(
          'answer-value',
          line.span,
          `${text} is in this pool already`,
          'keep one of the two; give it the sum of the weights',
        )
      } else found.set(text, real)
    }
    return [...found.values()]
  }

  /** One address belongs to one virtual server. */
  #distinct(virtuals: readonly VirtualAnswers[], sections: readonly Section[]): void {
    const seen = new Map<string, string>()
    for (const virtual of virtuals) {
      const text = `${endpointText(virtual)}/${virtual.protocol}`
      const before = seen.get(text)
      if (before !== undefined) {
        const section = sections.find(({ name }) => name.text === virtual.name)
        const span = section?.single.get('address')?.span ?? { source: this.#source, start: 0, end: 0 }
        this.#report.error(
          'answer-value',
          span,
          `${text} belongs to virtual server ${quoted(before)} already`,
          'put all real servers of it below that one',
        )
      }
      seen.set(text, before ?? virtual.name)
    }
  }

  #needed<T>(
    written: Written | undefined,
    key: GlobalKey | VirtualKey,
    span: Span,
    whose: string,
    read: (text: string) => Read<T>,
  ): T | null {
    if (written !== undefined) return this.#value(written, read)
    this.#missing(key, span, whose)
    return null
  }

  #missing(key: string, span: Span, whose: string): void {
    this.#report.error('answer-missing', span, `${whose} lacks a line ${quoted(key)}`, `write ${EXAMPLES[key] ?? key}`)
  }

  #optional<T>(written: Written | undefined, read: (text: string) => Read<T>): T | null {
    return written === undefined ? null : this.#value(written, read)
  }

  /** What is no text at all has been told already. */
  #value<T>(written: Written, read: (text: string) => Read<T>): T | null {
    if (written.text === '' || textFault(written.text) !== null) return null
    const result = read(written.text)
    if (result.kind === 'value') return result.value
    this.#report.error('answer-value', written.span, result.message, result.hint)
    return null
  }
}

/** `output`: where it was written, for the next run. */
export function answersText({ mail, database, virtuals }: Answers, output: string | null): string {
  const globals = [
    '# Answers for "upalert init --answers THIS-FILE"; docs/init.md explains each line.',
    `mailto = ${mail.to.length === 0 ? 'none' : mail.to.join(' ')}`,
    `mailserver = ${mail.relay}`,
    ...(mail.from === '' ? [] : [`mailfrom = ${mail.from}`]),
    `database = ${database}`,
    ...(output === null ? [] : [`output = ${output}`]),
  ]
  const sections = virtuals.flatMap((virtual) => [
    '',
    `virtual = ${virtual.name}`,
    `address = ${virtual.address}`,
    `port = ${virtual.port}`,
    `protocol = ${virtual.protocol}`,
    `forward = ${virtual.forward}`,
    ...virtual.reals.map((real) => `real = ${endpointText(real)}${real.weight === 1 ? '' : ` weight ${real.weight}`}`),
    `check = ${virtual.check}`,
    `scheduler = ${virtual.scheduler}`,
  ])
  return `${[...globals, ...sections].join('\n')}\n`
}

/**
 * The words behind `monitor http` or `alert mail` -> the module's options object, by the OptionShape that the module
 * declares. A problem points at the word, and says what is allowed.
 */
import type { OptionProperty, OptionShape } from '../model/module.ts'
import { type Slice, spanOf } from './mon/lines.ts'
import { type Fault, faultsOf } from './option-faults.ts'
import { objectIn, takesObjects, WHOLE } from './option-json.ts'
import type { Report } from './text/report.ts'
import { quoted } from './text/visible.ts'

export type Options = Readonly<Record<string, unknown>>

/** `null` after a mistake, which is then in the report. `module` is the word that named the module. */
export function parseOptions(
  shape: OptionShape,
  module: Slice,
  words: readonly Slice[],
  report: Report,
): Options | null {
  const gathered = new Gathered(shape, report)
  let flags = true
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (word === undefined) break
    if (flags && word.text === '--') flags = false
    else if (flags && /^-./.test(word.text) && gathered.isFlag(word)) i += gathered.flag(word, words[i + 1])
    else {
      gathered.bare(word)
      if (shape.restIsVerbatim === true) flags = false
    }
  }
  const valid = fillDefaults(shape, gathered.values, module, gathered.words, report)
  const faulty = reportRest(shape, module, gathered.words, report)
  return gathered.failed || faulty ? null : valid
}

/** Validates an object that is made already, and fills in its defaults. `words`: which words set a property. */
export function fillDefaults(
  shape: OptionShape,
  values: Options,
  module: Slice,
  words: ReadonlyMap<string, readonly Slice[]>,
  report: Report,
): Options | null {
  const { filled, faults } = faultsOf(shape, values)
  for (const fault of faults) reportFault(fault, shape, module, words, report)
  if (faults.length > 0) return null
  const further = shape.optionFaults?.(filled) ?? []
  for (const { property, item, message, hint } of further) {
    const set = words.get(property) ?? []
    report.error('option-value', spanOf(set[item ?? set.length - 1] ?? module), message, hint)
  }
  return further.length === 0 ? filled : null
}

const isWhole = ({ text }: Slice) => text === WHOLE || text.startsWith(`${WHOLE}=`)

/** `statusCodes` -> `--status-codes`. */
export const flagOf = (property: string) => `--${property.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

class Gathered {
  failed = false
  readonly values: Record<string, unknown> = {}
  readonly words = new Map<string, Slice[]>()
  readonly #shape: OptionShape
  readonly #report: Report

  constructor(shape: OptionShape, report: Report) {
    this.#shape = shape
    this.#report = report
  }

  /** Before verbatim words, a word with a dash that is not even nearly a flag is the first of them. */
  isFlag(word: Slice): boolean {
    if (this.#shape.restIsVerbatim !== true || readFlag(word.text, this.#shape) !== null || isWhole(word)) return true
    return this.#report.nearest(word.text, allFlags(this.#shape)) !== null
  }

  /** Takes a flag, and answers how many of the following words belong to it. */
  flag(word: Slice, next: Slice | undefined): 0 | 1 {
    const named = readFlag(word.text, this.#shape)
    const bundle = named === null ? bundled(word.text, this.#shape) : null
    if (bundle !== null) {
      this.#set(bundle.property, word, true)
      return this.flag({ ...word, text: bundle.rest }, next)
    }
    if (named === null && isWhole(word)) return this.#whole(word, next)
    if (named === null) {
      this.#unknown(word)
      // The next word is taken for its value, or it would be a second problem of the same mistake.
      return next === undefined || next.text.startsWith('-') || word.text.includes('=') ? 0 : 1
    }
    const { property, value, item } = named
    const known = propertyOf(this.#shape, property)
    if (known?.type === 'boolean') {
      this.#set(property, word, value ?? true)
      return 0
    }
    const whole = (given: string) => (item === undefined ? given : `${item} ${given}`)
    if (typeof value === 'string') {
      this.#set(property, word, whole(value))
      return 0
    }
    if (next === undefined) {
      this.failed = true
      const hint = describe(known)
      this.#report.error('option-value', spanOf(word), `${quoted(word.text)} needs a value behind it`, hint)
      return 0
    }
    this.#set(property, next, whole(next.text))
    return 1
  }

  bare(word: Slice): void {
    const { rest } = this.#shape
    if (rest !== null) {
      this.#set(rest, word, word.text)
      return
    }
    this.failed = true
    const hint = `options begin with a dash; known: ${knownFlags(this.#shape)}`
    this.#report.error('option-unexpected', spanOf(word), `${quoted(word.text)} is not expected here`, hint)
  }

  /** `--options '{"port": 80}'`: what they say counts as if it were written by flags. */
  #whole(word: Slice, next: Slice | undefined): 0 | 1 {
    const glued = word.text.length > WHOLE.length
    const written = glued ? { ...word, text: word.text.slice(WHOLE.length + 1) } : next
    const values = written === undefined ? null : objectIn(written.text)
    if (written === undefined || values === null) {
      this.failed = true
      const message = `${quoted(WHOLE)} needs a JSON object behind it`
      this.#report.error('option-value', spanOf(written ?? word), message, `write ${WHOLE} '{"port": 80}'`)
      return glued || next === undefined ? 0 : 1
    }
    for (const [property, value] of Object.entries(values)) {
      if (propertyOf(this.#shape, property) === undefined) {
        this.#unknown({ ...written, text: flagOf(property) })
        continue
      }
      const items = Array.isArray(value) ? value.length : 1
      this.values[property] = value
      this.words.set(property, Array<Slice>(Math.max(1, items)).fill(written))
    }
    return glued ? 0 : 1
  }

  #set(property: string, word: Slice, given: unknown): void {
    const known = propertyOf(this.#shape, property)
    const object = typeof given === 'string' && takesObjects(known) ? objectIn(given) : null
    const value = object ?? given
    const isArray = known?.type === 'array'
    if (known?.escapes === true) this.#lostBackslash(word)
    const before = this.words.get(property) ?? []
    if (before.length > 0 && !isArray) {
      this.#report.warning('option-twice', spanOf(word), `${flagOf(property)} is given twice`, 'the last one counts')
    }
    before.push(word)
    this.words.set(property, before)
    const array = this.values[property]
    if (Array.isArray(array)) array.push(value)
    else this.values[property] = isArray ? [value] : value
  }

  /** `"\r"` and a bare `\r` are an r: the quotes of mon.cf come first, and only single ones leave a backslash alone. */
  #lostBackslash(word: Slice): void {
    const raw = word.line.text.slice(word.from, word.to)
    const lost = /\\[rntx0]/.exec(raw.replace(/'(?:[^'\\]|\\[\s\S])*'|\\\\/g, ''))?.[0]
    if (lost === undefined || word.text === raw) return
    const message = `the backslash of ${lost} is taken away, and ${quoted(word.text)} is left`
    this.#report.warning('lost-backslash', spanOf(word), message, "write the text in single quotes: 'QUIT\\r\\n'")
  }

  #unknown(word: Slice): void {
    this.failed = true
    const name = word.text.replace(/=.*$/s, '')
    const nearest = this.#report.nearest(name, allFlags(this.#shape)) ?? longerOrShorter(name, allFlags(this.#shape))
    const hint = nearest === null ? `known: ${knownFlags(this.#shape)}` : `did you mean ${nearest}?`
    this.#report.error('option-unknown', spanOf(word), `${quoted(name)} is not an option here`, hint)
  }
}

interface Named {
  readonly property: string
  /** The value that the word itself carries: `--port=80`, `-p80`, `--no-tls`. */
  readonly value: string | boolean | null
  /** What its value becomes an item with, where several flags share a property. */
  readonly item?: string
}

/** `--port`, `--port=80`, `--no-tls`; `-p`, `-p80`; and `-port`, as Getopt::Long takes it. */
function readFlag(text: string, shape: OptionShape): Named | null {
  const equals = text.indexOf('=')
  const name = equals < 0 ? text : text.slice(0, equals)
  const value = equals < 0 ? null : text.slice(equals + 1)
  const long = longName(name.replace(/^--?/, ''), shape)
  if (name.startsWith('--')) return long === null ? null : { ...long, value: value ?? long.value }
  const short = shortName(text.slice(1), shape)
  if (short !== null && short.value === null) return short
  if (long !== null) return { ...long, value: value ?? long.value }
  return short
}

/** `-fg group` is `-f -g group` where f takes no value, as getopt(3) has it. */
function bundled(text: string, shape: OptionShape): { readonly property: string; readonly rest: string } | null {
  const letter = /^-([A-Za-z])[A-Za-z]/.exec(text)?.[1] ?? ''
  const property = Object.hasOwn(shape.flags, letter) ? shape.flags[letter] : undefined
  if (property === undefined || propertyOf(shape, property)?.type !== 'boolean') return null
  const rest = `-${text.slice(2)}`
  return readFlag(rest, shape) === null && bundled(rest, shape) === null ? null : { property, rest }
}

function longName(name: string, shape: OptionShape): Named | null {
  if (shape.inOrder?.words.includes(name) === true) return { property: shape.inOrder.property, value: null, item: name }
  for (const property of Object.keys(shape.schema.properties)) {
    if (flagOf(property) === `--${name}` || property === name) return { property, value: null }
    const isBoolean = propertyOf(shape, property)?.type === 'boolean'
    if (isBoolean && flagOf(property) === `--${name.replace(/^no-/, '')}`) return { property, value: false }
  }
  return null
}

function shortName(text: string, shape: OptionShape): Named | null {
  const whole = Object.hasOwn(shape.flags, text) ? shape.flags[text] : undefined
  if (whole !== undefined) return { property: whole, value: null }
  const letter = text.slice(0, 1)
  const property = Object.hasOwn(shape.flags, letter) ? shape.flags[letter] : undefined
  if (property === undefined || propertyOf(shape, property)?.type === 'boolean') return null
  return { property, value: text.slice(1).replace(/^=/, '') }
}

function propertyOf(shape: OptionShape, property: string): OptionProperty | undefined {
  const { properties } = shape.schema
  return Object.hasOwn(properties, property) ? properties[property] : undefined
}

function allFlags(shape: OptionShape): string[] {
  const short = Object.keys(shape.flags).map((flag) => `-${flag}`)
  return [...inOrderFlags(shape), ...Object.keys(shape.schema.properties).map(flagOf), ...short]
}

const inOrderFlags = ({ inOrder }: OptionShape): string[] => (inOrder?.words ?? []).map((word) => `--${word}`)

/** `--warn` was meant as --warn-days, `--status-code` as --status: where only one flag fits. */
function longerOrShorter(name: string, flags: readonly string[]): string | null {
  if (!/^--?[a-z]{3}/i.test(name)) return null
  const long = name.replace(/^-+/, '--')
  const [only, another] = flags.filter((flag) => flag.length > 4 && (flag.startsWith(long) || long.startsWith(flag)))
  return only !== undefined && another === undefined ? only : null
}

/** Flags a hint lists; the module's page has them all. */
const LISTED_FLAGS = 12

function knownFlags(shape: OptionShape): string {
  const inOrder = inOrderFlags(shape)
  const names = Object.keys(shape.schema.properties).filter(
    (property) => property !== shape.rest && property !== shape.inOrder?.property,
  )
  if (names.length + inOrder.length === 0) return 'none'
  const listed = names.slice(0, LISTED_FLAGS - inOrder.length).map((property) => {
    const short = Object.keys(shape.flags).find((flag) => shape.flags[flag] === property)
    return short === undefined ? flagOf(property) : `-${short} ${flagOf(property)}`
  })
  return [...inOrder, ...listed].join(', ') + (names.length > listed.length ? ' …' : '')
}

function reportRest(
  shape: OptionShape,
  module: Slice,
  words: ReadonlyMap<string, readonly Slice[]>,
  report: Report,
): boolean {
  const rest = shape.rest === null ? [] : (words.get(shape.rest) ?? [])
  const faults = shape.restFaults?.(rest.map(({ text }) => text)) ?? []
  for (const { word, message, hint } of faults)
    report.error('option-value', spanOf(rest[word] ?? module), message, hint)
  return faults.length > 0
}

const describe = (property: OptionProperty | undefined) => property?.description ?? ''

function reportFault(
  fault: Fault,
  shape: OptionShape,
  module: Slice,
  words: ReadonlyMap<string, readonly Slice[]>,
  report: Report,
): void {
  const { property, index } = fault
  if (property === null) {
    report.error('module-schema', spanOf(module), `the options of ${quoted(module.text)}: ${fault.text}`, fault.allowed)
    return
  }
  const about = describe(propertyOf(shape, property))
  const set = words.get(property) ?? []
  const word = set[index ?? set.length - 1]
  const isRest = property === shape.rest
  if (fault.kind === 'missing' || word === undefined) {
    const flag = property === shape.inOrder?.property ? inOrderFlags(shape).join(' or ') : flagOf(property)
    const hint = isRest ? `write behind it: ${about}` : `${flag}: ${about}`
    const needs = isRest ? 'at least one word behind it' : flag
    report.error('option-missing', spanOf(module), `${quoted(module.text)} needs ${needs}`, hint)
    return
  }
  const nearest = fault.values.length > 0 ? report.nearest(word.text, fault.values) : null
  const hint = [nearest === null ? '' : `did you mean ${nearest}? `, fault.allowed, about === '' ? '' : ` (${about})`]
  const message = `${quoted(word.text)} ${fault.text}${isRest ? '' : ` for ${flagOf(property)}`}`
  report.error('option-value', spanOf(word), message, hint.join(''))
}

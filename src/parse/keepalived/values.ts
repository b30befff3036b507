/**
 * How the value behind a word is read. A Value says what it wants, in words that end a sentence, and makes of the words
 * of a statement what the file means, or reports why it cannot. Ranges: keepalived.conf(5), and 2.2.7 tried.
 */
import { type Milliseconds, milliseconds } from '../../model/units.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { spanOf, type Word } from './line.ts'
import type { Statement } from './tree.ts'

export interface Value<T> {
  /** "a whole number from 1 to 65535". */
  readonly wants: string
  /** null: it was reported what is wrong. */
  readonly read: (args: Args) => T | null
}

export type ValueOf<V> = V extends Value<infer T> ? T : never

/** The words behind a keyword, taken one by one. */
export class Args {
  readonly statement: Statement
  readonly report: Report
  readonly #value: { readonly wants: string }
  #taken = 0

  constructor(statement: Statement, value: { readonly wants: string }, report: Report) {
    this.statement = statement
    this.report = report
    this.#value = value
  }

  get keyword(): Word {
    return this.statement.keyword
  }

  peek(): Word | undefined {
    return this.statement.words[this.#taken]
  }

  /** The next word, if there is one. */
  take(): Word | undefined {
    const word = this.peek()
    if (word !== undefined) this.#taken += 1
    return word
  }

  all(): readonly Word[] {
    const words = this.statement.words.slice(this.#taken)
    this.#taken = this.statement.words.length
    return words
  }

  missing(): null {
    const { text } = this.keyword
    this.report.error('value-missing', spanOf(this.keyword), `${quoted(text)} lacks its value`, this.#remedy())
    return null
  }

  wrong(word: Word, hint = this.#remedy()): null {
    const message = `${quoted(word.text)} is no value for ${this.keyword.text}`
    this.report.error('value', spanOf(word), message, hint)
    return null
  }

  #remedy(): string {
    return `${this.keyword.text} takes ${this.#value.wants}`
  }
}

export const KEEPALIVED_LARGEST = 4_294_967_295

/** A value of one word. `parse` answers undefined where the word is none. */
export function one<T>(
  wants: string,
  parse: (text: string) => T | undefined,
  hint?: (text: string) => string | null,
): Value<T> {
  const read = (args: Args): T | null => {
    const word = args.take()
    if (word === undefined) return args.missing()
    const value = parse(word.text)
    if (value !== undefined) return value
    const remedy = hint?.(word.text) ?? null
    return remedy === null ? args.wrong(word) : args.wrong(word, remedy)
  }
  return { wants, read }
}

export const integer = (least: number, most: number): Value<number> =>
  one(
    `a whole number from ${least} to ${most}`,
    (text) => {
      const number = /^[+-]?\d{1,12}$/.test(text) ? Number(text) : Number.NaN
      return number >= least && number <= most ? number : undefined
    },
    withoutUnit,
  )

/** Seconds with up to six decimals. `least` in seconds; `above`: it is not allowed itself. */
export function timer(least: number, most: number, { above = false } = {}): Value<Milliseconds> {
  const wants = `a number of seconds ${above ? 'above' : 'from'} ${least}${most < Infinity ? ` up to ${most}` : ''}, such as 5 or 0.25`
  const parse = (text: string) => {
    if (!/^\+?(?:\d{1,14}(?:\.\d{0,6})?|\.\d{1,6})$/.test(text)) return undefined
    const seconds = Number(text)
    const enough = above ? seconds > least : seconds >= least
    return enough && seconds <= most ? milliseconds(Math.round(seconds * 1_000_000) / 1000) : undefined
  }
  return one(wants, parse, withoutUnit)
}

const withoutUnit = (text: string): string | null => {
  const match = /^(\d+(?:\.\d+)?)(m?s|sec|seconds?)$/i.exec(text)
  return match === null ? null : `write ${match[1]}: numbers have no units here, and times are in seconds`
}

/** On where it stands. Whatever is behind it counts for nothing, also "no". */
export const flag: Value<true> = {
  wants: 'nothing',
  read: (args) => {
    const word = args.peek()
    if (word === undefined) return true
    args.all()
    const message = `${quoted(word.text)} behind ${args.keyword.text} counts for nothing: it is on`
    args.report.warning('word-extra', spanOf(word), message, 'take the word out, or to have it off the line')
    return true
  },
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  on: true,
  yes: true,
  false: false,
  off: false,
  no: false,
}

/** On where it stands alone. */
export const boolean: Value<boolean> = {
  wants: 'on, yes or true, off, no or false, or nothing',
  read: (args) => {
    const word = args.take()
    if (word === undefined) return true
    if (Object.hasOwn(BOOLEANS, word.text)) return BOOLEANS[word.text] ?? null
    const lower = word.text.toLowerCase()
    if (Object.hasOwn(BOOLEANS, lower)) return args.wrong(word, `write it in small letters: ${lower}`)
    return args.wrong(word)
  },
}

export function oneOf<const T extends string>(names: readonly T[], { anyCase = false } = {}): Value<T> {
  const wants = `one of ${names.join(', ')}`
  const find = (text: string) =>
    names.find((name) => name === text || (anyCase && name.toLowerCase() === text.toLowerCase()))
  const read = (args: Args): T | null => {
    const word = args.take()
    if (word === undefined) return args.missing()
    const name = find(word.text)
    if (name !== undefined) return name
    const inCase = names.find((known) => known.toLowerCase() === word.text.toLowerCase())
    const nearest = inCase ?? args.report.nearest(word.text, names)
    return nearest === null ? args.wrong(word) : args.wrong(word, `did you mean ${nearest}?`)
  }
  return { wants, read }
}

export const text = (wants = 'a word', longest = 4096): Value<string> =>
  one(wants, (word) => (word.length <= longest ? word : undefined))

/** Any words, kept as they are: for what another part of upalert will read. */
export const words = (wants: string): Value<readonly Word[]> => ({
  wants,
  read: (args) => {
    const all = args.all()
    return all.length > 0 ? all : args.missing()
  },
})

/** A value that may be left out, and what it is then. */
export const optional = <T>(value: Value<T>, otherwise: T): Value<T> => ({
  wants: `${value.wants}, or nothing`,
  read: (args) => (args.peek() === undefined ? otherwise : value.read(args)),
})

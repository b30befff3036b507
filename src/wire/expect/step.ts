/**
 * One step of a conversation as an operator writes it: `send TEXT`, `expect TEXT` or `regex TEXT`.
 * TEXT has the escapes of model/byte-escapes.ts; the text `*` of an `expect` is any byte. A regular expression is PCRE's, over
 * bytes (model/pcre.ts), in which the same escapes mean the same bytes.
 */
import { decodeEscapes, ESCAPES_IN_WORDS, encodeEscapes } from '../../model/byte-escapes.ts'
import { readPattern } from '../../model/pcre.ts'

export type Step =
  | { readonly kind: 'send'; readonly bytes: Buffer }
  /** The answer begins with these bytes; `null`: any byte will do. `shown` is for sentences. */
  | { readonly kind: 'expect'; readonly bytes: Buffer | null; readonly shown: string }
  /** Found anywhere in the answer. Each byte is a character. */
  | { readonly kind: 'regex'; readonly regex: RegExp; readonly shown: string }

export interface StepFault {
  readonly message: string
  readonly hint: string
}

export const STEP_WORDS = ['send', 'expect', 'regex'] as const
type StepWord = (typeof STEP_WORDS)[number]

/** Fit for JSON Schemas; what stands behind the blank is judged by `readStep`. */
export const STEP_PATTERN = `^(?:${STEP_WORDS.join('|')}) `
export const STEP_FORM = 'send, expect or regex, a blank, and the text'
/** Steps of one conversation. */
export const MOST_STEPS = 100
/** Characters of one step, and so about the bytes that it sends or expects. */
export const LONGEST_STEP = 65_536

/** Bytes of a text that a sentence quotes. */
const QUOTED = 60
const ANY = '*'

const empty = (word: StepWord): StepFault => ({
  message: `${word} needs a text that is not empty`,
  hint: 'leave the step out',
})

/** Nothing to send: a datagram may be empty, and bytes of a connection that are none say nothing. */
export const emptySend = (step: string): StepFault | null => (step === 'send ' ? empty('send') : null)

export function readStep(step: string): Step | StepFault {
  const word = STEP_WORDS.find((each) => step.startsWith(`${each} `))
  if (word === undefined) return { message: `a step is ${STEP_FORM}`, hint: 'for example: expect 220' }
  return readText(word, step.slice(word.length + 1))
}

export const isFault = (read: Step | StepFault): read is StepFault => 'message' in read

function readText(word: StepWord, text: string): Step | StepFault {
  if (text === '' && word !== 'send') return empty(word)
  if (word === 'regex') return readRegex(text)
  const read = decodeEscapes(text)
  if (read.kind === 'fault') return faultOf(read.sequence, read.at)
  const bytes = Buffer.from(read.bytes)
  if (word === 'send') return { kind: 'send', bytes }
  return text === ANY
    ? { kind: 'expect', bytes: null, shown: 'any byte' }
    : { kind: 'expect', bytes, shown: quoteBytes(bytes) }
}

function readRegex(text: string): Step | StepFault {
  const read = readPattern({ pattern: text })
  if (read.kind === 'refused')
    return { message: `this regular expression cannot be had: ${read.text}`, hint: 'write it otherwise' }
  return { kind: 'regex', regex: read.regex, shown: quoteBytes(Buffer.from(text)) }
}

/** What is wrong with the escapes of a text that is sent; `null` where nothing is. */
export function escapeFault(text: string): StepFault | null {
  const read = decodeEscapes(text)
  return read.kind === 'fault' ? faultOf(read.sequence, read.at) : null
}

function faultOf(sequence: string, at: number): StepFault {
  const what = sequence === '\\' ? 'a backslash at its end' : sequence
  const where = sequence === '\\' ? '' : ` (character ${at + 1} of the text)`
  return { message: `${what} is no escape${where}`, hint: `there are ${ESCAPES_IN_WORDS}; a backslash itself is \\\\` }
}

/** Bytes in double quotes, escaped so that each can be told, and cut. */
export function quoteBytes(bytes: Uint8Array): string {
  const more = bytes.length > QUOTED ? '…' : ''
  return `"${encodeEscapes(bytes.subarray(0, QUOTED))}${more}"`
}

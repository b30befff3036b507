/**
 * A conversation of steps over bytes: what to send, and whether what came so far is what is expected, in however many
 * pieces it comes.
 *
 * An answer is what comes after a `send`, or after the connection is made. `expect` looks at its beginning, a further
 * `expect` at what follows the text found before. The text found may be the front of a line whose rest is on its way still
 * (`220`, and then ` mail.example ESMTP`): the next `expect` therefore may begin behind that line as well.
 * Everything is bounded, and each byte is compared once.
 */
import { growing } from '../http/growing.ts'
import { quoteBytes, type Step } from './step.ts'

export type Act =
  | { readonly kind: 'send'; readonly bytes: Buffer; readonly last: boolean }
  | { readonly kind: 'listen' }
  | { readonly kind: 'end'; readonly verdict: Verdict }

export type Verdict =
  | { readonly kind: 'up'; readonly text: string }
  | { readonly kind: 'down'; readonly code: string; readonly text: string }

/** Where a pattern is found in a text, each byte of which is a character: the index behind its first match. */
export type Search = (pattern: RegExp, text: string) => number | 'missing' | 'too-slow'

/** Bytes of one answer among which something is looked for. */
export const LONGEST_ANSWER = 65_536
/** Bytes of a whole conversation. */
export const MOST_HEARD = 1_048_576

export interface Dialogue {
  /** What to do next: at the beginning, and when the bytes of a `send` are on their way. */
  next(): Act
  /** Takes what came; `look` says what it means. */
  hear(bytes: Buffer): void
  look(search: Search): Act
  /** What is wanted does not come any more; `why` is a sentence without its host: "closed the connection". */
  over(code: string, why: string): Verdict
  /** A search is worth a pause before the next one. */
  searches(): boolean
}

const LF = 10

/** `datagrams`: what comes has no lines that arrive in parts. */
export function dialogue(steps: readonly Step[], { datagrams = false } = {}): Dialogue {
  const answer = growing()
  let at = 0
  let heard = 0
  /** Where in `answer` the step looks. */
  let from = 0
  /** The byte before `from`, or -1 where nothing came before. */
  let before = -1
  let seeker: Seeker | null = null
  let passed = ''

  const step = (): Step | undefined => steps[at]

  const next = (): Act => {
    const current = step()
    if (current === undefined) return { kind: 'end', verdict: up() }
    if (current.kind !== 'send') {
      seeker = null
      return { kind: 'listen' }
    }
    at += 1
    const { length } = answer.bytes()
    before = length > 0 ? (answer.bytes()[length - 1] ?? -1) : before
    answer.cut(0)
    from = 0
    return { kind: 'send', bytes: current.bytes, last: at === steps.length }
  }

  const up = (): Verdict => ({
    kind: 'up',
    text: passed === '' ? 'took what was sent' : `answered ${passed} as expected`,
  })

  const advance = (current: Step, end: number, search: Search): Act => {
    const all = answer.bytes()
    passed = quoteBytes(firstLine(all.subarray(current.kind === 'expect' ? end - lengthOf(current) : from)))
    if (end > 0) before = all[end - 1] ?? before
    from = end
    at += 1
    const act = next()
    return act.kind === 'listen' ? look(search) : act
  }

  const look = (search: Search): Act => {
    const current = step()
    if (current === undefined || current.kind === 'send') return { kind: 'listen' }
    const bytes = answer.bytes()
    const found = current.kind === 'regex' ? byPattern(current.regex, bytes, search) : byText(current.bytes, bytes)
    if (typeof found === 'number') return advance(current, found, search)
    const said = quoteBytes(firstLine(bytes.subarray(from)))
    if (found === 'wrong') {
      return down('wrong-answer', `answered ${said} where ${wanted(current)} was expected${which()}`)
    }
    if (found === 'too-slow') {
      return down(
        'regex-too-slow',
        `sent an answer on which the pattern ${current.kind === 'regex' ? current.shown : ''} takes too long`,
      )
    }
    const full = bytes.length - from >= LONGEST_ANSWER + lengthOf(current) || heard >= MOST_HEARD
    return full
      ? down('too-much', `sent ${heard} bytes, and ${wanted(current)} was not among them${which()}`)
      : { kind: 'listen' }
  }

  const byPattern = (regex: RegExp, bytes: Buffer, search: Search): number | 'missing' | 'too-slow' => {
    const end = search(regex, bytes.toString('latin1', from, from + LONGEST_ANSWER))
    return typeof end === 'number' ? from + end : end
  }

  const byText = (text: Buffer | null, bytes: Buffer): number | 'missing' | 'wrong' => {
    if (text === null) return bytes.length > from ? from + 1 : 'missing'
    seeker ??= seek(text, from, !datagrams && before !== -1 && before !== LF)
    return seeker(bytes)
  }

  const which = (): string => (steps.length > 1 ? ` (step ${at + 1} of ${steps.length})` : '')
  const down = (code: string, text: string): Act => ({ kind: 'end', verdict: { kind: 'down', code, text } })

  return {
    next,
    hear(bytes) {
      const room = MOST_HEARD - heard
      heard += Math.min(bytes.length, room)
      answer.add(bytes.subarray(0, room))
    },
    look,
    over(code, why) {
      const current = step()
      const wants = current === undefined || current.kind === 'send' ? 'something more' : wanted(current)
      const rest = answer.bytes().subarray(from)
      const said = rest.length === 0 ? '' : `: only ${quoteBytes(firstLine(rest))} came`
      return { kind: 'down', code, text: `${why} where ${wants} was expected${which()}${said}` }
    },
    searches: () => step()?.kind === 'regex',
  }
}

const wanted = (step: Exclude<Step, { kind: 'send' }>): string =>
  step.kind === 'regex' ? `the pattern ${step.shown}` : step.shown

const lengthOf = (step: Step): number => (step.kind === 'regex' ? 0 : (step.bytes?.length ?? 1))

/** The index behind the text, where all of it has come. */
type Seeker = (bytes: Buffer) => number | 'missing' | 'wrong'

/** Compares at `from`, and with `orBehindLine` behind the next line end too. */
function seek(text: Buffer, from: number, orBehindLine: boolean): Seeker {
  const places = [{ at: from, matched: 0 }]
  let sought = orBehindLine
  let scanned = from
  return (bytes) => {
    if (sought) {
      const end = bytes.indexOf(LF, scanned)
      scanned = bytes.length
      if (end !== -1) places.push({ at: end + 1, matched: 0 })
      sought = end === -1
    }
    for (const place of [...places]) {
      const piece = bytes.subarray(place.at + place.matched, place.at + text.length)
      if (!text.subarray(place.matched, place.matched + piece.length).equals(piece)) {
        places.splice(places.indexOf(place), 1)
        continue
      }
      place.matched += piece.length
      if (place.matched === text.length) return place.at + text.length
    }
    return places.length > 0 || sought ? 'missing' : 'wrong'
  }
}

/** With its line end, which is part of what came. */
function firstLine(bytes: Buffer): Buffer {
  const end = bytes.indexOf(LF)
  return end === -1 ? bytes : bytes.subarray(0, end + 1)
}

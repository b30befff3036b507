/**
 * What a caching server is asked, and whether its answer is the expected one.
 * Source: mon's dns.monitor, -caching_only and -query name[:type[:value]]. A value is another name: the two must have a
 * record in common, which is how an alias is watched whose addresses change.
 */
import { type Answer, answerFault, type Fault, NAME_PATTERN, type Question, RECORD_TYPES } from './answer.ts'

export interface Lookup {
  readonly question: Question
  /** The name whose records of the same type must have one in common with those of the question. */
  readonly target: Question | null
}

const TYPES = RECORD_TYPES.map((type) => [...type].map(anyCase).join('')).join('|')
export const LOOKUP_PATTERN = `^${NAME_PATTERN}(?::(?:${TYPES})?(?::(?:${NAME_PATTERN})?)?)?$`
export const LOOKUP_FORM = `a name, and behind it perhaps :TYPE and :NAME; types: ${RECORD_TYPES.join(', ')}`

/** Of a text that matches LOOKUP_PATTERN. */
export function readLookup(text: string): Lookup {
  const [name = '', given = '', target = ''] = text.split(':')
  const type = given === '' ? 'A' : given.toUpperCase()
  return { question: { name, type }, target: target === '' ? null : { name: target, type } }
}

/** `targetAnswer`: of the same server, where the lookup has a target. */
export function lookupFault(lookup: Lookup, answer: Answer, targetAnswer: Answer | null): Fault | null {
  const { question, target } = lookup
  const fault = answerFault(answer, question)
  if (fault !== null || target === null || targetAnswer === null || answer.kind === 'none') return fault
  const none = answerFault(targetAnswer, target)
  if (none !== null || targetAnswer.kind === 'none') return none
  const expected = new Set(targetAnswer.records.map(({ data }) => data))
  if (answer.records.some(({ data }) => expected.has(data))) return null
  const text = `answered nothing for ${question.type} of ${question.name} that ${target.name} has as well`
  return { code: 'wrong-answer', text, blame: 'host' }
}

function anyCase(letter: string): string {
  return /[A-Z]/.test(letter) ? `[${letter}${letter.toLowerCase()}]` : letter
}

/** `initial last-known down`: what a real server is taken for before a check has said anything of it. */
import { type Initial, LAST_KNOWN } from '../../model/model.ts'
import { type Slice, slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readDuration } from './setting-reader.ts'
import { EXAMPLES } from './virtual-examples.ts'

const POLICIES = ['up', 'down', 'last-known', 'wait'] as const
type Policy = (typeof POLICIES)[number]

/** Behind `initial` in a virtual block. */
export const readInitial = (value: Slice | undefined, report: Report): Initial =>
  (value === undefined ? null : readPolicy(value, report)) ?? LAST_KNOWN

/**
 * `wait 5s`, `last-known down`; behind a real server, where it is one word, `wait/5s`. Behind last-known stands what counts
 * where nothing is known: it waits for 5 s unless that says otherwise.
 */
export function readPolicy(value: Slice, report: Report): Initial | null {
  const [first, ...rest] = partsOf(value)
  const policy = first === undefined ? null : policyOf(first, report)
  if (policy === null || first === undefined) return null
  const remembered = policy === 'last-known'
  const second = remembered ? POLICIES.find((one) => one === rest[0]?.text && one !== 'last-known') : policy
  const [time, extra] = remembered && second !== undefined ? rest.slice(1) : rest
  const unknown = second === undefined || second === 'last-known' ? 'wait' : second
  const odd = unknown === 'wait' ? extra : time
  if (odd !== undefined) {
    const written = [first, ...(rest[0] === time ? [] : rest.slice(0, 1))].map(({ text }) => text).join(' ')
    const hint =
      unknown === 'wait' ? EXAMPLES.initial : `write initial ${written}; only wait and last-known take a time`
    report.error('initial', spanOf(odd), `${quoted(odd.text)} is one word too many`, hint)
  }
  const waitMost = odd === undefined ? readDuration(time, report, { zero: true }) : null
  const otherwise = remembered && second === undefined ? LAST_KNOWN.waitMost : null
  return { remembered, unknown, waitMost: waitMost ?? otherwise }
}

const partsOf = (value: Slice): Slice[] => plainWords(value).flatMap(atSlashes)

function atSlashes({ line, from, to, text }: Slice): Slice[] {
  const parts: Slice[] = []
  let at = from
  for (const part of text.split('/')) {
    if (part !== '') parts.push(slice(line, at, Math.min(to, at + part.length)))
    at += part.length + 1
  }
  return parts
}

function policyOf(word: Slice, report: Report): Policy | null {
  const policy = POLICIES.find((known) => known === word.text)
  if (policy !== undefined) return policy
  const nearest = report.nearest(word.text, POLICIES)
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${POLICIES.join(', ')}`
  report.error('initial', spanOf(word), `${quoted(word.text)} says nothing of how a real server begins`, hint)
  return null
}

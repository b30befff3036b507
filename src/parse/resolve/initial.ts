/** `initial wait 5s`: what a real server is taken for before a check has said anything of it. */
import { type Initial, LAST_KNOWN } from '../../model/model.ts'
import { type Slice, spanOf } from '../mon/lines.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'
import { plainWords } from '../text/words.ts'
import { readDuration } from './setting-reader.ts'
import { EXAMPLES } from './virtual-examples.ts'

const POLICIES: Readonly<Record<string, Initial>> = {
  up: { remembered: false, unknown: 'up', waitMost: null },
  down: { remembered: false, unknown: 'down', waitMost: null },
  'last-known': LAST_KNOWN,
  wait: { remembered: false, unknown: 'wait', waitMost: null },
}

/** Behind `initial` in a virtual block, where a length of time may follow. */
export function readInitial(value: Slice | undefined, report: Report): Initial {
  if (value === undefined) return LAST_KNOWN
  const [word, time, extra] = plainWords(value)
  const policy = word === undefined ? null : readPolicy(word, report)
  if (policy === null || word === undefined) return LAST_KNOWN
  const odd = policy.unknown === 'wait' ? extra : time
  if (odd !== undefined) {
    const hint =
      policy.unknown === 'wait' ? EXAMPLES.initial : `write initial ${word.text}; only wait and last-known take a time`
    report.error('initial', spanOf(odd), `${quoted(odd.text)} is one word too many`, hint)
    return policy
  }
  const waitMost = readDuration(time, report)
  return waitMost === null ? policy : { ...policy, waitMost }
}

/** One word, as it stands behind a real server. */
export function readPolicy(word: Slice, report: Report): Initial | null {
  const policy = Object.hasOwn(POLICIES, word.text) ? POLICIES[word.text] : undefined
  if (policy !== undefined) return policy
  const nearest = report.nearest(word.text, Object.keys(POLICIES))
  const hint = `${nearest === null ? '' : `did you mean ${nearest}? `}one of ${Object.keys(POLICIES).join(', ')}`
  report.error('initial', spanOf(word), `${quoted(word.text)} says nothing of how a real server begins`, hint)
  return null
}

/** `initial up|down|last-known|wait [SECONDS]`, a word of upalert's own: what a server is taken for before its first verdict. */
import { type Initial, LAST_KNOWN } from '../../model/model.ts'
import { oneOf, timer, type Value } from './values.ts'

const NAMES = ['up', 'down', 'last-known', 'wait'] as const

/** An hour, in seconds. */
const LONGEST_WAIT = 3600

export const initial: Value<Initial> = {
  wants: `one of ${NAMES.join(', ')}, and behind wait the most seconds to wait`,
  read: (args) => {
    const name = oneOf(NAMES).read(args)
    if (name === null) return null
    if (name === 'last-known') return LAST_KNOWN
    if (name !== 'wait') return { remembered: false, unknown: name, waitMost: null }
    const waitMost = args.peek() === undefined ? null : timer(0, LONGEST_WAIT).read(args)
    if (waitMost === null && args.statement.words.length > 1) return null
    return { remembered: false, unknown: 'wait', waitMost }
  },
}

/**
 * A client's half of the Simple Network Paging Protocol: one page to each pager, one transaction after the other in one
 * session. Level 1 is all that a gateway must know; of level 2 the service level and the caller are said where the operator
 * asks for them, and a gateway that does not know those words pages all the same.
 * Source: RFC 1861 §4.3 (PAGEr, MESSage, RESEt, SEND), §4.5.3 (LEVEl), §4.5.7 (CALLerid).
 */
import { command, greeting, type Heard, more, quote, type Turn } from '../talk/conversation.ts'
import { type Judgement, judgement, parseReply } from './reply.ts'

/** The port of SNPP (RFC 1861 §4.1). */
export const SNPP_PORT = 444

/** A pager's number or name: what stands behind PAGE as one word. JSON Schema draft-07. */
export const PAGER_ID_PATTERN = '^[!-~]{1,64}$'

export interface Page {
  readonly pagers: readonly string[]
  /** One line. */
  readonly text: string
  /** 0 (priority), 1 (normal), 2 to 11 (later and later, then the carrier's own); `null`: the gateway's own. */
  readonly level: number | null
  /** Who calls: a number that the pager may show. `null`: nobody in particular. */
  readonly caller: string | null
}

/** What came of it for one pager. `text` is a sentence's tail about the gateway. */
export type Paged =
  | { readonly kind: 'taken'; readonly pager: string; readonly text: string }
  | { readonly kind: 'refused'; readonly pager: string; readonly retry: boolean; readonly text: string }

/** Why the session ended before its end, as a sentence's tail; `null`: it did not. Pagers that it did not come to are not told. */
export type Session = Generator<Turn, string | null, Heard>

/** Lines of one reply: RFC 1861 knows none of more than one but HELP's. */
const REPLY_LINES_MOST = 50

/** `told` grows as the session goes on, so that whoever breaks it off knows who has been paged. */
export function* session({ pagers, text, level, caller }: Page, told: Paged[]): Session {
  const hello = yield* answer(greeting)
  if (hello.kind !== 'done') return hello.text
  let isFirst = true
  for (const pager of pagers) {
    if (!isFirst) {
      // What is left of a refused page must not go with the next one.
      const reset = yield* answer(command('RESE'))
      if (reset.kind === 'over') return reset.text
    }
    isFirst = false
    const end = yield* transaction(pager, text, extras(level, caller), told)
    if (end !== null) return end
  }
  return null
}

const extras = (level: number | null, caller: string | null): readonly string[] => [
  ...(level === null ? [] : [`LEVE ${level}`]),
  ...(caller === null ? [] : [`CALL ${oneWord(caller)}`]),
]

function* transaction(pager: string, text: string, extra: readonly string[], told: Paged[]): Session {
  for (const words of extra) {
    const said = yield* answer(command(words))
    if (said.kind === 'over') return said.text
  }
  const steps = [command(`PAGE ${oneWord(pager)}`), command(`MESS ${oneLine(text)}`, 'MESS'), command('SEND')]
  for (const step of steps) {
    const said = yield* answer(step)
    if (said.kind === 'over') return said.text
    if (said.kind === 'done') {
      if (step === steps.at(-1)) told.push({ kind: 'taken', pager, text: said.text })
      continue
    }
    told.push({ kind: 'refused', pager, retry: said.kind === 'later', text: said.text })
    return null
  }
  return null
}

/** A blank or a line end inside would be another command, or another word of this one. */
const oneWord = (text: string): string => text.replace(/[^!-~]+/g, '')
const oneLine = (text: string): string => text.replace(/[\0\r\n]+/g, ' ')

interface Answer {
  readonly kind: Judgement
  readonly text: string
}

function* answer(turn: Turn): Generator<Turn, Answer, Heard> {
  let said = turn
  for (let lines = 0; lines < REPLY_LINES_MOST; lines += 1) {
    const heard = yield said
    if (heard === null)
      return { kind: 'over', text: `closed the connection instead of sending ${turn.awaits}${uncertain(turn)}` }
    const reply = parseReply(heard)
    if (reply === null) {
      return { kind: 'over', text: `sent ${quote(turn, heard)} as ${turn.awaits}, which is no reply of SNPP` }
    }
    if (reply.more) {
      said = more(turn)
      continue
    }
    const kind = judgement(reply.code)
    return {
      kind,
      text: kind === 'done' ? `answered ${quote(turn, heard)}` : `sent ${quote(turn, heard)} as ${turn.awaits}`,
    }
  }
  return { kind: 'over', text: `sent more than ${REPLY_LINES_MOST} lines as ${turn.awaits}` }
}

/** Where nobody knows whether the pager has it. */
export const uncertain = (turn: Turn): string =>
  turn.say === 'SEND' ? '; it may have paged all the same, and is asked again' : ''

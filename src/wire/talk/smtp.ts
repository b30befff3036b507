/**
 * Greeting, HELO or EHLO, and quit, as mon's smtp.monitor and ldirectord's smtp check say them.
 * Source: RFC 5321 §4.2 (a reply's lines, all but the last with a hyphen behind the code), §4.1.1.1, §4.1.1.10, §3.2 (who
 * does not know EHLO is told HELO).
 */
import {
  type Conversation,
  command,
  farewell,
  greeting,
  more,
  one,
  type Part,
  refusal,
  type Turn,
} from './conversation.ts'

interface SmtpPlan {
  /** The name to say HELO with. */
  readonly us: string
  readonly ehlo: boolean
  /** `any`: whatever line follows quit will do, as in keepalived's SMTP_CHECK. `none`: nothing need follow. */
  readonly goodbye: '221' | 'any' | 'none'
}

const UP = { kind: 'up', text: 'greeted and said goodbye' } as const

export function* smtpConversation({ us, ehlo, goodbye }: SmtpPlan): Conversation {
  const refused = (yield* reply(greeting, '220')) ?? (yield* ehlo ? extended(us) : hello(us))
  if (refused !== null) return refused
  if (goodbye === 'none') return yield* farewell(command('QUIT'), { kind: 'up', text: 'greeted' })
  return (yield* goodbye === 'any' ? one(command('QUIT'), /^/, 'a line') : reply(command('quit'), '221')) ?? UP
}

const hello = (us: string): Part => reply(command(`HELO ${us}`, 'HELO'), '250')

function* extended(us: string): Part {
  const turn = command(`EHLO ${us}`, 'EHLO')
  let heard = yield turn
  while (heard !== null && /^[25]\d\d-/.test(heard)) heard = yield more(turn)
  if (heard?.startsWith('250') === true) return null
  return heard !== null && /^5\d\d/.test(heard) ? yield* hello(us) : refusal(turn, heard, '250')
}

function* reply(turn: Turn, code: string): Part {
  let heard = yield turn
  while (heard?.startsWith(`${code}-`)) heard = yield more(turn)
  if (heard?.startsWith(`${code} `)) return null
  return refusal(turn, heard, code, turn === greeting ? 'wrong-greeting' : undefined)
}

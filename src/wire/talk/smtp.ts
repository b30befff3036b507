/**
 * Greeting, HELO and quit, as mon's smtp.monitor says them.
 * Source: RFC 5321 §4.2 (a reply's lines, all but the last with a hyphen behind the code), §4.1.1.1, §4.1.1.10.
 */
import { type Conversation, command, greeting, more, type Part, refusal, type Turn } from './conversation.ts'

/** `us`: the name to say HELO with. */
export function* smtpConversation(us: string): Conversation {
  return (
    (yield* reply(greeting, '220')) ??
    (yield* reply(command(`HELO ${us}`, 'HELO'), '250')) ??
    (yield* reply(command('quit'), '221')) ?? { kind: 'up', text: 'greeted and said goodbye' }
  )
}

function* reply(turn: Turn, code: string): Part {
  let heard = yield turn
  while (heard?.startsWith(`${code}-`)) heard = yield more(turn)
  if (heard?.startsWith(`${code} `)) return null
  return refusal(turn, heard, code, turn === greeting ? 'wrong-greeting' : undefined)
}

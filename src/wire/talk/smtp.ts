/**
 * Greeting, HELO and quit, as mon's smtp.monitor says them.
 * Source: RFC 5321 §4.2 (a reply's lines, all but the last with a hyphen behind the code), §4.1.1.1, §4.1.1.10.
 */
import { type Conversation, command, greeting, more, one, type Part, refusal, type Turn } from './conversation.ts'

/** `us`: the name to say HELO with. `anyGoodbye`: whatever line follows quit will do, as in keepalived's SMTP_CHECK. */
export function* smtpConversation(us: string, { anyGoodbye = false } = {}): Conversation {
  return (
    (yield* reply(greeting, '220')) ??
    (yield* reply(command(`HELO ${us}`, 'HELO'), '250')) ??
    (yield* anyGoodbye ? one(command('QUIT'), /^/, 'a line') : reply(command('quit'), '221')) ?? {
      kind: 'up',
      text: 'greeted and said goodbye',
    }
  )
}

function* reply(turn: Turn, code: string): Part {
  let heard = yield turn
  while (heard?.startsWith(`${code}-`)) heard = yield more(turn)
  if (heard?.startsWith(`${code} `)) return null
  return refusal(turn, heard, code, turn === greeting ? 'wrong-greeting' : undefined)
}

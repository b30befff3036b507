/**
 * Greeting and quit, as mon's pop3.monitor says them.
 * Source: RFC 1939 §3 (+OK, -ERR), §4 (the greeting), §5 (QUIT).
 */
import { type Conversation, command, greeting, one } from './conversation.ts'

const OK = /^\+OK/

export function* pop3Conversation(): Conversation {
  return (
    (yield* one(greeting, OK, '+OK', 'wrong-greeting')) ??
    (yield* one(command('quit'), OK, '+OK')) ?? { kind: 'up', text: 'greeted and said goodbye' }
  )
}

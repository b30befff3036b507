/**
 * Greeting, a login where one is wanted, and quit, as mon's pop3.monitor and ldirectord's pop check say them.
 * Source: RFC 1939 §3 (+OK, -ERR), §4 (the greeting), §5 (QUIT), §7 (USER, PASS).
 */
import { type Conversation, command, farewell, greeting, one, type Part } from './conversation.ts'

export interface Pop3Plan {
  /** `null`: nobody logs in. */
  readonly login: { readonly user: string; readonly password: string } | null
  /** Whether QUIT must be answered. */
  readonly goodbye: boolean
}

const OK = /^\+OK/

export function* pop3Conversation({ login, goodbye }: Pop3Plan): Conversation {
  const refused =
    (yield* one(greeting, OK, '+OK', 'wrong-greeting')) ??
    (login === null ? null : yield* logIn(login.user, login.password))
  if (refused !== null) return refused
  const quit = { ...command('quit'), hides: login?.password ?? '' }
  if (!goodbye) {
    return yield* farewell(quit, { kind: 'up', text: login === null ? 'greeted' : `greeted and let ${login.user} in` })
  }
  const inside = login === null ? '' : `, let ${login.user} in`
  return (yield* one(quit, OK, '+OK')) ?? { kind: 'up', text: `greeted${inside} and said goodbye` }
}

function* logIn(user: string, password: string): Part {
  const pass = { ...command(`PASS ${password}`, 'PASS'), hides: password }
  return (
    (yield* one(command(`USER ${user}`, 'USER'), OK, '+OK', 'login-refused')) ??
    (yield* one(pass, OK, '+OK', 'login-refused'))
  )
}

/**
 * Greeting, login, a newsgroup and quit, as mon's nntp.monitor says them.
 * Source: RFC 3977 §3.2 (status codes), §5.1 (greeting), §5.3 (MODE READER), §6.1.1 (GROUP), §5.4; RFC 4643 §2.3.
 */
import { type Conversation, command, greeting, one, type Part } from './conversation.ts'

export interface NntpPlan {
  /** What only a server for readers can do; `null` where another server is the client. */
  readonly reader: {
    readonly group: string
    readonly login: { readonly user: string; readonly password: string } | null
  } | null
  /** Nothing is said at all. */
  readonly greetingOnly?: boolean
}

const GOOD = /^2\d\d/
const A_GOOD_ONE = 'a code from 200 to 299'

export function* nntpConversation({ reader, greetingOnly = false }: NntpPlan): Conversation {
  return (
    (yield* one(greeting, GOOD, A_GOOD_ONE, 'wrong-greeting')) ??
    (greetingOnly ? ({ kind: 'up', text: 'greeted' } as const) : null) ??
    (reader === null ? null : yield* read(reader)) ??
    (yield* one(command('quit'), GOOD, A_GOOD_ONE)) ?? { kind: 'up', text: done(reader) }
  )
}

function* read({ group, login }: NonNullable<NntpPlan['reader']>): Part {
  return (
    (login === null ? null : yield* logIn(login.user, login.password)) ??
    (yield* one(command('mode reader'), GOOD, A_GOOD_ONE)) ??
    (yield* one(command(`group ${group}`), GOOD, A_GOOD_ONE, 'group-refused'))
  )
}

function* logIn(user: string, password: string): Part {
  const pass = { ...command(`authinfo pass ${password}`, 'authinfo pass'), hides: password }
  return (
    (yield* one(command(`authinfo user ${user}`, 'authinfo user'), /^381/, '381', 'login-refused')) ??
    (yield* one(pass, /^281/, '281', 'login-refused'))
  )
}

function done(reader: NntpPlan['reader']): string {
  return reader === null ? 'greeted and said goodbye' : `greeted, has the group ${reader.group} and said goodbye`
}

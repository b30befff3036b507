/**
 * Greeting, login, perhaps a mailbox, and logout, as mon's imap.monitor says them: it logs in as ANONYMOUS.
 * Source: RFC 3501 §7.1 (the greeting), §2.2.2 (tagged and untagged responses), §6.2.3, §6.3.2, §6.1.3, §4.3 (quoting).
 */
import { type Conversation, command, greeting, more, one, type Part, refusal, type Turn } from './conversation.ts'

export interface ImapLogin {
  readonly user: string
  readonly password: string
}

interface Plan {
  /** `null`: as ANONYMOUS. */
  readonly login: ImapLogin | null
  /** As the server wants it, quotes and all; `null`: none is opened. */
  readonly mailbox: string | null
}

/** BYE is a greeting as well: what follows it tells. */
const GREETING = /^\* (OK|PREAUTH|BYE)/

export function* imapConversation({ login, mailbox }: Plan): Conversation {
  return (
    (yield* one(greeting, GREETING, '* OK', 'wrong-greeting')) ??
    (yield* tagged('A1', loginTurn(login), 'login-refused')) ??
    (mailbox === null ? null : yield* tagged('A2', command(`A2 EXAMINE ${mailbox}`, 'EXAMINE'), 'mailbox-refused')) ??
    (yield* tagged('A3', command('A3 LOGOUT', 'LOGOUT'))) ?? { kind: 'up', text: done(login, mailbox) }
  )
}

function loginTurn(login: ImapLogin | null): Turn {
  if (login === null) return command('A1 LOGIN ANONYMOUS ANONYMOUS', 'LOGIN')
  const password = escaped(login.password)
  return { ...command(`A1 LOGIN "${escaped(login.user)}" "${password}"`, 'LOGIN'), hides: password }
}

/** RFC 3501 §9, `quoted`: what stands between the quotes. */
const escaped = (text: string): string => text.replace(/["\\]/g, '\\$&')

/** Untagged responses, and whatever else comes before the tagged one, are passed over. */
function* tagged(tag: string, turn: Turn, code?: string): Part {
  const wanted = new RegExp(`^${tag} (\\w+) `)
  let heard = yield turn
  for (; heard !== null; heard = yield more(turn)) {
    const status = wanted.exec(heard)?.[1]
    if (status !== undefined) return status === 'OK' ? null : refusal(turn, heard, `${tag} OK`, code)
  }
  return refusal(turn, null, `${tag} OK`)
}

function done(login: ImapLogin | null, mailbox: string | null): string {
  const who = login === null ? 'ANONYMOUS' : login.user
  return `greeted, let ${who} in${mailbox === null ? '' : `, opened ${mailbox}`} and said goodbye`
}

/**
 * Greeting, login, perhaps a mailbox, and logout, as mon's imap.monitor says them: it logs in as ANONYMOUS.
 * Source: RFC 3501 §7.1 (the greeting), §2.2.2 (tagged and untagged responses), §6.2.3, §6.3.2, §6.1.3, §4.3 (quoting).
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

export interface ImapLogin {
  readonly user: string
  readonly password: string
}

interface Plan {
  /** `null`: as ANONYMOUS. `nobody` logs in at all. */
  readonly login: ImapLogin | null | 'nobody'
  /** As the server wants it, quotes and all; `null`: none is opened. */
  readonly mailbox: string | null
  /** Whether LOGOUT must be answered. */
  readonly goodbye: boolean
}

/** BYE is a greeting as well: what follows it tells. */
const GREETING = /^\* (OK|PREAUTH|BYE)/
/** Where nothing follows that would tell. */
const OPEN = /^\* (OK|PREAUTH)/

export function* imapConversation({ login, mailbox, goodbye }: Plan): Conversation {
  const hides = login === null || login === 'nobody' ? '' : escaped(login.password)
  const examine = { ...command(`A2 EXAMINE ${mailbox}`, 'EXAMINE'), hides }
  const logout = { ...command('A3 LOGOUT', 'LOGOUT'), hides }
  const refused =
    (yield* one(greeting, login === 'nobody' ? OPEN : GREETING, '* OK', 'wrong-greeting')) ??
    (login === 'nobody' ? null : yield* tagged('A1', loginTurn(login), 'login-refused')) ??
    (mailbox === null ? null : yield* tagged('A2', examine, 'mailbox-refused'))
  if (refused !== null) return refused
  if (!goodbye) return yield* farewell(logout, { kind: 'up', text: done(login, mailbox, false) })
  return (yield* tagged('A3', logout)) ?? { kind: 'up', text: done(login, mailbox, true) }
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

function done(login: Plan['login'], mailbox: string | null, goodbye: boolean): string {
  const who = login === null ? 'ANONYMOUS' : login === 'nobody' ? null : login.user
  const steps = [
    'greeted',
    ...(who === null ? [] : [`let ${who} in`]),
    ...(mailbox === null ? [] : [`opened ${mailbox}`]),
    ...(goodbye ? ['said goodbye'] : []),
  ]
  const last = steps.pop() ?? ''
  return steps.length === 0 ? last : `${steps.join(', ')} and ${last}`
}

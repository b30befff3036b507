/** One connection: who the client is, which view it has chosen; and the commands that ask for or change just that. */
import { setTimeout as wait } from 'node:timers/promises'
import { mayCommand } from '../../engine/authority.ts'
import { splitArguments, splitFirst } from '../../wire/mon/request.ts'
import type { SyslogMessage } from '../../wire/mon/syslog.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import type { Backoff } from './backoff.ts'
import { asLogged, type BoundedLog, withMore } from './bounded-log.ts'
import type { MonDaemon } from './daemon.ts'
import { NOT_EXECUTED, type Reply, say, show } from './reply.ts'
import type { Variables } from './variables.ts'

export interface Session {
  /** The client's address, an IPv4 one dotted. */
  readonly address: string
  readonly port: number
  /** `null` until a login succeeds. */
  user: string | null
  /** Name of the view; `null`: everything is shown. */
  view: string | null
  /** The connection is gone. */
  readonly gone: AbortSignal
}

/** What a command is answered from. */
export interface Context {
  readonly daemon: MonDaemon
  readonly session: Session
  readonly variables: Variables
  readonly backoff: Backoff
  /** For what any client can bring about as often as it likes. */
  readonly log: BoundedLog
}

export type Answering = (rest: string, context: Context) => Reply | Promise<Reply>

/** mon's PROT_VERSION. */
const PROTOCOL = 9745

export const quit: Answering = () => ({ ...say('220 quitting'), end: 'close' })

export const version: Answering = () => show([`version ${PROTOCOL}`], '220 version completed')

/** The number that the text begins with counts, as in Perl. */
export const protid: Answering = (rest) =>
  say(Number.parseFloat(rest) === PROTOCOL ? '220 protocol match' : '520 protocol mismatch')

/** The password is the rest of the line, blanks and all. A failed login leaves the session as it was. */
export const login: Answering = async (rest, { daemon, session, backoff, log }) => {
  const { words, rest: password } = splitFirst(rest, 1)
  const user = words[0] ?? ''
  const turn = backoff.attempt(session.address, daemon.now().uptime)
  const failed = say('530 login unsuccessful')
  if (turn.kind === 'refuse') {
    log({ priority: 'warning', text: `login from ${session.address} refused: too many wrong passwords from there` })
    return failed
  }
  if (turn.delay > 0) {
    const waited = await wait(turn.delay, true, { signal: session.gone }).catch(() => false)
    if (!waited) return failed
  }
  const answer = await daemon.login(user, password, session.address)
  if (!answer.ok) {
    log(loginFailure(user, password, session.address, answer))
    return failed
  }
  backoff.succeeded(session.address)
  session.user = user
  log(messages.authenticated(asLogged(user)))
  return say('220 login accepted')
}

function loginFailure(
  user: string,
  password: string,
  address: string,
  { wrongPassword, text }: { readonly wrongPassword?: true; readonly text: string },
): SyslogMessage {
  const more = `login from ${address}: ${text}`
  if (user === '' || password === '') return withMore(messages.namelessLogin(), more)
  if (wrongPassword === true) return withMore(messages.badPassword(asLogged(user)), more)
  return { priority: 'warning', text: `login from ${address} failed: ${text}` }
}

/** What is just not allowed is not logged: clients ask so that they need not try. */
export const checkauth: Answering = (rest, { daemon, session, log }) => {
  const [command = ''] = splitArguments(rest)
  const { allowed, denied, why } = mayCommand(daemon.authFile(), command, session.user)
  if (denied) log(withMore(messages.denied(asLogged(session.user ?? ''), asLogged(command)), why))
  return allowed ? say('220 command authorized') : NOT_EXECUTED
}

const EVERYTHING = 'no view selected -- all groups will be displayed'

export const setview: Answering = (rest, { daemon, session }) => {
  const [name, ...more] = splitArguments(rest)
  if (more.length > 0) return say('500 Unknown setview command')
  if (name === undefined) {
    session.view = null
    return show([EVERYTHING], '220 setview completed')
  }
  if (!daemon.state().model.views.some((view) => view.name === name)) return say(`504 unknown view ${name}`)
  session.view = name
  return show([`selecting view ${name}`], '220 setview completed')
}

export const getview: Answering = (_rest, { session: { view } }) =>
  show([view === null ? EVERYTHING : `view ${view} selected`], '220 getview completed')

/** Whether this session's view shows a service, or (`null`) what concerns its whole group. */
export function inView({
  daemon,
  session: { view: chosen },
}: Context): (group: string, service: string | null) => boolean {
  if (chosen === null) return () => true
  // A view that a reset has taken away shows nothing.
  const members = new Set(daemon.state().model.views.find(({ name }) => name === chosen)?.members)
  return (group, service) => members.has(group) || (service !== null && members.has(`${group}:${service}`))
}

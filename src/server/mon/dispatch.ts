/** A request's line -> its answer: what the command is, whether this client may give it, and who answers it. */
import { mayCommand } from '../../engine/authority.ts'
import { type Command, readRequest } from '../../wire/mon/request.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import { asLogged, withMore } from './bounded-log.ts'
import { ack, clear, disable, enable, start, stop } from './control.ts'
import { list } from './lists.ts'
import { NOT_EXECUTED, type Reply, say, UNKNOWN_COMMAND } from './reply.ts'
import { type Answering, type Context, checkauth, getview, login, protid, quit, setview, version } from './session.ts'
import { loadstate, reload, reset, savestate, servertime, term } from './state.ts'
import { test } from './testing.ts'
import { get, set } from './variables.ts'

/** Nobody needs a permission for these. */
const FREE: Readonly<Partial<Record<Command, Answering>>> = {
  quit,
  protid,
  login,
  version,
  setview,
  getview,
  checkauth,
}

/** Those that auth.cf permits. `dump`, which in mon is for debugging and answers nothing, is nobody's. */
const PERMITTED: Readonly<Partial<Record<Command, Answering>>> = {
  ack,
  clear,
  disable,
  enable,
  get,
  list,
  loadstate,
  reload,
  reset,
  savestate,
  servertime,
  set,
  start,
  stop,
  term,
  test,
}

/** Never rejects. */
export async function answer(line: string, context: Context): Promise<Reply> {
  const { log } = context
  const request = readRequest(line)
  if (request.kind === 'invalid') {
    // A password with a slip in front of it must not be read in a log.
    log({ priority: 'info', text: `client command that is none, of ${line.length} characters` })
    return say('520 invalid command')
  }
  const shown = request.command === 'login' ? null : asLogged(line)
  if (shown !== null) log(messages.clientCommand(shown))
  const reply = await carryOut(request.command, request.rest, context)
  if (shown !== null) log(messages.clientCommandFinished(shown))
  return reply
}

async function carryOut(command: Command, rest: string, context: Context): Promise<Reply> {
  const { log, session } = context
  const answering = FREE[command] ?? permitted(command, context)
  if (answering === null) return UNKNOWN_COMMAND
  try {
    return await answering(rest, context)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log({ priority: 'err', text: `could not answer "${command}" of ${session.address}: ${reason}; please report it` })
    return NOT_EXECUTED
  }
}

function permitted(command: Command, { daemon, log, session: { user } }: Context): Answering | null {
  const { allowed, denied, why } = mayCommand(daemon.authFile(), command, user)
  if (allowed) return PERMITTED[command] ?? null
  const message = denied ? messages.denied : messages.notAuthenticated
  log(withMore(message(asLogged(user ?? ''), command), why))
  return null
}

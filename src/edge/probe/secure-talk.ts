/** A conversation in lines with each host, over TLS where the operator asks for it. */
import type { CheckContext } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import type { CheckResult } from '../../model/result.ts'
import type { Conversation } from '../../wire/talk/conversation.ts'
import { type PasswordOptions, passwordOf } from './password.ts'
import { converse } from './talk.ts'
import { type TalkOptions, type TalkStandard, talkWithEach } from './talk-options.ts'
import { dress, type TlsOptions, tlsPlan } from './tls-options.ts'

export interface SecureTalkOptions extends TalkOptions, TlsOptions, PasswordOptions {
  readonly user?: string
}

/** `conversation` makes a new one for each host; it is handed the password, which is empty where there is none. */
export async function talkSecurely(
  hosts: readonly Host[],
  options: SecureTalkOptions,
  standard: TalkStandard,
  context: CheckContext,
  conversation: (password: string) => Conversation,
): Promise<CheckResult> {
  const password = passwordOf(options, context.trace)
  const tls = await tlsPlan(options)
  return talkWithEach(hosts, options, standard, context, async (line, attempt, host) => {
    const dressed = await dress(line.socket, host, tls, attempt)
    if (dressed.kind === 'failed') return dressed.outcome
    if (password.kind === 'password') {
      return converse({ ...line, socket: dressed.socket }, attempt, conversation(password.text))
    }
    dressed.socket.destroy()
    return password.outcome
  })
}

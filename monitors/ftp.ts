/**
 * Waits for each host's FTP greeting, says quit and waits until it closes. With a user it logs in, and with a path it fetches
 * that file and looks for a pattern in it.
 * Up: it answered as it should. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's ftp.monitor (-p, -t; its conversation and first line); ldirectord(8), service=ftp; RFC 959.
 */
import type { Socket } from 'node:net'
import { fetchOver } from '../src/edge/ftp/fetch.ts'
import type { Outcome } from '../src/edge/probe/each-host.ts'
import { type PasswordOptions, passwordOf, passwordProperties } from '../src/edge/probe/password.ts'
import { outletOf } from '../src/edge/probe/reach.ts'
import { readReceive, receiveFaults, receiveProperty } from '../src/edge/probe/receive.ts'
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { OptionFault } from '../src/model/module.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { ftpConversation } from '../src/wire/talk/ftp.ts'

export interface FtpOptions extends TalkOptions, PasswordOptions {
  readonly user?: string
  readonly path?: string
  readonly receive?: string
}

const STANDARD = { port: 21, seconds: 30 }
/** RFC 1635. */
const ANONYMOUS = { user: 'anonymous', password: 'upalert@' }
const ONE_LINE = { type: 'string', pattern: '^[^\\r\\n\\0]*$', form: 'text on one line' } as const

export const ftp: Monitor<FtpOptions> = {
  name: 'ftp',
  question: 'does it greet and say goodbye, or give a file?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      user: { ...ONE_LINE, description: 'who logs in; otherwise nobody does, or "anonymous" where there is a --path' },
      ...passwordProperties,
      path: { ...ONE_LINE, minLength: 1, description: 'file to fetch' },
      receive: receiveProperty('in the file'),
      ...talkProperties(STANDARD),
    },
    additionalProperties: false,
  },
  flags: talkFlags,
  rest: null,
  optionFaults: fileFaults,
  check(hosts, options, context) {
    const { user = '', path } = options
    if (user === '' && path === undefined && options.receive === undefined) {
      return talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
        converse(line, attempt, ftpConversation()),
      )
    }
    const nameless = user === '' && options.password === undefined && options.passwordFile === undefined
    const password = passwordOf(nameless ? ANONYMOUS : options, context.trace)
    const receive = path === undefined && (options.receive ?? '') !== '' ? PATHLESS : readReceive(options.receive)
    return talkWithEach(hosts, options, STANDARD, context, async ({ socket, address }, attempt) => {
      if (password.kind === 'failed') return refuse(socket, password.outcome)
      if (receive.kind === 'failed') return refuse(socket, receive.outcome)
      const family = address.includes(':') ? 6 : 4
      const target = { address, family, port: socket.remotePort ?? 0, ...outletOf(options) } as const
      const who = { user: user === '' ? ANONYMOUS.user : user, password: password.text }
      return fetchOver(socket, target, { ...who, path: path ?? null, receive }, attempt)
    })
  },
}

function fileFaults(options: Readonly<Record<string, unknown>>): readonly OptionFault[] {
  const { path, receive } = options
  if (path !== undefined || typeof receive !== 'string' || receive === '') return receiveFaults(options)
  const hint = 'write the path of the file as well (in an ldirectord.cf: request)'
  return [{ property: 'receive', item: null, message: 'a pattern is looked for in a file, and none is named', hint }]
}

const PATHLESS = {
  kind: 'failed',
  outcome: {
    kind: 'unknown',
    code: 'bad-option',
    text: 'could not be checked: --receive is for a file; give its --path',
  },
} as const

function refuse(socket: Socket, outcome: Outcome): Outcome {
  socket.destroy()
  return outcome
}

/**
 * Waits for each host's POP3 greeting, logs in where a user is given, and says quit; over TLS where asked for.
 * Up: it answered +OK to each. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's pop3.monitor (-p, -t; its conversation and first line); ldirectord(8), service=pop and pops; RFC 1939.
 */
import { passwordProperties } from '../src/edge/probe/password.ts'
import { type SecureTalkOptions, talkSecurely } from '../src/edge/probe/secure-talk.ts'
import { portOfTwo, talkFlags, talkProperties } from '../src/edge/probe/talk-options.ts'
import { tlsProperties } from '../src/edge/probe/tls-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { pop3Conversation } from '../src/wire/talk/pop3.ts'

export interface Pop3Options extends SecureTalkOptions {
  readonly goodbye?: boolean
}

const PLAIN = { port: 110, seconds: 30 }
const SECURE = { port: 995, seconds: 30 }

export const pop3: Monitor<Pop3Options> = {
  name: 'pop3',
  question: 'does it greet and say goodbye?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      user: {
        type: 'string',
        pattern: '^[^\\r\\n\\0]*$',
        form: 'text on one line',
        description: 'who logs in; otherwise nobody does',
      },
      ...passwordProperties,
      goodbye: { type: 'boolean', default: true, description: 'quit must be answered; --no-goodbye where it need not' },
      ...tlsProperties,
      ...talkProperties(PLAIN),
      port: portOfTwo(PLAIN, SECURE),
    },
    additionalProperties: false,
  },
  flags: talkFlags,
  rest: null,
  check(hosts, options, context) {
    const { user = '', goodbye = true, tls = false } = options
    return talkSecurely(hosts, options, tls ? SECURE : PLAIN, context, (password) =>
      pop3Conversation({ login: user === '' ? null : { user, password }, goodbye }),
    )
  },
}

/**
 * Waits for each host's IMAP greeting, logs in, opens a mailbox where one is given, and logs out; over TLS where asked for.
 * Up: it answered OK to each. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's imap.monitor (-m, -p, -t; its conversation and first line); ldirectord(8), service=imap and imaps; RFC 3501.
 */
import { passwordProperties } from '../src/edge/probe/password.ts'
import { type SecureTalkOptions, talkSecurely } from '../src/edge/probe/secure-talk.ts'
import { portOfTwo, talkFlags, talkProperties } from '../src/edge/probe/talk-options.ts'
import { tlsProperties } from '../src/edge/probe/tls-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { imapConversation } from '../src/wire/talk/imap.ts'

export interface ImapOptions extends SecureTalkOptions {
  readonly mailbox?: string
  readonly anonymous?: boolean
  readonly goodbye?: boolean
}

const PLAIN = { port: 143, seconds: 30 }
const SECURE = { port: 993, seconds: 30 }
/** RFC 3501 §9, QUOTED-CHAR: nothing but ASCII, and no line end. */
const PRINTABLE = { type: 'string', pattern: '^[\\x20-\\x7e]*$', form: 'ASCII without controls' } as const

export const imap: Monitor<ImapOptions> = {
  name: 'imap',
  question: 'does it let somebody in and say goodbye?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      mailbox: { ...PRINTABLE, description: 'mailbox to open for reading, in quotes of its own where it has blanks' },
      user: { ...PRINTABLE, description: 'who logs in; otherwise ANONYMOUS, as imap.monitor does' },
      password: { ...PRINTABLE, description: 'password of --user, sent as it is' },
      passwordFile: passwordProperties.passwordFile,
      anonymous: {
        type: 'boolean',
        default: true,
        description: 'log in as ANONYMOUS where no --user is given; --no-anonymous logs in as nobody',
      },
      goodbye: {
        type: 'boolean',
        default: true,
        description: 'LOGOUT must be answered; --no-goodbye where it need not',
      },
      ...tlsProperties,
      ...talkProperties(PLAIN),
      port: portOfTwo(PLAIN, SECURE),
    },
    additionalProperties: false,
  },
  flags: { m: 'mailbox', ...talkFlags },
  rest: null,
  check(hosts, options, context) {
    const { user = '', mailbox = '', anonymous = true, goodbye = true, tls = false } = options
    return talkSecurely(hosts, options, tls ? SECURE : PLAIN, context, (password) =>
      imapConversation({
        login: user !== '' ? { user, password } : anonymous ? null : 'nobody',
        mailbox: mailbox === '' || mailbox === '0' ? null : mailbox,
        goodbye,
      }),
    )
  },
}

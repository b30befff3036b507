/**
 * Waits for each host's IMAP greeting, logs in, opens a mailbox where one is given, and logs out.
 * Up: it answered OK to each. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's imap.monitor (-m, -p, -t; its conversation and first line); RFC 3501.
 */
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { imapConversation } from '../src/wire/talk/imap.ts'

export interface ImapOptions extends TalkOptions {
  readonly mailbox?: string
  readonly user?: string
  readonly password?: string
}

const STANDARD = { port: 143, seconds: 30 }
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
      ...talkProperties(STANDARD),
    },
    additionalProperties: false,
  },
  flags: { m: 'mailbox', ...talkFlags },
  rest: null,
  check(hosts, options, context) {
    const { user = '', password = '', mailbox = '' } = options
    const plan = {
      login: user === '' ? null : { user, password },
      mailbox: mailbox === '' || mailbox === '0' ? null : mailbox,
    }
    return talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
      converse(line, attempt, imapConversation(plan)),
    )
  },
}

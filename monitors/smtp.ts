/**
 * Waits for each host's SMTP greeting, says HELO or EHLO and then quit.
 * Up: it answered 220, 250 and 221. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's smtp.monitor (-p, -t; its conversation and first line); keepalived.conf(5), SMTP_CHECK;
 * ldirectord(8), service=smtp and submission; RFC 5321.
 */
import { hostname } from 'node:os'
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { smtpConversation } from '../src/wire/talk/smtp.ts'

export interface SmtpOptions extends TalkOptions {
  readonly helo?: string
  readonly anyGoodbye?: boolean
  readonly ehlo?: boolean
  readonly goodbye?: boolean
}

const STANDARD = { port: 25, seconds: 30 }

export const smtp: Monitor<SmtpOptions> = {
  name: 'smtp',
  question: 'does it greet and say goodbye?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      ...talkProperties(STANDARD),
      helo: {
        type: 'string',
        pattern: '^[\\x21-\\x7e]{1,255}$',
        form: 'a name without blanks',
        description: "name to say HELO with, this machine's otherwise",
      },
      anyGoodbye: { type: 'boolean', description: 'whatever is answered to QUIT will do, not 221 alone' },
      ehlo: { type: 'boolean', description: 'say EHLO, and HELO only where that is refused' },
      goodbye: { type: 'boolean', default: true, description: 'QUIT must be answered; --no-goodbye where it need not' },
    },
    additionalProperties: false,
  },
  flags: talkFlags,
  rest: null,
  check(hosts, options, context) {
    const { helo: us = hostname(), anyGoodbye = false, ehlo = false } = options
    const answered = anyGoodbye ? 'any' : '221'
    const goodbye = options.goodbye === false ? 'none' : answered
    return talkWithEach(hosts, options, STANDARD, context, (line, attempt) => {
      return converse(line, attempt, smtpConversation({ us, ehlo, goodbye }))
    })
  },
}

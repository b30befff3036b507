/**
 * Waits for each host's SMTP greeting, says HELO and then quit.
 * Up: it answered 220, 250 and 221. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's smtp.monitor (-p, -t; its conversation and first line); RFC 5321.
 */
import { hostname } from 'node:os'
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { smtpConversation } from '../src/wire/talk/smtp.ts'

const STANDARD = { port: 25, seconds: 30 }

export const smtp: Monitor<TalkOptions> = {
  name: 'smtp',
  question: 'does it greet and say goodbye?',
  reachesHosts: true,
  schema: { type: 'object', properties: talkProperties(STANDARD), additionalProperties: false },
  flags: talkFlags,
  rest: null,
  check(hosts, options, context) {
    return talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
      converse(line, attempt, smtpConversation(hostname())),
    )
  },
}

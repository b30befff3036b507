/**
 * Waits for each host's POP3 greeting and says quit; nobody logs in.
 * Up: it answered +OK to both. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's pop3.monitor (-p, -t; its conversation and first line); RFC 1939.
 */
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { pop3Conversation } from '../src/wire/talk/pop3.ts'

const STANDARD = { port: 110, seconds: 30 }

export const pop3: Monitor<TalkOptions> = {
  name: 'pop3',
  question: 'does it greet and say goodbye?',
  reachesHosts: true,
  schema: { type: 'object', properties: talkProperties(STANDARD), additionalProperties: false },
  flags: talkFlags,
  rest: null,
  check(hosts, options, context) {
    return talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
      converse(line, attempt, pop3Conversation()),
    )
  },
}

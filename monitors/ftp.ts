/**
 * Waits for each host's FTP greeting, says quit and waits until it closes; nobody logs in.
 * Up: it answered 220 and 221. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's ftp.monitor (-p, -t; its conversation and first line); RFC 959.
 */
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { ftpConversation } from '../src/wire/talk/ftp.ts'

const STANDARD = { port: 21, seconds: 30 }

export const ftp: Monitor<TalkOptions> = {
  name: 'ftp',
  question: 'does it greet and say goodbye?',
  reachesHosts: true,
  schema: { type: 'object', properties: talkProperties(STANDARD), additionalProperties: false },
  flags: talkFlags,
  rest: null,
  check(hosts, options, context) {
    return talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
      converse(line, attempt, ftpConversation()),
    )
  },
}

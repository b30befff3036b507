/**
 * A monitor that has a short conversation with each host and is told nothing but port and time: waits for the greeting,
 * says goodbye. What is said, and what is a right answer, is the protocol's (src/wire/talk).
 */
import type { Monitor } from '../../model/monitor.ts'
import type { Conversation } from '../../wire/talk/conversation.ts'
import { converse } from './talk.ts'
import { type TalkOptions, type TalkStandard, talkFlags, talkProperties, talkWithEach } from './talk-options.ts'

/** `conversation` makes a new one for each host. */
export function greetingMonitor(
  name: string,
  standard: TalkStandard,
  conversation: () => Conversation,
): Monitor<TalkOptions> {
  return {
    name,
    question: 'does it greet and say goodbye?',
    reachesHosts: true,
    schema: { type: 'object', properties: talkProperties(standard), additionalProperties: false },
    flags: talkFlags,
    rest: null,
    check(hosts, options, context) {
      return talkWithEach(hosts, options, standard, context, (line, attempt) => converse(line, attempt, conversation()))
    },
  }
}

/**
 * Greeting and quit, as mon's ftp.monitor says them. It then waits for the server to close.
 * Source: RFC 959 §4.2 (replies of several lines), §5.4 (what may answer a new connection and QUIT).
 */
import { type Conversation, command, greeting, more, refusal, type Turn } from './conversation.ts'

const CLOSING: Turn = {
  say: null,
  awaits: 'the end of the connection',
  late: 'said goodbye and did not close the connection',
}
const UNANSWERED = 'closed the connection instead of answering quit'

export function* ftpConversation(): Conversation {
  let heard = yield greeting
  let last = heard
  // "120 ready in 2 minutes" may come first, and a greeting of several lines may hold anything.
  for (; heard !== null && !heard.startsWith('220 '); heard = yield more(greeting)) last = heard
  if (heard === null) return refusal(greeting, last, '220', 'wrong-greeting')

  const quit = command('quit')
  let said = yield quit
  if (said === null) return { kind: 'up', text: 'greeted', warnings: [UNANSWERED] }
  let inside = false
  let goodbye = false
  for (; said !== null; said = yield goodbye ? CLOSING : more(quit)) {
    const [, behind] = /^\d{3}([- ])/.exec(said) ?? []
    // Within a reply of several lines those in the middle need no code.
    if (behind === '-' || (inside && behind === undefined)) {
      inside = true
      continue
    }
    if (!said.startsWith('221 ')) return refusal(quit, said, '221')
    inside = false
    goodbye = true
  }
  return { kind: 'up', text: 'greeted and said goodbye' }
}

/**
 * Waits for each host's NNTP greeting, logs in where a user is given, becomes a reader, selects a newsgroup and says quit.
 * Up: it answered as it should to each. Down: names the hosts that did not, with the answer that was wrong.
 * Source: mon's nntp.monitor (-f, -g, -p, -t, -d, -u, -a; its conversation and first line);
 * ldirectord(8), service=nntp (the greeting alone); RFC 3977, RFC 4643.
 */
import { converse } from '../src/edge/probe/talk.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { CheckResult } from '../src/model/result.ts'
import { nntpConversation } from '../src/wire/talk/nntp.ts'

export interface NntpOptions extends TalkOptions {
  readonly group?: string
  readonly feeder?: boolean
  readonly greetingOnly?: boolean
  readonly user?: string
  readonly password?: string
  readonly debug?: string
}

const STANDARD = { port: 119, seconds: 30 }
const GROUP = 'control'
/** nntp.monitor prints this for each host as soon as its time is over, so that it comes before the names. */
const TIME_OUT = '**** Time Out'
/** RFC 3977 §3.1: what a command may hold. */
const ONE_LINE = { type: 'string', pattern: '^[^\\r\\n\\0]*$', form: 'text on one line' } as const

export const nntp: Monitor<NntpOptions> = {
  name: 'nntp',
  question: 'does it have the newsgroup?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      group: { ...ONE_LINE, default: GROUP, description: 'newsgroup to select' },
      feeder: { type: 'boolean', description: 'only greeting and quit, as another server would be served' },
      greetingOnly: { type: 'boolean', description: 'only the greeting; nothing is said' },
      user: { ...ONE_LINE, description: 'who logs in; otherwise nobody does' },
      password: { ...ONE_LINE, description: 'password of --user, sent as it is' },
      debug: { type: 'string', description: "taken for nntp.monitor's sake; nothing more is printed" },
      ...talkProperties(STANDARD),
    },
    additionalProperties: false,
  },
  flags: { g: 'group', f: 'feeder', u: 'user', a: 'password', d: 'debug', ...talkFlags },
  rest: null,
  async check(hosts, options, context) {
    const { user = '', password = '', group = '', feeder = false, greetingOnly = false } = options
    const login = user === '' || user === '0' ? null : { user, password }
    const plan = {
      reader: feeder ? null : { group: group === '' || group === '0' ? GROUP : group, login },
      greetingOnly,
    }
    const result = await talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
      converse(line, attempt, nntpConversation(plan)),
    )
    return withTimeOuts(result)
  },
}

const OVER = ['timed-out', 'lookup-timed-out']

/** The lines as nntp.monitor prints them, and the reasons below. */
function withTimeOuts(result: CheckResult): CheckResult {
  const late = result.hosts.filter((host) => host.kind !== 'up' && OVER.includes(host.code))
  if (late.length === 0) return result
  const printed = [...late.map(() => TIME_OUT), result.summary]
  return { ...result, summary: TIME_OUT, detail: `${printed.slice(1).join('\n')}\n${result.detail}` }
}

/**
 * Waits for each host's login prompt, and refuses every option that it wants to negotiate; nobody logs in.
 * Up: it showed the prompt. Down: names the hosts that did not, with the last line they showed instead.
 * Source: mon's telnet.monitor (-l, -p, -t; its first line); RFC 854, RFC 855.
 */
import { eachHost } from '../src/edge/probe/each-host.ts'
import { bytePattern } from '../src/edge/probe/raw-exchange.ts'
import { type TalkOptions, talkFlags, talkProperties, talkWithEach } from '../src/edge/probe/talk-options.ts'
import { awaitPrompt } from '../src/edge/probe/talk-prompt.ts'
import type { OptionFault } from '../src/model/module.ts'
import type { CheckContext, Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import type { CheckResult } from '../src/model/result.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import { sortedSummary } from '../src/wire/program/sorted-summary.ts'
import { MATCH_OPERATOR, MATCH_OPERATOR_FORM, patternOf } from '../src/wire/talk/match-operator.ts'

export interface TelnetOptions extends TalkOptions {
  readonly login?: string
}

const STANDARD = { port: 23, seconds: 10 }
const LOGIN = '/ogin:/i'
/** Characters of a pattern that a sentence shows. */
const QUOTED = 60

export const telnet: Monitor<TelnetOptions> = {
  name: 'telnet',
  question: 'does it show its prompt?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      login: {
        type: 'string',
        pattern: MATCH_OPERATOR,
        form: MATCH_OPERATOR_FORM,
        default: LOGIN,
        description: 'prompt to wait for',
      },
      ...talkProperties(STANDARD),
    },
    additionalProperties: false,
  },
  flags: { l: 'login', ...talkFlags },
  rest: null,
  optionFaults: loginFaults,
  check(hosts, options, context) {
    const shown = options.login ?? LOGIN
    const pattern = promptPattern(shown)
    if (pattern === null) return unreadable(hosts, shown, context)
    return talkWithEach(hosts, options, STANDARD, context, (line, attempt) =>
      awaitPrompt(line, attempt, { pattern, shown }),
    )
  },
}

function loginFaults({ login }: Readonly<Record<string, unknown>>): readonly OptionFault[] {
  if (typeof login !== 'string' || promptPattern(login) !== null) return []
  const message = `${oneLine(login, QUOTED)} is no regular expression that can be read here`
  return [{ property: 'login', item: null, message, hint: 'write it otherwise, such as /ogin: *$/i' }]
}

async function unreadable(hosts: readonly Host[], shown: string, context: CheckContext): Promise<CheckResult> {
  const text = `could not be checked: ${shown} is no regular expression that can be read here`
  const outcome = { kind: 'unknown', code: 'bad-option', text } as const
  return sortedSummary(await eachHost(hosts, context.timeout, context, async () => outcome))
}

function promptPattern(operator: string): RegExp | null {
  const pattern = patternOf(operator)
  if (pattern === null) return null
  try {
    return bytePattern(pattern.source, pattern.flags)
  } catch {
    return null
  }
}

/**
 * Asks an agent on each host how much of its weight it wants, as HAProxy's agent-check does: connects, says the words of
 * `send` if there are any, and reads one line. Up: it says so, with all or a part of the weight, or none (`drain`, `maint`).
 * Down: it says that it is. An agent that does not answer, or not in these words, says nothing about its host: that never
 * takes a host out, and never wakes anybody.
 * Source: HAProxy configuration manual, agent-check, agent-send.
 */
import { asAdvice } from '../src/edge/probe/advice.ts'
import { type Attempt, limitText } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { type Heard, sayAndListen } from '../src/edge/probe/raw-exchange.ts'
import { hostLimit, type ReachOptions, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { decodeEscapes } from '../src/model/byte-escapes.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'
import { escapeFault } from '../src/wire/expect/step.ts'
import { agentLine, LONGEST_ANSWER, readAgent } from '../src/wire/talk/agent.ts'

export interface AgentOptions extends ReachOptions {
  readonly port: number
  /** Words to say first, with the escapes of model/byte-escapes.ts. */
  readonly send?: string
}

const STANDARD_LIMIT = seconds(5)
const LONGEST_SEND = 4096

export const agent: Monitor<AgentOptions> = {
  name: 'agent',
  question: 'how much of its weight does it ask for?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'TCP port of the agent' },
      send: {
        type: 'string',
        maxLength: LONGEST_SEND,
        escapes: true,
        description: 'words to say before the answer is read, with escapes such as \\n',
      },
      ...reachProperties,
    },
    required: ['port'],
    additionalProperties: false,
  },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  optionFaults({ send }) {
    const fault = typeof send === 'string' ? escapeFault(send) : null
    return fault === null ? [] : [{ property: 'send', item: null, ...fault }]
  },
  async check(hosts, options, context) {
    const { port, send = '' } = options
    const read = decodeEscapes(send)
    const result = await eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      if (read.kind === 'fault') return unclear('bad-option', `could not be asked: ${read.sequence} is no escape`)
      const words = Buffer.from(read.bytes)
      const enough = (text: string) => agentLine(text) !== null || text.length >= LONGEST_ANSWER
      const heard = await sayAndListen(host, { port, words, enough }, options, attempt)
      if (heard.kind === 'failed') return withoutBlame(heard.outcome)
      const { address, connect, firstByte } = heard
      return { ...outcomeOf(heard, attempt), address, connect, firstByte }
    })
    return asAdvice(result)
  },
}

function outcomeOf(heard: Heard, attempt: Attempt): Outcome {
  const { end, text } = heard
  if (end === 'aborted') return unclear('aborted', 'was not checked to the end')
  const line = agentLine(text)
  if ((line ?? text).length > LONGEST_ANSWER) {
    return unclear('bad-answer', `has an agent that said more than ${LONGEST_ANSWER} bytes before the end of its line`)
  }
  if (line === null && end === 'timed-out') {
    const some = text === '' ? 'said nothing' : 'did not end its line'
    return unclear('timed-out', `has an agent that ${some} within ${limitText(attempt.limit)}`)
  }
  if (line === null && text === '') return unclear('no-answer', 'has an agent that closed without a word')
  if (line === null && end === 'reset')
    return unclear('reset', 'has an agent that cut the connection before the end of its line')
  const said = readAgent(line ?? text)
  switch (said.kind) {
    case 'down':
      return { kind: 'down', code: 'agent-down', text: said.text }
    case 'unclear':
      return unclear('bad-answer', `has an agent that ${said.text}`)
    case 'up':
      return {
        kind: 'up',
        text: said.text,
        ...(said.percent === null ? {} : { share: { kind: 'percent', value: said.percent } }),
      }
  }
}

const unclear = (code: string, text: string): Outcome => ({ kind: 'unknown', code, text })

/** A port that nobody listens on speaks against the agent, and not against its host. */
function withoutBlame(outcome: Outcome): Outcome {
  if (outcome.kind === 'up') return outcome
  return { ...outcome, kind: 'unknown', text: `${outcome.text}, so its agent was not heard` }
}

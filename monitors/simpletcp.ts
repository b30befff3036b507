/**
 * Says something to each host, closes its own side of the connection, and looks for a pattern in each line that comes back.
 * Up: a line was right. Down: the host closed, or the time was over, and none had been.
 * Source: ldirectord(8), service=simpletcp.
 */
import type { Socket } from 'node:net'
import { searchLines } from '../src/edge/http/regex.ts'
import { type Attempt, limitText } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { type Ear, listenTo } from '../src/edge/probe/listen.ts'
import { hostLimit, type ReachOptions, reach, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { type Receive, readReceive, receiveFaults, receiveProperty, shownPattern } from '../src/edge/probe/receive.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import { RawLines } from '../src/wire/talk/raw-lines.ts'

export interface SimpleTcpOptions extends ReachOptions {
  readonly port: number
  /** Two characters `\n` stand for a line end. */
  readonly request?: string
  readonly receive?: string
}

/** ldirectord's negotiatetimeout. */
const STANDARD_LIMIT = seconds(30)
/** Bytes of an answer that are looked at. */
const MOST_HEARD = 1_048_576
/** Milliseconds that a pattern may take on all of the lines of one host: the daemon has one thread. */
const MOST_SEARCHING = 500
const LONGEST_REQUEST = 65_536
const QUOTED = 80

export const simpletcp: Monitor<SimpleTcpOptions> = {
  name: 'simpletcp',
  question: 'does it answer with the right line?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'TCP port to connect to' },
      request: {
        type: 'string',
        maxLength: LONGEST_REQUEST,
        description: 'text to send, in which \\n stands for a line end; otherwise nothing is sent',
      },
      receive: receiveProperty('in a line of the answer'),
      ...reachProperties,
    },
    required: ['port'],
    additionalProperties: false,
  },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  optionFaults: receiveFaults,
  check(hosts, options, context) {
    const receive = readReceive(options.receive)
    const words = Buffer.from((options.request ?? '').replaceAll('\\n', '\n'))
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      if (receive.kind === 'failed') return receive.outcome
      const reached = await reach(host, options.port, options, attempt)
      if (reached.kind === 'failed') return reached.outcome
      const { socket, address, connect } = reached
      return { ...(await ask(socket, words, receive, attempt)), address, connect }
    })
  },
}

function ask(socket: Socket, words: Buffer, receive: Receive, attempt: Attempt): Promise<Outcome> {
  const heard = listenTo(socket, earFor(receive, attempt), attempt)
  if (socket.writable) socket.end(words)
  return heard
}

function earFor(receive: Receive, attempt: Attempt): Ear {
  const lines = new RawLines(MOST_HEARD)
  let searching = 0
  let last: string | null = null
  const shown = receive.kind === 'pattern' ? ` like ${shownPattern(receive.shown)}` : ''
  const without = (code: string, text: string): Outcome => {
    const heard = last ?? lines.rest()
    const which = last === null ? 'it said, without a line end,' : 'its last line was'
    const said = heard === null ? 'it said nothing' : `${which} "${oneLine(heard, QUOTED)}"`
    return { kind: 'down', code, text: `${text}; ${said}` }
  }
  const look = (some: readonly string[]): Outcome | null => {
    last = some.at(-1) ?? last
    const began = attempt.elapsed()
    const at = receive.kind === 'pattern' ? searchLines(receive.regex, some) : some.length - 1
    searching += attempt.elapsed() - began
    const right = at === 'too-slow' ? undefined : some[at]
    if (right !== undefined) return { kind: 'up', text: `answered "${oneLine(right, QUOTED)}"` }
    if (at !== 'too-slow' && searching <= MOST_SEARCHING) return null
    const text = `sent lines on which the pattern${shown.replace(' like', '')} takes too long; write one without nested repetition`
    return { kind: 'down', code: 'regex-too-slow', text }
  }
  return {
    hear(bytes) {
      const { lines: complete, full } = lines.feed(bytes)
      const found = complete.length === 0 ? null : look(complete)
      return found ?? (full ? without('too-much', `sent more than ${MOST_HEARD} bytes and no line${shown}`) : null)
    },
    closed() {
      const rest = lines.rest()
      const found = rest === null ? null : look([rest])
      return found ?? without('no-match', `closed the connection without a line${shown}`)
    },
    late: () => without('timed-out', `sent no line${shown} within ${limitText(attempt.limit)}`),
  }
}

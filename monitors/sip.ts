/**
 * Asks each SIP server for its options. Up: it answered 200. Down: names the hosts that answered something else, or nothing.
 * Source: ldirectord(8), service=sip; RFC 3261 §11 (OPTIONS), §17.1.2 (how often a request over UDP is sent again).
 */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { hostname } from 'node:os'
import { askDatagram } from '../src/edge/probe/ask-datagram.ts'
import { type Attempt, limitText } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { listenTo } from '../src/edge/probe/listen.ts'
import {
  hostLimit,
  portProperty,
  type ReachOptions,
  reach,
  reachFlags,
  reachProperties,
} from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { milliseconds, seconds } from '../src/model/units.ts'
import {
  callId,
  encodeOptions,
  isFinal,
  MOST_HEAD,
  type SipOptions as Request,
  readResponse,
  type SipResponse,
} from '../src/wire/sip/message.ts'

export interface SipOptions extends ReachOptions {
  readonly port?: number
  readonly login?: string
  readonly udp?: boolean
}

const SIP_PORT = 5060
/** ldirectord's negotiatetimeout. */
const STANDARD_LIMIT = seconds(30)
/** RFC 3261 §17.1.1.1, T1. */
const AGAIN = milliseconds(500)
const OK = 200

export const sip: Monitor<SipOptions> = {
  name: 'sip',
  question: 'does it answer OPTIONS?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: { ...portProperty(SIP_PORT), description: 'port to ask, TCP or UDP' },
      login: {
        type: 'string',
        pattern: '^[!#-;=?-~]{1,255}$',
        form: 'user@host, in ASCII and without blanks',
        description: 'whom the request is for, upalert@ and the name of this machine otherwise',
      },
      udp: { type: 'boolean', description: 'ask over UDP, not TCP' },
      ...reachProperties,
    },
    additionalProperties: false,
  },
  flags: { p: 'port', u: 'udp', ...reachFlags },
  rest: null,
  check(hosts, options, context) {
    const login = options.login ?? `upalert@${hostname()}`
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, (host, attempt) => {
      const request = { login, unique: randomBytes(12).toString('hex') }
      return options.udp === true ? overUdp(host, request, options, attempt) : overTcp(host, request, options, attempt)
    })
  },
}

type Asking = Pick<Request, 'login' | 'unique'>

async function overUdp(host: Host, request: Asking, options: SipOptions, attempt: Attempt): Promise<Outcome> {
  const { port = SIP_PORT } = options
  const question = {
    port,
    payload: (local: Request['local']) => encodeOptions({ ...request, transport: 'UDP', local }),
    answers(bytes: Buffer) {
      const read = readResponse(bytes, { whole: true })
      return read.kind !== 'response' || (isFinal(read) && isOurs(read, request))
    },
    again: AGAIN,
  }
  const told = await askDatagram(host, question, options, attempt)
  if (told.kind === 'failed') return told.outcome
  const { address } = told
  if (told.kind === 'silence') return { kind: 'down', code: 'timed-out', text: told.text, address }
  const read = readResponse(told.bytes, { whole: true })
  const outcome = read.kind === 'response' ? verdictOn(read) : notSip(`UDP port ${port}`)
  return { ...outcome, address, firstByte: told.firstByte }
}

async function overTcp(host: Host, request: Asking, options: SipOptions, attempt: Attempt): Promise<Outcome> {
  const { port = SIP_PORT } = options
  const reached = await reach(host, port, options, attempt)
  if (reached.kind === 'failed') return reached.outcome
  const { socket, address, connect } = reached
  const local = { address: socket.localAddress ?? address, port: socket.localPort ?? 0 }
  const heard = answerOn(socket, port, request, attempt)
  socket.write(encodeOptions({ ...request, transport: 'TCP', local }))
  return { ...(await heard), address, connect }
}

/** Answers that only say that another will come, and those to somebody else, are passed over. */
function answerOn(socket: Socket, port: number, request: Asking, attempt: Attempt): Promise<Outcome> {
  let pieces: Buffer[] = []
  let received = 0
  const early = (what: string): string => (received === 0 ? what : `${what} after ${received} bytes`)
  const ear = {
    hear(bytes: Buffer): Outcome | null {
      received += bytes.length
      if (received > MOST_RECEIVED) {
        return { kind: 'down' as const, code: 'too-much', text: `sent ${received} bytes and no answer` }
      }
      pieces.push(bytes)
      for (;;) {
        const all = Buffer.concat(pieces)
        pieces = [all]
        if (all.length === 0) return null
        const read = readResponse(all, { whole: false })
        if (read.kind === 'more') return null
        if (read.kind === 'not-sip') return notSip(`TCP port ${port}`)
        if (isFinal(read) && isOurs(read, request)) return verdictOn(read)
        pieces = [all.subarray(read.size)]
      }
    },
    closed: (): Outcome => ({
      kind: 'down',
      code: 'closed-early',
      text: `${early('closed the connection')} without an answer`,
    }),
    late: (): Outcome => ({
      kind: 'down',
      code: 'timed-out',
      text: `did not answer OPTIONS within ${limitText(attempt.limit)}`,
    }),
  }
  return listenTo(socket, ear, attempt)
}

/** Bytes of all answers, those that are passed over included. */
const MOST_RECEIVED = 16 * MOST_HEAD

/** One that does not say what it answers is taken for an answer to us: nobody else asks on this socket. */
const isOurs = (response: SipResponse, request: Asking): boolean =>
  response.callId === null || response.callId === callId(request)

function verdictOn({ status, reason }: SipResponse): Outcome {
  const said = `${status}${reason === '' ? '' : ` (${reason})`}`
  if (status === OK) return { kind: 'up', text: `answered OPTIONS with ${said}` }
  return { kind: 'down', code: 'wrong-status', text: `answered OPTIONS with ${said} where ${OK} was expected` }
}

const notSip = (where: string): Outcome => ({
  kind: 'down',
  code: 'not-sip',
  text: `sent something other than SIP on ${where}`,
})

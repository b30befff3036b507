/**
 * Asks each RADIUS server whether somebody may log in. Up: it accepted. Down: it refused, asked for more, or did not answer
 * with our secret.
 * Source: ldirectord(8), service=radius; RFC 2865, RFC 2869 §5.14, RFC 5080 §2.2.1 (how often a request is sent again).
 */
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { hostname } from 'node:os'
import { askDatagram } from '../src/edge/probe/ask-datagram.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { type PasswordOptions, passwordOf, passwordProperties } from '../src/edge/probe/password.ts'
import { hostLimit, portProperty, type ReachOptions, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import {
  type AccessRequest,
  ATTRIBUTE,
  encodeRequest,
  LONGEST_PASSWORD,
  LONGEST_VALUE,
  type Md5,
  type RadiusReply,
  readReply,
} from '../src/wire/radius/packet.ts'

export interface RadiusOptions extends ReachOptions, PasswordOptions {
  readonly port?: number
  readonly login: string
  readonly secret: string
}

const RADIUS_PORT = 1812
/** ldirectord's checktimeout. */
const STANDARD_LIMIT = seconds(5)
const AGAIN = seconds(2)
const QUOTED = 80

export const radius: Monitor<RadiusOptions> = {
  name: 'radius',
  question: 'does it let somebody in?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: { ...portProperty(RADIUS_PORT), description: 'UDP port to ask' },
      login: { type: 'string', minLength: 1, maxLength: LONGEST_VALUE, description: 'who logs in' },
      ...passwordProperties,
      secret: { type: 'string', minLength: 1, description: 'secret that this machine shares with the servers' },
      ...reachProperties,
    },
    required: ['login', 'secret'],
    additionalProperties: false,
  },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  check(hosts, options, context) {
    const password = passwordOf(options, context.trace)
    const fault = password.kind === 'failed' ? password.outcome : lengthFault(options.login, password.text)
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      if (fault !== null) return fault
      return ask(host, password.kind === 'password' ? password.text : '', options, attempt)
    })
  },
}

/** Characters are counted in the schema, octets on the wire. */
function lengthFault(login: string, password: string): Outcome | null {
  const long = (what: string, most: number): Outcome => ({
    kind: 'unknown',
    code: 'bad-option',
    text: `could not be checked: the ${what} is longer than the ${most} bytes that RADIUS can carry`,
  })
  if (Buffer.byteLength(login) > LONGEST_VALUE) return long('login', LONGEST_VALUE)
  return Buffer.byteLength(password) > LONGEST_PASSWORD ? long('password', LONGEST_PASSWORD) : null
}

async function ask(host: Host, password: string, options: RadiusOptions, attempt: Attempt): Promise<Outcome> {
  const { port = RADIUS_PORT, login } = options
  const request = requestOf(login, password, options.secret)
  let forged = false
  const question = {
    port,
    payload: encodeRequest(request, md5),
    answers(bytes: Buffer) {
      const { kind } = readReply(bytes, request, md5)
      forged ||= kind === 'forged'
      return kind !== 'foreign' && kind !== 'forged'
    },
    again: AGAIN,
  }
  const told = await askDatagram(host, question, options, attempt)
  if (told.kind === 'failed') return told.outcome
  const { address } = told
  if (told.kind === 'silence') {
    // RFC 2865 §3: such an answer is no answer, and a true one might have followed it.
    const text = 'answered, but not with our secret: it has another one, or somebody else answered in its place'
    const outcome: Outcome = forged ? { kind: 'down', code: 'wrong-secret', text } : silent(told.text)
    return { ...outcome, address }
  }
  return { ...verdictOn(readReply(told.bytes, request, md5), login, password), address, firstByte: told.firstByte }
}

/** RFC 2865 §4.1: a server that does not know us, or finds our signature wrong, says nothing. */
const silent = (text: string): Outcome => ({
  kind: 'down',
  code: 'timed-out',
  text: `${text}; to a client or a secret that it does not know it would say nothing either`,
})

function requestOf(login: string, password: string, secret: string): AccessRequest {
  return {
    identifier: randomInt(256),
    authenticator: randomBytes(16),
    secret: Buffer.from(secret),
    login,
    password,
    attributes: [{ type: ATTRIBUTE.nasIdentifier, value: Buffer.from(hostname()).subarray(0, LONGEST_VALUE) }],
    authenticated: true,
  }
}

function verdictOn(reply: RadiusReply, login: string, password: string): Outcome {
  const message = 'message' in reply ? reply.message : ''
  const hidden = password === '' ? message : message.replaceAll(password, '***')
  const said = hidden === '' ? '' : ` ("${oneLine(hidden, QUOTED)}")`
  const who = oneLine(login, QUOTED)
  switch (reply.kind) {
    case 'accepted':
      return { kind: 'up', text: `let ${who} in` }
    case 'challenged':
      return { kind: 'down', code: 'challenged', text: `wants more of ${who} than a password${said}` }
    default:
      return { kind: 'down', code: 'login-refused', text: `did not let ${who} in${said}` }
  }
}

const md5: Md5 = (...parts) => {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/**
 * Sends each host a datagram. Down: ICMP says that it did not arrive, or a reply is required and none comes, or a wrong one.
 * Up without a reply as well where none is required: silence is all that many services have to say.
 * Source: keepalived.conf(5), UDP_CHECK; what 2.2.7 does (it checks lengths only where a pattern is given).
 */
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { limitText } from '../src/edge/probe/attempt.ts'
import { type Answered, sendAndWait } from '../src/edge/probe/datagram.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import type { ReachOptions } from '../src/edge/probe/reach.ts'
import { familyOf, hostLimit, outletOf, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { resolve } from '../src/edge/probe/resolve.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'
import {
  type BytePattern,
  firstDifference,
  HEX_OR_X_PATTERN,
  HEX_PATTERN,
  MOST_BYTES,
  readHex,
  readHexPattern,
} from '../src/wire/talk/hex-pattern.ts'

export interface UdpOptions extends ReachOptions {
  readonly port: number
  /** Hexadecimal digits. */
  readonly payload?: string
  readonly requireReply?: boolean
  /** Hexadecimal digits and x; implies `requireReply`. */
  readonly reply?: string
  readonly minReplyLength?: number
  readonly maxReplyLength?: number
}

const STANDARD_LIMIT = seconds(5)
/** keepalived's own: this text again and again, 32 bytes of it. */
const STANDARD_PAYLOAD = Buffer.from('keepalived check - '.repeat(2).slice(0, 32))
const LONGEST_REPLY = 65_535
const STANDARD_MOST = 255
/** Room for all the digits that fit into a datagram, and a blank for each byte. */
const LONGEST_HEX = MOST_BYTES * 3
/** Bytes of a reply that a sentence quotes. */
const QUOTED = 16

const HEX_FORM = 'hexadecimal digits, such as "0d0a 00 ff"'
const length = { type: 'integer', minimum: 0, maximum: LONGEST_REPLY } as const

export const udp: Monitor<UdpOptions> = {
  name: 'udp',
  question: 'is a datagram taken, or answered?',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: { type: 'integer', minimum: 1, maximum: 65535, description: 'UDP port to send to' },
      payload: {
        type: 'string',
        pattern: HEX_PATTERN,
        maxLength: LONGEST_HEX,
        form: HEX_FORM,
        description: 'bytes to send, 32 bytes of text otherwise',
      },
      requireReply: { type: 'boolean', description: 'silence is a failure' },
      reply: {
        type: 'string',
        pattern: HEX_OR_X_PATTERN,
        maxLength: LONGEST_HEX,
        form: `${HEX_FORM}, with x for a digit that may be any`,
        description: 'bytes with which a reply must begin; then silence is a failure',
      },
      minReplyLength: { ...length, default: 0, description: 'bytes of a reply, at least; counts with --reply' },
      maxReplyLength: {
        ...length,
        default: STANDARD_MOST,
        description: 'bytes of a reply, at most; counts with --reply',
      },
      ...reachProperties,
    },
    required: ['port'],
    additionalProperties: false,
  },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  check(hosts, options, context) {
    const payload = options.payload === undefined ? STANDARD_PAYLOAD : readHex(options.payload)
    const pattern = options.reply === undefined ? null : readHexPattern(options.reply)
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      if (payload === null || (options.reply !== undefined && pattern === null)) {
        const text = `could not be checked: payload and reply are ${HEX_FORM}`
        return { kind: 'unknown', code: 'bad-option', text }
      }
      const found = await resolve(options.connectIp ?? host, familyOf(options), attempt)
      if (found.kind === 'failed') return { kind: 'unknown', code: found.code, text: found.text }
      const { address, family } = found
      const target = { address, family, port: options.port, ...outletOf(options) }
      const answered = await sendAndWait(target, payload, attempt, () => true)
      return { ...outcomeOf(answered, pattern, options, attempt), address }
    })
  },
}

function outcomeOf(
  answered: Answered,
  pattern: readonly BytePattern[] | null,
  options: UdpOptions,
  attempt: Attempt,
): Outcome {
  const { port, requireReply = false } = options
  if (answered.kind === 'failed') {
    const { code, text, blame } = answered
    return { kind: blame === 'host' ? 'down' : 'unknown', code, text }
  }
  if (answered.kind === 'silence') {
    const within = `within ${limitText(attempt.limit)}`
    if (requireReply || pattern !== null) {
      return { kind: 'down', code: 'timed-out', text: `did not answer on UDP port ${port} ${within}` }
    }
    return { kind: 'up', text: `took a datagram on UDP port ${port}; nobody said otherwise ${within}` }
  }
  const { bytes, took } = answered
  const fault = pattern === null ? null : replyFault(bytes, pattern, options)
  if (fault !== null) return { kind: 'down', ...fault, firstByte: took }
  return { kind: 'up', text: `answered on UDP port ${port} with ${bytes.length} bytes`, firstByte: took }
}

function replyFault(
  bytes: Buffer,
  pattern: readonly BytePattern[],
  { minReplyLength = 0, maxReplyLength = STANDARD_MOST }: UdpOptions,
): { code: string; text: string } | null {
  if (bytes.length < minReplyLength || bytes.length > maxReplyLength) {
    const expected = `${minReplyLength} to ${maxReplyLength} were expected`
    return { code: 'wrong-length', text: `answered with ${bytes.length} bytes where ${expected}` }
  }
  const at = firstDifference(bytes, pattern)
  if (at === -1) return null
  const shown = bytes.toString('hex', 0, QUOTED).replace(/..(?=.)/g, '$& ')
  const more = bytes.length > QUOTED ? ' …' : ''
  return { code: 'wrong-answer', text: `answered ${shown}${more}, which is not as expected at byte ${at}` }
}

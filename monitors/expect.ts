/**
 * Has a conversation with each host, step by step as the operator wrote it: sends bytes, and waits for an answer that begins
 * with a text, or in which a regular expression is found. Over TCP, TLS or UDP.
 * Up: every answer was as expected. Down: one was not, or did not come in time, or the connection was refused or closed.
 * Source: Piranha's send and expect (lvs.cf), of whose checker nanny two habits are not copied: it reads once, so that an
 * answer in two packets fails, and an escape that it does not know makes it hang.
 */

import { converse, stepAttempt } from '../src/edge/expect/converse.ts'
import { datagramWire, streamWire } from '../src/edge/expect/wires.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { datagramFailure, openDatagrams } from '../src/edge/probe/datagram.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import type { ReachOptions } from '../src/edge/probe/reach.ts'
import { familyOf, hostLimit, outletOf, reach, reachFlags, reachProperties } from '../src/edge/probe/reach.ts'
import { resolve } from '../src/edge/probe/resolve.ts'
import { dress, type TlsOptions, type TlsPlan, tlsPlan, tlsProperties } from '../src/edge/probe/tls-options.ts'
import type { OptionFault, OptionProperty } from '../src/model/module.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import type { Milliseconds } from '../src/model/units.ts'
import { milliseconds, seconds } from '../src/model/units.ts'
import {
  emptySend,
  isFault,
  LONGEST_STEP,
  MOST_STEPS,
  readStep,
  STEP_FORM,
  STEP_PATTERN,
  STEP_WORDS,
  type Step,
} from '../src/wire/expect/step.ts'

export interface ExpectOptions extends ReachOptions, TlsOptions {
  readonly port: number
  /** `send TEXT`, `expect TEXT` or `regex TEXT`, in order. */
  readonly step: readonly string[]
  readonly udp?: boolean
}

const STANDARD_LIMIT = seconds(10)

const properties = {
  port: { type: 'integer', minimum: 1, maximum: 65535, description: 'port to connect to' },
  step: {
    type: 'array',
    items: { type: 'string', pattern: STEP_PATTERN, form: STEP_FORM, maxLength: LONGEST_STEP },
    minItems: 1,
    maxItems: MOST_STEPS,
    escapes: true,
    description: 'what to send and what to expect, in order',
  },
  udp: { type: 'boolean', description: 'a datagram for each text sent, and no connection' },
  ...tlsProperties,
  ...reachProperties,
  timeout: {
    type: 'number',
    exclusiveMinimum: 0,
    description:
      'seconds that each step may take, the connection being one; the timeout of the service bounds all hosts together',
  },
} as const satisfies Record<string, OptionProperty>

export const expect: Monitor<ExpectOptions> = {
  name: 'expect',
  question: 'does it answer as expected, step by step?',
  reachesHosts: true,
  schema: { type: 'object', properties, required: ['port', 'step'], additionalProperties: false },
  flags: { p: 'port', ...reachFlags },
  rest: null,
  inOrder: { property: 'step', words: STEP_WORDS },
  optionFaults: stepFaults,
  async check(hosts, options, context) {
    const read = options.step.map(readStep)
    const steps = read.filter((step): step is Step => !isFault(step))
    const stepLimit = hostLimit(options, STANDARD_LIMIT)
    const limit = milliseconds(stepLimit * (steps.length + 1))
    const talk: Talk = { options, steps, stepLimit, plan: await tlsPlan(options) }
    return eachHost(hosts, limit, context, async (host, attempt) => {
      if (steps.length < read.length)
        return unclear('bad-option', 'could not be checked: one of the steps cannot be read')
      return options.udp === true ? overUdp(host, talk, attempt) : overTcp(host, talk, attempt)
    })
  },
}

function stepFaults({ step, udp, tls }: Readonly<Record<string, unknown>>): readonly OptionFault[] {
  const steps = Array.isArray(step) ? step.map(String) : []
  const faults = steps.flatMap((text, item) => {
    const read = readStep(text)
    const fault = isFault(read) ? read : udp === true ? null : emptySend(text)
    return fault === null ? [] : [{ property: 'step', item, ...fault }]
  })
  if (udp !== true) return faults
  const first = steps[0]
  if (tls === true) {
    faults.push({
      property: 'udp',
      item: 0,
      message: 'there is no TLS over UDP here',
      hint: 'take --tls or --udp away',
    })
  }
  if (first !== undefined && !first.startsWith('send ')) {
    const hint =
      "nobody answers a datagram that was not sent: write a --send in front, if only of an empty one (--send '')"
    faults.push({ property: 'step', item: 0, message: 'with --udp the first step must send something', hint })
  }
  return faults
}

interface Talk {
  readonly options: ExpectOptions
  readonly steps: readonly Step[]
  readonly stepLimit: Milliseconds
  readonly plan: TlsPlan
}

async function overTcp(host: Host, { options, steps, stepLimit, plan }: Talk, attempt: Attempt): Promise<Outcome> {
  const first = stepAttempt(stepLimit, attempt)
  try {
    const reached = await reach(host, options.port, options, first)
    if (reached.kind === 'failed') return reached.outcome
    const { address, connect } = reached
    const dressed = await dress(reached.socket, host, plan, first)
    if (dressed.kind === 'failed') return { ...dressed.outcome, address, connect }
    return { ...(await converse(streamWire(dressed.socket), steps, { attempt, stepLimit })), address, connect }
  } finally {
    first.end()
  }
}

async function overUdp(host: Host, { options, steps, stepLimit }: Talk, attempt: Attempt): Promise<Outcome> {
  const found = await resolve(options.connectIp ?? host, familyOf(options), attempt)
  if (found.kind === 'failed') return unclear(found.code, found.text)
  const { address, family } = found
  const target = { address, family, port: options.port, ...outletOf(options) }
  const opened = openDatagrams(target)
  const failed = ({ blame, code, text }: ReturnType<typeof datagramFailure>): Outcome => ({
    kind: blame === 'host' ? 'down' : 'unknown',
    code,
    text,
  })
  if ('kind' in opened) return { ...failed(opened), address }
  const refused = await new Promise<NodeJS.ErrnoException | null>((settle) => {
    opened.once('error', settle)
    opened.connect(options.port, address, () => settle(null))
  })
  opened.removeAllListeners('error')
  const meaning = (error: NodeJS.ErrnoException) => failed(datagramFailure(error.code ?? error.message, target))
  const wire = datagramWire(opened, meaning, attempt.trace)
  if (refused !== null) {
    wire.close()
    return { ...meaning(refused), address }
  }
  return { ...(await converse(wire, steps, { attempt, stepLimit })), address }
}

const unclear = (code: string, text: string): Outcome => ({ kind: 'unknown', code, text })

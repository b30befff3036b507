/**
 * Sends each host a request in the operator's own words, once or several times, and looks for a pattern in the answer.
 * The summary has the whole seconds that each failed request took: "www.foo.org(15) www.boo.com(1)".
 * Source: mon's phttp.monitor (its options, its request and its summary line).
 */
import { tryPattern } from '../src/edge/http/regex.ts'
import { type Attempt, startAttempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { bytePattern, type Heard, sayAndListen, unfinished } from '../src/edge/probe/raw-exchange.ts'
import { portProperty } from '../src/edge/probe/reach.ts'
import type { OptionProperty } from '../src/model/module.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { milliseconds, seconds } from '../src/model/units.ts'

export interface MonPhttpOptions {
  readonly port?: number
  readonly request?: string
  readonly inserthost?: boolean
  readonly noinserthost?: boolean
  readonly nbrequests?: number
  /** Seconds. */
  readonly timeout?: number
  /** Seconds. */
  readonly softimeout?: number
  readonly regex?: string
  readonly [debug: `D${string}`]: boolean
}

/** What phttp.monitor uses where an option is not given. */
const HTTP_PORT = 80
const REQUEST = 'HEAD / HTTP/1.0\\nUser-Agent: phttp.monitor\\r\\n\\r\\n'
const TIMEOUT_SECONDS = 20
const REGEX = '^HTTP/([\\d\\.]+)\\s+200\\b'

/** Each request takes a socket; so many of one host are sent at the same time. */
const REQUESTS_AT_ONCE = 10
const MOST_REQUESTS = 100

const SECONDS = { type: 'integer', minimum: 0, maximum: 86_400 } as const
const DEBUG = ['Dopt', 'Dgen', 'Dres', 'Dcre', 'Dcon', 'Dsel', 'Dwri', 'Drea', 'Dana', 'Dfin', 'Dall']
const debugProperty: OptionProperty = {
  type: 'boolean',
  description: "taken for phttp.monitor's sake; nothing more is printed",
}

export const monPhttp: Monitor<MonPhttpOptions> = {
  name: 'mon-phttp',
  question: 'is the pattern in the answer? (the options of phttp.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: portProperty(HTTP_PORT),
      request: { type: 'string', default: REQUEST, description: 'what to send; \\n and \\r stand for the line ends' },
      inserthost: {
        type: 'boolean',
        default: true,
        description: 'put a Host header behind the last line of the request',
      },
      noinserthost: { type: 'boolean', description: 'do not' },
      nbrequests: {
        type: 'integer',
        minimum: 1,
        maximum: MOST_REQUESTS,
        default: 1,
        description: 'requests to each host',
      },
      timeout: { ...SECONDS, default: TIMEOUT_SECONDS, description: 'seconds that one request may take' },
      softimeout: { ...SECONDS, description: 'seconds after which a good answer is a failure; otherwise the timeout' },
      regex: {
        type: 'string',
        format: 'regex',
        form: 'a regular expression as in JavaScript',
        default: REGEX,
        description: 'must be found in the whole answer, headers included',
      },
      ...Object.fromEntries(DEBUG.map((name) => [name, debugProperty])),
    },
    additionalProperties: false,
  },
  // Getopt::Long takes the first letters of a name for it, as long as they are those of no other.
  flags: { p: 'port', i: 'inserthost', n: 'nbrequests', t: 'timeout', s: 'softimeout' },
  rest: null,
  async check(hosts, options, context) {
    const count = options.nbrequests ?? 1
    const rounds = Math.ceil(count / REQUESTS_AT_ONCE)
    const plan = planOf(options)
    const failed = new Map<Host, string[]>()
    const result = await eachHost(hosts, milliseconds(plan.limit * rounds), context, async (host, attempt) => {
      const outcomes = await askSeveral(host, count, plan, attempt)
      const bad = outcomes.filter(({ kind }) => kind !== 'up')
      const took = bad.map(({ seconds: length }) => length).sort((one, other) => one - other)
      failed.set(
        host,
        took.map((length) => `${host}(${length})`),
      )
      return bad[0] ?? outcomes[0] ?? { kind: 'unknown', code: 'aborted', text: 'was not checked to the end' }
    })
    const failing = result.hosts.filter(({ kind }) => kind !== 'up').map(({ host }) => host)
    return {
      ...result,
      summary: failing
        .sort()
        .flatMap((host) => failed.get(host) ?? `${host}(0)`)
        .join(' '),
    }
  },
}

interface Plan {
  readonly port: number
  readonly request: (host: Host) => string
  readonly limit: number
  readonly softLimit: number
  readonly pattern: RegExp
  readonly shown: string
}

function planOf(options: MonPhttpOptions): Plan {
  const timeout = options.timeout ?? TIMEOUT_SECONDS
  const regex = options.regex ?? REGEX
  const request = (options.request ?? REQUEST).replaceAll('\\n', '\n').replaceAll('\\r', '\r')
  const inserts = options.inserthost !== false && options.noinserthost !== true
  return {
    port: options.port ?? HTTP_PORT,
    request: (host) => (inserts ? request.replace('\r\n\r\n', () => `\r\nHost: ${host}\r\n\r\n`) : request),
    limit: seconds(timeout),
    softLimit: seconds(options.softimeout ?? timeout),
    pattern: bytePattern(regex, ''),
    shown: regex,
  }
}

type Timed = Outcome & { readonly seconds: number }

async function askSeveral(host: Host, count: number, plan: Plan, attempt: Attempt): Promise<readonly Timed[]> {
  const outcomes: Timed[] = []
  while (outcomes.length < count) {
    const some = Math.min(REQUESTS_AT_ONCE, count - outcomes.length)
    outcomes.push(...(await Promise.all(Array.from({ length: some }, () => askOnce(host, plan, attempt)))))
  }
  return outcomes
}

async function askOnce(host: Host, plan: Plan, whole: Attempt): Promise<Timed> {
  const part = startAttempt(milliseconds(plan.limit), whole.signal, whole.trace)
  const { signal, limit, started, elapsed, end } = part
  const attempt: Attempt = { signal, limit, started, elapsed, end, stopped: () => whole.stopped() ?? part.stopped() }
  try {
    const words = Buffer.from(plan.request(host))
    const heard = await sayAndListen(host, { port: plan.port, words, enough: () => false }, {}, attempt)
    const took = { seconds: Math.round(attempt.elapsed() / 1000) }
    if (heard.kind === 'failed') return { ...heard.outcome, ...took }
    const { address, connect, firstByte } = heard
    return { ...verdict(heard, plan, attempt), address, connect, firstByte, ...took }
  } finally {
    attempt.end()
  }
}

function verdict(heard: Heard, { pattern, shown, softLimit }: Plan, attempt: Attempt): Outcome {
  const broken = unfinished(heard, attempt)
  // A host that resets the connection behind a good answer has given it all the same.
  if (broken !== null && heard.end !== 'reset') return broken
  const found = tryPattern(pattern, heard.text)
  if (found === 'too-slow') {
    return {
      kind: 'down',
      code: 'regex-too-slow',
      text: 'sent an answer on which the pattern of --regex takes too long',
    }
  }
  if (found === 'missing') {
    if (broken !== null) return broken
    return {
      kind: 'down',
      code: 'no-match',
      text: `answered ${heard.text.length} bytes in which ${shown} is not found`,
    }
  }
  if (attempt.elapsed() <= softLimit) return { kind: 'up', text: `answered ${heard.text.length} bytes as expected` }
  return { kind: 'down', code: 'slow', text: `answered as expected, and later than --softimeout ${softLimit / 1000}` }
}

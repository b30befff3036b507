/**
 * Asks each host for a page the way mon's http.monitor does, and takes for success what it takes for success: status 200,
 * 301, 302 or 401, or with -m whatever the pattern is found in, HTTP or not.
 * Source: mon's http.monitor (-p, -t, -u, -a, -m, -o; its request and its summary line).
 */
import { tryPattern } from '../src/edge/http/regex.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { bytePattern, type Heard, sayAndListen, unfinished } from '../src/edge/probe/raw-exchange.ts'
import { hostLimit, portProperty, reachProperties } from '../src/edge/probe/reach.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { seconds } from '../src/model/units.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'
import { sortedSummary } from '../src/wire/program/sorted-summary.ts'

export interface MonHttpOptions {
  readonly port?: number
  /** Seconds. */
  readonly timeout?: number
  readonly url?: string
  readonly agent?: string
  readonly match?: string
  readonly omit?: boolean
}

/** What http.monitor uses where an option is not given. */
const HTTP_PORT = 80
const STANDARD_LIMIT = seconds(30)
const PATH = '/'
const AGENT = 'mon.d/http.monitor'
const ONE_LINE = { pattern: '^[^\\x00-\\x1f\\x7f]*$', form: 'one line of text' } as const
const GOOD_STATUS = /^HTTP\/[\d.]+\s+(?:200|30[12]|401)\b/
/** Characters of an answer that a sentence quotes. */
const QUOTED = 60

export const monHttp: Monitor<MonHttpOptions> = {
  name: 'mon-http',
  question: 'does the page answer? (the options of http.monitor)',
  reachesHosts: true,
  schema: {
    type: 'object',
    properties: {
      port: portProperty(HTTP_PORT),
      timeout: reachProperties.timeout,
      url: {
        type: 'string',
        ...ONE_LINE,
        default: PATH,
        description: 'what to ask for, put into the request as it is',
      },
      agent: { type: 'string', ...ONE_LINE, default: AGENT, description: 'the User-Agent header' },
      match: {
        type: 'string',
        format: 'regex',
        form: 'a regular expression as in JavaScript',
        description: 'must be found in headers or page; then any status will do',
      },
      omit: { type: 'boolean', description: "taken for http.monitor's sake; headers are not printed anyway" },
    },
    additionalProperties: false,
  },
  flags: { p: 'port', t: 'timeout', u: 'url', a: 'agent', m: 'match', o: 'omit' },
  rest: null,
  async check(hosts, options, context) {
    const { port = HTTP_PORT, url = PATH, agent = AGENT } = options
    const pattern = options.match ? bytePattern(options.match, 's') : null
    // A status line is enough where nothing is looked for behind it.
    const enough = (text: string): boolean => pattern === null && text.includes('\n')
    const result = await eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      const words = `GET ${url || PATH} HTTP/1.0\r\nHost: ${host}\r\nUser-Agent: ${agent || AGENT}\r\n\r\n`
      const heard = await sayAndListen(host, { port, words: Buffer.from(words), enough }, {}, attempt)
      if (heard.kind === 'failed') return heard.outcome
      const { address, connect, firstByte } = heard
      return { ...verdict(heard, pattern, attempt), address, connect, firstByte }
    })
    return sortedSummary(result)
  },
}

/** As in the script, what came is judged even if the host did not close in time. */
function verdict(heard: Heard, pattern: RegExp | null, attempt: Attempt): Outcome {
  const { text } = heard
  if (pattern === null && GOOD_STATUS.test(text)) return { kind: 'up', text: `answered ${firstLine(text)}` }
  const found = pattern === null ? 'missing' : tryPattern(pattern, text)
  if (found === 'found') return { kind: 'up', text: 'has what -m looks for' }
  if (found === 'too-slow') {
    return { kind: 'down', code: 'regex-too-slow', text: 'has a page on which the pattern of -m takes too long' }
  }
  const broken = unfinished(heard, attempt)
  if (broken !== null) return broken
  if (text === '') return { kind: 'down', code: 'no-answer', text: 'closed the connection without an answer' }
  const got = `answered ${firstLine(text)}`
  if (pattern !== null) return { kind: 'down', code: 'no-match', text: `${got}, and -m is not found in it` }
  return { kind: 'down', code: 'wrong-status', text: `${got} where 200, 301, 302 or 401 was expected` }
}

/** In quotes, since it may be anything. */
function firstLine(text: string): string {
  return JSON.stringify(oneLine(text.split('\n', 1)[0]?.trimEnd() ?? '', QUOTED))
}

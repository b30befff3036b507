/**
 * Asks each host for one or more pages and compares status, digest and text with what the operator expects.
 * Up: every page of every host was as expected. Down: names the hosts, and the first page that was not.
 * Source: mon's http.monitor (its flags; `-m` decides alone, as there); keepalived.conf(5), HTTP_GET and SSL_GET; RFC 9110.
 */
import { createHash } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import type { Attempt } from '../src/edge/attempt.ts'
import type { Outcome } from '../src/edge/each-host.ts'
import { eachHost } from '../src/edge/each-host.ts'
import type { Ask, Asked } from '../src/edge/http-ask.ts'
import { askOnce } from '../src/edge/http-ask.ts'
import type { ReachOptions } from '../src/edge/reach.ts'
import { hostLimit, reachFlags, reachProperties } from '../src/edge/reach.ts'
import { tryPattern } from '../src/edge/regex.ts'
import { trust } from '../src/edge/tls.ts'
import type { OptionProperty } from '../src/model/module.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { host as hostOf } from '../src/model/names.ts'
import { seconds } from '../src/model/units.ts'
import type { HttpHead, HttpHeader } from '../src/wire/http.ts'
import { encodeRequest, HEADER_PATTERN, headerOf, parseStatusList, STATUS_PATTERN } from '../src/wire/http.ts'
import type { Page } from '../src/wire/http-page.ts'
import { DIGEST_PATTERN, PAGE_PATTERN, parseDigest, parsePage } from '../src/wire/http-page.ts'
import type { Step, StepOptions } from '../src/wire/http-steps.ts'
import { firstStep, redirectStep, stepText } from '../src/wire/http-steps.ts'
import type { Expectation, Tools } from '../src/wire/http-verdict.ts'
import { replyFault, statusFault } from '../src/wire/http-verdict.ts'
import { oneLine } from '../src/wire/safe-text.ts'

export interface HttpOptions extends ReachOptions {
  readonly port?: number
  readonly url?: readonly string[]
  readonly status?: string
  readonly digest?: string
  readonly regex?: string
  readonly match?: string
  readonly ignoreCase?: boolean
  readonly hostHeader?: string
  readonly method?: string
  readonly body?: string
  readonly header?: readonly string[]
  readonly userAgent?: string
  readonly http?: '1.0' | '1.1'
  readonly follow?: number
  readonly maxBody?: number
  readonly tls?: boolean
  readonly verify?: boolean
  readonly servername?: string
  readonly ca?: string
  readonly omitHeaders?: boolean
}

/** http.monitor waits thirty seconds. */
const STANDARD_LIMIT = seconds(30)
const STANDARD_STATUS = '200-399'
const STANDARD_MAX_BODY = 1_048_576
/** The most a body may be allowed to be: checks of many hosts hold that much each at the same time. */
const LARGEST_MAX_BODY = 67_108_864
const MOST_REDIRECTS = 20
const MOST_PAGES = 50

const PAGE_FORM = 'a path or an http(s) URL, and behind it md5:…, sha256:… or status:…, all in one pair of quotes'
const LINE = '^[^\\x00-\\x1f\\x7f]*$'
const properties = {
  port: {
    type: 'integer',
    minimum: 1,
    maximum: 65535,
    description: 'TCP port to connect to; otherwise that of the URL, 80, or 443 with TLS',
  },
  ...reachProperties,
  url: {
    type: 'array',
    items: { type: 'string', pattern: PAGE_PATTERN, form: PAGE_FORM },
    maxItems: MOST_PAGES,
    description: 'page to ask for, "/" otherwise: a path or URL, and behind it what only this page must be: "/a md5:…"',
  },
  status: {
    type: 'string',
    pattern: STATUS_PATTERN,
    description: `expected status codes, ${STANDARD_STATUS} otherwise`,
  },
  digest: {
    type: 'string',
    pattern: DIGEST_PATTERN,
    form: '32 hex digits for MD5 or 64 for SHA-256',
    description: 'MD5 or SHA-256 of the body, in hex',
  },
  regex: {
    type: 'string',
    format: 'regex',
    form: 'a regular expression as in JavaScript',
    description: 'regular expression that must be found in the body',
  },
  match: {
    type: 'string',
    format: 'regex',
    form: 'a regular expression as in JavaScript',
    description:
      'regular expression that must be found in headers or body; then any status will do, as in http.monitor',
  },
  ignoreCase: { type: 'boolean', description: 'regular expressions take capital and small letters as the same' },
  hostHeader: {
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    form: 'a name without blanks',
    description: 'the Host header',
  },
  method: {
    type: 'string',
    pattern: '^[A-Z]{1,20}$',
    description: 'request method; GET otherwise, and POST with a body',
  },
  body: { type: 'string', description: 'body of the request' },
  header: {
    type: 'array',
    items: { type: 'string', pattern: HEADER_PATTERN, form: '"Name: value" in quotes' },
    description: 'request header "Name: value"',
  },
  userAgent: {
    type: 'string',
    pattern: LINE,
    form: 'one line of text',
    description: 'the User-Agent header, "upalert" otherwise',
  },
  http: { type: 'string', enum: ['1.0', '1.1'], description: 'version of HTTP to speak, 1.1 otherwise' },
  follow: { type: 'integer', minimum: 0, maximum: MOST_REDIRECTS, description: 'redirects to follow, none otherwise' },
  maxBody: {
    type: 'integer',
    minimum: 1,
    maximum: LARGEST_MAX_BODY,
    description: `bytes of a body that are read, ${STANDARD_MAX_BODY} otherwise`,
  },
  tls: { type: 'boolean', description: 'speak TLS' },
  verify: { type: 'boolean', description: 'with TLS: the certificate must be valid, and for the right name' },
  servername: {
    type: 'string',
    pattern: '^[\\x21-\\x7e]+$',
    description: 'with TLS: the name to ask for and to verify',
  },
  ca: { type: 'string', description: 'with verify: PEM file with the authorities to trust instead of the usual ones' },
  omitHeaders: { type: 'boolean', description: "taken for http.monitor's sake; headers are not printed anyway" },
} as const satisfies Record<string, OptionProperty>

export const http: Monitor<HttpOptions> = {
  name: 'http',
  question: 'does the page answer as expected?',
  schema: { type: 'object', properties, additionalProperties: false },
  flags: { p: 'port', ...reachFlags, u: 'url', a: 'userAgent', m: 'match', o: 'omitHeaders', S: 'tls' },
  rest: null,
  async check(hosts, options, context) {
    const plan = await planOf(options)
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      return plan.kind === 'plan' ? askAll(host, plan, attempt) : plan.outcome
    })
  },
}

interface Plan {
  readonly kind: 'plan'
  readonly options: HttpOptions
  readonly pages: readonly Page[]
  readonly expected: Expectation
  readonly headers: readonly HttpHeader[]
  readonly trusted: SecureContext
  readonly step: StepOptions
}

/** The options made ready for every host; what is wrong with them says nothing about any. */
async function planOf(options: HttpOptions): Promise<Plan | { kind: 'failed'; outcome: Outcome }> {
  const failed = (code: string, text: string) => ({
    kind: 'failed' as const,
    outcome: { kind: 'unknown' as const, code, text },
  })
  const pages = (options.url?.length ? options.url : ['/']).map(parsePage)
  const whole = pages.filter((page) => page !== null)
  if (whole.length < pages.length) {
    return failed(
      'bad-option',
      `could not be checked: ${JSON.stringify(options.url)} has something in it that is neither a path nor a URL`,
    )
  }
  const trusted = await trust(options.verify === true ? (options.ca ?? null) : null)
  if (trusted.kind === 'failed') return failed('ca-unreadable', trusted.text)
  try {
    return {
      kind: 'plan',
      options,
      pages: whole,
      expected: expectationOf(options),
      headers: (options.header ?? []).map(headerOf).filter((header) => header !== null),
      trusted: trusted.context,
      step: options.body === undefined ? options : { method: 'POST', ...options },
    }
  } catch (error) {
    return failed('bad-option', `could not be checked: ${oneLine(String(error), 200)}`)
  }
}

/** Throws what `RegExp` throws of a pattern that is none; the schema refuses those before. */
function expectationOf(options: HttpOptions): Expectation {
  // Without `u`, so that Perl's habit of escaping what needs no escape (\-, \@) is let pass.
  const flags = options.ignoreCase === true ? 'is' : 's'
  const patternOf = (text: string | undefined): RegExp | null => (text === undefined ? null : new RegExp(text, flags))
  const status = options.status ?? (options.match === undefined ? STANDARD_STATUS : null)
  return {
    statuses: status === null ? null : parseStatusList(status),
    digest: parseDigest(options.digest ?? ''),
    regex: patternOf(options.regex),
    match: patternOf(options.match),
    maxBody: options.maxBody ?? STANDARD_MAX_BODY,
  }
}

/**
 * One page after the other, each with its redirects; the first that is not as expected decides. A name is looked up once,
 * and the times told are those of the first request.
 */
async function askAll(host: Host, plan: Plan, attempt: Attempt): Promise<Outcome> {
  let first: Asked | null = null
  let status = 0
  for (const page of plan.pages) {
    const expected = expectationFor(page, plan.expected)
    for (let step: Step | null = firstStep(page, host, plan.step); step !== null; ) {
      const here = step
      const asked: Asked = await askOnce(hostOf(first?.address ?? host), askFor(here, expected, plan), attempt)
      first ??= asked
      const { address, connect, firstByte } = first
      if (asked.kind === 'failed') {
        return { ...asked.outcome, text: `${asked.outcome.text}, ${stepText(here)}`, address, connect, firstByte }
      }
      step = follow(here, headOf(asked), plan.options)
      const fault = faultOf(asked, step, expected, plan.options)
      if (fault !== null) {
        return { kind: 'down', code: fault.code, text: `${fault.text}, ${stepText(here)}`, address, connect, firstByte }
      }
      status = headOf(asked).status
    }
  }
  const [page] = plan.pages
  const text = plan.pages.length === 1 ? `answered ${status} for ${page?.target}` : `has all ${plan.pages.length} pages`
  return { kind: 'up', text: oneLine(text, LONGEST_UP_TEXT), ...timesOf(first) }
}

const LONGEST_UP_TEXT = 120

const headOf = (asked: Exclude<Asked, { kind: 'failed' }>): HttpHead =>
  asked.kind === 'reply' ? asked.reply.head : asked.head

const timesOf = (asked: Asked | null): Pick<Outcome, 'address' | 'connect' | 'firstByte'> => ({
  address: asked?.address ?? null,
  connect: asked?.connect ?? null,
  firstByte: asked?.firstByte ?? null,
})

/** What a page says of itself counts more than what the options say of all. */
function expectationFor(page: Page, all: Expectation): Expectation {
  return { ...all, statuses: page.statuses ?? all.statuses, digest: page.digest ?? all.digest }
}

function askFor(step: Step, expected: Expectation, { options, headers, trusted }: Plan): Ask {
  return {
    step,
    request: requestOf(step, options, headers),
    maxBody: expected.maxBody,
    reach: options,
    tls: { context: trusted, verify: options.verify === true, servername: options.servername ?? null },
    enough: (head) => follow(step, head, options) !== null || statusFault(head, expected) !== null,
  }
}

/** No Accept-Encoding, so that a digest is of the page and not of somebody's compression of it. */
function requestOf(step: Step, options: HttpOptions, headers: readonly HttpHeader[]): Buffer {
  const { method, target } = step
  const standard: HttpHeader[] = [
    ['Host', step.authority],
    ['User-Agent', options.userAgent ?? 'upalert'],
    ['Accept', '*/*'],
    ['Connection', 'close'],
  ]
  const body = options.body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: options.body }
  return encodeRequest({ method, target, version: options.http ?? '1.1', headers: [...standard, ...headers], ...body })
}

/** The next step where redirects are followed and this is one. */
function follow(step: Step, head: HttpHead, options: HttpOptions): Step | null {
  return (options.follow ?? 0) > 0 ? redirectStep(step, head) : null
}

function faultOf(
  asked: Exclude<Asked, { kind: 'failed' }>,
  next: Step | null,
  expected: Expectation,
  options: HttpOptions,
): { code: string; text: string } | null {
  if (next !== null) {
    const most = options.follow ?? 0
    if (next.redirects <= most) return null
    return {
      code: 'too-many-redirects',
      text: `redirects once more after the ${most} that --follow allows, to ${targetText(next)}`,
    }
  }
  return asked.kind === 'head' ? statusFault(asked.head, expected) : replyFault(asked.reply, expected, tools)
}

const targetText = (step: Step): string => oneLine(`${step.authority}${step.target}`, LONGEST_UP_TEXT)

const tools: Tools = {
  digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest('hex'),
  find: tryPattern,
}

/**
 * Asks each host for one or more pages and compares status, digest and text with what the operator expects.
 * Up: every page of every host was as expected. Down: names the hosts, and the first page that was not.
 * Source: mon's http.monitor (its flags; `-m` decides alone, as there); keepalived.conf(5), HTTP_GET and SSL_GET;
 * ldirectord(8), service=http, https and http_proxy; RFC 9110.
 */
import { createHash } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import type { Ask, Asked } from '../src/edge/http/ask.ts'
import { askOnce } from '../src/edge/http/ask.ts'
import type { HttpOptions } from '../src/edge/http/options.ts'
import { httpProperties, STANDARD_MAX_BODY, STANDARD_STATUS } from '../src/edge/http/options.ts'
import { searchPage, tryPattern } from '../src/edge/http/regex.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import type { Outcome } from '../src/edge/probe/each-host.ts'
import { eachHost } from '../src/edge/probe/each-host.ts'
import { hostLimit, reachFlags } from '../src/edge/probe/reach.ts'
import { readReceive, receiveFaults } from '../src/edge/probe/receive.ts'
import { trust } from '../src/edge/probe/tls.ts'
import type { Monitor } from '../src/model/monitor.ts'
import type { Host } from '../src/model/names.ts'
import { host as hostOf } from '../src/model/names.ts'
import type { PagePattern } from '../src/model/pcre.ts'
import { seconds } from '../src/model/units.ts'
import type { Page } from '../src/wire/http/page.ts'
import { parseDigest, parsePage } from '../src/wire/http/page.ts'
import { absoluteTarget, isForProxy, viaProxy } from '../src/wire/http/proxy.ts'
import type { HttpHead, HttpHeader } from '../src/wire/http/request.ts'
import { encodeRequest, headerOf, parseStatusList } from '../src/wire/http/request.ts'
import type { Step, StepOptions } from '../src/wire/http/steps.ts'
import { firstStep, redirectStep, stepText } from '../src/wire/http/steps.ts'
import type { Expectation, Tools } from '../src/wire/http/verdict.ts'
import { replyFault, statusFault } from '../src/wire/http/verdict.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

export type { HttpOptions }

/** http.monitor waits thirty seconds. */
const STANDARD_LIMIT = seconds(30)

export const http: Monitor<HttpOptions> = {
  name: 'http',
  question: 'does the page answer as expected?',
  reachesHosts: true,
  schema: { type: 'object', properties: httpProperties, additionalProperties: false },
  flags: { p: 'port', ...reachFlags, u: 'url', a: 'userAgent', m: 'match', o: 'omitHeaders', S: 'tls' },
  rest: null,
  optionFaults: receiveFaults,
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
  if (options.proxy === true && !whole.every(isForProxy)) {
    return failed('bad-option', 'could not be checked: a proxy is asked for whole URLs that begin with http://')
  }
  const receive = readReceive(options.receive)
  if (receive.kind === 'failed') return receive
  const trusted = await trust(options.verify === true ? (options.ca ?? null) : null)
  if (trusted.kind === 'failed') return failed('ca-unreadable', trusted.text)
  try {
    return {
      kind: 'plan',
      options,
      pages: whole,
      expected: expectationOf(options, receive.kind === 'pattern' ? receive : null),
      headers: (options.header ?? []).map(headerOf).filter((header) => header !== null),
      trusted: trusted.context,
      step: options.body === undefined ? options : { method: 'POST', ...options },
    }
  } catch (error) {
    return failed('bad-option', `could not be checked: ${oneLine(String(error), 200)}`)
  }
}

/** Throws what `RegExp` throws of a pattern that is none; the schema refuses those before. */
function expectationOf(options: HttpOptions, receive: PagePattern | null): Expectation {
  // Without `u`, so that Perl's habit of escaping what needs no escape (\-, \@) is let pass.
  const flags = options.ignoreCase === true ? 'is' : 's'
  const patternOf = (text: string | undefined): RegExp | null => (text === undefined ? null : new RegExp(text, flags))
  const status = options.status ?? (options.match === undefined ? STANDARD_STATUS : null)
  return {
    statuses: status === null ? null : parseStatusList(status),
    digest: parseDigest(options.digest ?? ''),
    regex: patternOf(options.regex),
    match: patternOf(options.match),
    receive,
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
    for (let step: Step | null = begin(page, host, plan); step !== null; ) {
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
  const { method } = step
  const target = options.proxy === true ? absoluteTarget(step) : step.target
  const standard: HttpHeader[] = [
    ['Host', step.authority],
    ['User-Agent', options.userAgent ?? 'upalert'],
    ['Accept', '*/*'],
    ['Connection', 'close'],
  ]
  const body = options.body === undefined || method === 'GET' || method === 'HEAD' ? {} : { body: options.body }
  return encodeRequest({ method, target, version: options.http ?? '1.1', headers: [...standard, ...headers], ...body })
}

/** What a proxy is asked for says whose page it is, and RFC 9112 §3.2.2 wants Host to say the same. */
function begin(page: Page, host: Host, { step, options }: Plan): Step {
  if (options.proxy !== true) return firstStep(page, host, step)
  const { hostHeader: _ofOthers, ...rest } = step
  const first = firstStep(page, host, rest)
  return viaProxy(first, options.port) ?? first
}

/** The next step where redirects are followed and this is one. */
function follow(step: Step, head: HttpHead, options: HttpOptions): Step | null {
  const next = (options.follow ?? 0) > 0 ? redirectStep(step, head) : null
  return next !== null && options.proxy === true ? viaProxy(next, options.port) : next
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
  search: searchPage,
}

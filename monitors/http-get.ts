/**
 * Asks each host for one or more pages with the very requests of keepalived, and judges them as it does; the digest is
 * genhash's. All pages are asked in every run, in the order written; the first that is not as expected decides.
 * Unlike keepalived it does not wait for the server to close where the length of a page is known.
 * Source: keepalived.conf(5), HTTP_GET and SSL_GET; genhash(1).
 */
import { createHash } from 'node:crypto'
import type { SecureContext } from 'node:tls'
import { type Asked, askOnce } from '../src/edge/http/ask.ts'
import { type GetOptions, type GetUrl, getProperties } from '../src/edge/http/get-options.ts'
import { searchPage } from '../src/edge/http/regex.ts'
import type { Attempt } from '../src/edge/probe/attempt.ts'
import { eachHost, type Outcome } from '../src/edge/probe/each-host.ts'
import { hostLimit, reachFlags } from '../src/edge/probe/reach.ts'
import { patternFault } from '../src/edge/probe/receive.ts'
import { trust } from '../src/edge/probe/tls.ts'
import type { OptionFault } from '../src/model/module.ts'
import type { Monitor } from '../src/model/monitor.ts'
import { type Host, host as hostOf } from '../src/model/names.ts'
import { readPattern } from '../src/model/pcre.ts'
import { seconds } from '../src/model/units.ts'
import { addressHost, encodeGet } from '../src/wire/http/get-request.ts'
import { type GetExpectation, getFault } from '../src/wire/http/get-verdict.ts'
import { parsePage } from '../src/wire/http/page.ts'
import { replyReader } from '../src/wire/http/reply.ts'
import { parseStatusList } from '../src/wire/http/request.ts'
import { oneLine } from '../src/wire/mail/safe-text.ts'

/** keepalived's connect_timeout. */
const STANDARD_LIMIT = seconds(5)
const STANDARD_STATUS = '200-299'
const HTTP = 80
/** Bytes of a page that are kept: what a pattern is looked for in, or as much as a sentence quotes. */
const KEPT_FOR_PATTERN = 1_048_576
const KEPT = 4096
/** Bytes of a page that are read at all, two seconds at 1 Gbit/s: nobody's health is told by more. */
const MOST_BODY = 268_435_456
const QUOTED = 80

export const httpGet: Monitor<GetOptions> = {
  name: 'http-get',
  question: "does the page answer as keepalived's HTTP_GET expects?",
  reachesHosts: true,
  schema: { type: 'object', properties: getProperties, additionalProperties: false },
  flags: { p: 'port', ...reachFlags, u: 'url', V: 'virtualhost', P: 'http', S: 'tls' },
  rest: null,
  optionFaults: pageFaults,
  async check(hosts, options, context) {
    const plan = await planOf(options)
    return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
      return plan.kind === 'plan' ? askAll(host, plan, attempt) : plan
    })
  },
}

/** What a block of a page expects; the text form has been judged by the schema. */
function pageFaults({ url }: Readonly<Record<string, unknown>>): readonly OptionFault[] {
  const pages: readonly (string | GetUrl)[] = Array.isArray(url) ? url : []
  return pages.flatMap((page, item) => {
    const regex = typeof page === 'string' ? undefined : page.regex
    const fault = regex === undefined ? null : patternFault(regex)
    return fault === null ? [] : [{ property: 'url', item, ...fault }]
  })
}

interface PlannedPage {
  readonly url: GetUrl
  readonly expected: GetExpectation
}

interface Plan {
  readonly kind: 'plan'
  readonly options: GetOptions
  readonly pages: readonly PlannedPage[]
  readonly context: SecureContext
}

type Unknown = Extract<Outcome, { code: string }>

const unknown = (code: string, why: string): Unknown => {
  return { kind: 'unknown', code, text: `could not be checked: ${why}` }
}

/** The options made ready for every host; what is wrong with them says nothing about any. */
async function planOf(options: GetOptions): Promise<Plan | Unknown> {
  const pages: PlannedPage[] = []
  for (const written of options.url?.length ? options.url : ['/']) {
    const url = typeof written === 'string' ? urlOf(written) : written
    const expected = url === null ? `${JSON.stringify(written)} is no page` : expectationOf(url)
    if (url === null || typeof expected === 'string') return unknown('bad-option', String(expected))
    pages.push({ url, expected })
  }
  const { tls, verify, ca, certificate, key, password } = options
  const identity =
    certificate === undefined ? null : { certificate, key: key ?? certificate, password: password ?? null }
  const trusted = await trust(verify === true ? (ca ?? null) : null, tls === true ? identity : null)
  if (trusted.kind === 'failed') return { kind: 'unknown', code: 'certificate-unreadable', text: trusted.text }
  return { kind: 'plan', options, pages, context: trusted.context }
}

/** `/path status:200,401 md5:…`, as it is written in mon.cf. */
function urlOf(text: string): GetUrl | null {
  const page = parsePage(text)
  if (page === null || page.origin !== null || page.digest?.algorithm === 'sha256') return null
  return {
    path: page.target,
    ...(page.digest === null ? {} : { digest: page.digest.hex }),
    ...(page.statuses === null ? {} : { statusCodes: page.statuses.map(({ from, to }) => `${from}-${to}`).join(',') }),
  }
}

/** A text says why the url's own expectations make no sense. */
function expectationOf({ digest, statusCodes = STANDARD_STATUS, regex }: GetUrl): GetExpectation | string {
  const pattern = regex === undefined ? null : readPattern(regex)
  if (pattern?.kind === 'refused') return `the pattern ${oneLine(regex?.pattern ?? '', QUOTED)}: ${pattern.text}`
  const statuses = parseStatusList(statusCodes)
  if (statuses === null) return `"${oneLine(statusCodes, QUOTED)}" is no list of status codes`
  return { statuses, digest: digest?.toLowerCase() ?? null, pattern }
}

/**
 * One page after the other, each over a connection of its own; the first that is not as expected decides. A name is
 * looked up once, and the times told are those of the first request.
 */
async function askAll(host: Host, plan: Plan, attempt: Attempt): Promise<Outcome> {
  let first: Asked | null = null
  let status = 0
  const warnings: string[] = []
  for (const page of plan.pages) {
    const md5 = createHash('md5')
    let length = 0
    const watch = (piece: Buffer): void => {
      length += piece.length
      md5.update(piece)
    }
    const asked: Asked = await askOne(first?.address ?? host, host, page, plan, attempt, watch)
    first ??= asked
    const times = { address: first.address, connect: first.connect, firstByte: first.firstByte }
    const where = `asked for ${oneLine(page.url.path, QUOTED)}`
    if (asked.kind === 'failed') return { ...asked.outcome, text: `${asked.outcome.text}, ${where}`, ...times }
    // `enough` is never said, so that there is always a reply.
    if (asked.kind === 'head') continue
    const { reply } = asked
    if (reply.short !== null) warnings.push(`${reply.short}, ${where}`)
    const fault = getFault({ reply, md5: md5.digest('hex'), length }, page.expected, searchPage)
    if (fault !== null) return { kind: 'down', code: fault.code, text: `${fault.text}, ${where}`, warnings, ...times }
    status = reply.head.status
  }
  const [page] = plan.pages
  const text =
    plan.pages.length === 1 ? `answered ${status} for ${page?.url.path}` : `has all ${plan.pages.length} pages`
  const { address = null, connect = null, firstByte = null } = first ?? {}
  return { kind: 'up', text: oneLine(text, QUOTED), warnings, address, connect, firstByte }
}

function askOne(
  at: string,
  host: Host,
  { url, expected }: PlannedPage,
  { options, context }: Plan,
  attempt: Attempt,
  watch: (piece: Buffer) => void,
): Promise<Asked> {
  const { tls = false, port = HTTP, http: protocol = '1.0', verify = false, tlsCompliant: compliant = false } = options
  const virtualhost = url.virtualhost ?? options.virtualhost
  const sni = (url.sni === undefined ? options.sni : url.sni) ?? ''
  const keep = expected.pattern === null ? KEPT : KEPT_FOR_PATTERN
  return askOnce(
    hostOf(at),
    {
      step: { method: 'GET', target: url.path, tls, port, authority: '', name: '', redirects: 0 },
      request: (address) => encodeGet({ path: url.path, protocol, host: virtualhost ?? addressHost(address, port) }),
      maxBody: keep,
      reader: replyReader('GET', keep, { watch, mostBody: MOST_BODY }),
      // The first request has looked up whom to ask, or was told.
      reach: options,
      tls: {
        context,
        verify,
        servername: sni,
        verifyName: sni || (virtualhost?.replace(/:\d+$/, '') ?? host),
        compliant,
      },
      enough: () => false,
    },
    attempt,
  )
}

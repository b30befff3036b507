/**
 * What an operator may say to the http monitor, word by word. The words of mon's http.monitor are among them; what each is
 * good for is in docs/monitors.md.
 */
import type { OptionProperty } from '../../model/module.ts'
import { DIGEST_PATTERN, PAGE_PATTERN } from '../../wire/http/page.ts'
import { HEADER_PATTERN, STATUS_PATTERN } from '../../wire/http/request.ts'
import type { ReachOptions } from '../probe/reach.ts'
import { reachProperties } from '../probe/reach.ts'
import { receiveProperty } from '../probe/receive.ts'

export interface HttpOptions extends ReachOptions {
  readonly port?: number
  readonly url?: readonly string[]
  readonly status?: string
  readonly digest?: string
  readonly regex?: string
  readonly match?: string
  readonly receive?: string
  readonly proxy?: boolean
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

export const STANDARD_STATUS = '200-399'
export const STANDARD_MAX_BODY = 1_048_576
/** The most a body may be allowed to be: checks of many hosts hold that much each at the same time. */
const LARGEST_MAX_BODY = 67_108_864
const MOST_REDIRECTS = 20
const MOST_PAGES = 50

const PAGE_FORM = 'a path or an http(s) URL, and behind it md5:…, sha256:… or status:…, all in one pair of quotes'
const LINE = '^[^\\x00-\\x1f\\x7f]*$'
export const httpProperties = {
  port: {
    type: 'integer',
    minimum: 1,
    maximum: 65535,
    description: 'TCP port to connect to; otherwise that of the URL, 80, or 443 with TLS',
  },
  url: {
    type: 'array',
    items: { type: 'string', pattern: PAGE_PATTERN, form: PAGE_FORM },
    maxItems: MOST_PAGES,
    description: 'page to ask for, "/" otherwise: a path or URL, and behind it what only this page must be: "/a md5:…"',
  },
  status: {
    type: 'string',
    pattern: STATUS_PATTERN,
    form: 'codes from 100 to 599 and ranges of them, such as 200-299,401',
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
  receive: receiveProperty('in the body'),
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
    form: 'capital letters, such as HEAD',
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
    form: 'a name without blanks',
    description: 'with TLS: the name to ask for and to verify',
  },
  ca: { type: 'string', description: 'with verify: PEM file with the authorities to trust instead of the usual ones' },
  proxy: { type: 'boolean', description: 'ask the host as a proxy for the page, which is a whole http URL' },
  omitHeaders: { type: 'boolean', description: "taken for http.monitor's sake; headers are not printed anyway" },
  ...reachProperties,
} as const satisfies Record<string, OptionProperty>

/** What an operator may say to the http-get monitor: the words of keepalived's HTTP_GET and SSL_GET. */
import type { OptionProperty } from '../../model/module.ts'
import { type GetProtocol, ONE_LINE_PATTERN } from '../../wire/http/get-request.ts'
import { PAGE_PATTERN } from '../../wire/http/page.ts'
import { STATUS_PATTERN } from '../../wire/http/request.ts'
import type { ReachOptions } from '../probe/reach.ts'
import { portProperty, reachProperties } from '../probe/reach.ts'

/** A url block. */
export interface GetUrl {
  readonly path: string
  /** MD5, 32 hex digits, of the body as genhash takes it. */
  readonly digest?: string
  /** Codes and ranges, with blanks or commas between them; 200-299 otherwise. */
  readonly statusCodes?: string
  readonly virtualhost?: string
  /** `null`: no name is sent, whatever the checker says. */
  readonly sni?: string | null
  readonly regex?: GetRegex
}

interface GetRegex {
  readonly pattern: string
  readonly options?: readonly string[]
  readonly noMatch?: boolean
  readonly minOffset?: number
  readonly maxOffset?: number
}

export interface GetOptions extends ReachOptions {
  readonly port?: number
  /** A block, or the text form of mon.cf: `/path status:200,401 md5:…`. */
  readonly url?: readonly (string | GetUrl)[]
  readonly virtualhost?: string
  readonly http?: GetProtocol
  readonly tls?: boolean
  readonly sni?: string
  readonly certificate?: string
  readonly key?: string
  readonly password?: string
  readonly ca?: string
  readonly verify?: boolean
  readonly tlsCompliant?: boolean
}

const MOST_URLS = 50
const MOST_REGEX_OPTIONS = 50
/** keepalived sends requests of up to 2047 bytes. */
const LONGEST_WORD = 4096

const line = { type: 'string', pattern: ONE_LINE_PATTERN, maxLength: LONGEST_WORD, form: 'one line of text' } as const
const name = {
  type: 'string',
  pattern: '^[\\x21-\\x7e]{1,253}$',
  form: 'a name without blanks',
} as const
const offset = { type: 'integer', minimum: 0 } as const

const urlBlock = {
  type: 'object',
  properties: {
    path: line,
    digest: { type: 'string', pattern: '^[0-9a-fA-F]{32}$', form: 'the 32 hex digits that genhash prints' },
    statusCodes: {
      type: 'string',
      pattern: STATUS_PATTERN,
      form: 'codes from 100 to 599 and ranges of them, such as 200 302 500-503',
    },
    virtualhost: line,
    sni: { anyOf: [name, { type: 'null' }], form: 'a name without blanks' },
    regex: {
      type: 'object',
      properties: {
        pattern: { type: 'string' },
        options: { type: 'array', items: { type: 'string' }, maxItems: MOST_REGEX_OPTIONS },
        noMatch: { type: 'boolean' },
        minOffset: offset,
        maxOffset: offset,
      },
      required: ['pattern'],
      additionalProperties: false,
    },
  },
  required: ['path'],
  additionalProperties: false,
} as const

export const getProperties = {
  port: portProperty(80),
  url: {
    type: 'array',
    items: {
      anyOf: [{ type: 'string', pattern: PAGE_PATTERN.replace('|https?://[^\\s/?#\\x00-\\x1f\\x7f]', '') }, urlBlock],
      form: 'a path, and behind it md5:… or status:…, all in one pair of quotes',
    },
    minItems: 1,
    maxItems: MOST_URLS,
    description: 'page to ask for, "/" otherwise, and behind it what it must be: "/a status:200,401 md5:…"',
  },
  virtualhost: { ...line, description: 'the Host header, without port; otherwise address and port' },
  http: {
    type: 'string',
    enum: ['1.0', '1.0C', '1.1'],
    description: 'version of HTTP to speak, 1.0 otherwise; 1.0C is 1.0 with "Connection: close"',
  },
  tls: { type: 'boolean', description: 'speak TLS' },
  sni: { ...name, description: 'with TLS: the name to ask for, none otherwise' },
  certificate: { type: 'string', description: 'with TLS: PEM file of the certificate to show where one is asked for' },
  key: { type: 'string', description: 'PEM file of its key, if that is not in the file of the certificate' },
  password: { type: 'string', description: 'password of the key' },
  ca: { type: 'string', description: 'with verify: PEM file with the authorities to trust instead of the usual ones' },
  verify: { type: 'boolean', description: 'with TLS: the certificate must be valid, and for the right name' },
  tlsCompliant: {
    type: 'boolean',
    description: 'with TLS: a page whose end is the end of the connection must be closed by TLS as well',
  },
  ...reachProperties,
} as const satisfies Record<string, OptionProperty>

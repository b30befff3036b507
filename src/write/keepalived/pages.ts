/**
 * http-get, whose options are keepalived's own words, and http where it asks the same -> HTTP_GET and SSL_GET.
 * Source: keepalived.conf(5), HTTP_GET; parse/keepalived/resolve/asked-http.ts is the way back.
 */
import { readPattern } from '../../model/pcre.ts'
import { type Asks, type CheckerLine, isOn, lose, numberIn, type Question, textIn } from './checker.ts'
import type { Writer } from './checkers.ts'
import { unwritable } from './checkers.ts'
import { connectingLines, hostTime, loseVerify } from './connecting.ts'
import { patternText, wordText } from './quoting.ts'

/** Seconds that the monitors take for one host where nothing is written. */
const GET_SECONDS = 5
const HTTP_SECONDS = 30
const HTTP_PORT = 80
const HTTPS_PORT = 443

/** A page as both monitors have it. */
export interface PageAsked {
  readonly path: string
  readonly digest?: string
  /** Codes and ranges with blanks between them. */
  readonly statusCodes?: string
  readonly virtualhost?: string
  readonly sni?: string
  readonly regex?: PagePattern
}

interface PagePattern {
  readonly pattern: string
  readonly options: readonly string[]
  readonly noMatch: boolean
  readonly minOffset?: number
  readonly maxOffset?: number
}

export interface PagesAsked {
  readonly pages: readonly PageAsked[]
  readonly tls: boolean
  readonly port: number
  readonly virtualhost?: string
  readonly sni?: string
  /** As keepalived spells it. */
  readonly protocol?: string
  readonly standardSeconds: number
}

export const httpGetCheck: Writer = (question) => {
  const { options, writing } = question
  const pages = (Array.isArray(options.url) ? options.url : ['/']).map(pageOf)
  const sound = pages.filter((page) => page !== null)
  if (sound.length < pages.length) return unwritable(question)
  const files = filesIn(options)
  if (!writing.ssl.takes(files)) {
    lose(question, 'a keepalived.conf has one SSL block for all its SSL_GETs: these certificates are left out')
  }
  if (isOn(options, 'tlsCompliant')) lose(question, 'keepalived 2.2.7 does not know tls_compliant: it is left out')
  const virtualhost = textIn(options, 'virtualhost')
  const sni = textIn(options, 'sni')
  const protocol = textIn(options, 'http')
  return pagesCheck(question, {
    pages: sound,
    tls: isOn(options, 'tls'),
    port: numberIn(options, 'port') ?? HTTP_PORT,
    standardSeconds: GET_SECONDS,
    ...(virtualhost === undefined ? {} : { virtualhost }),
    ...(sni === undefined ? {} : { sni }),
    ...(protocol === undefined ? {} : { protocol }),
  })
}

export function pagesCheck(question: Question, asked: PagesAsked): Asks | null {
  const { pages, tls, port, virtualhost, protocol } = asked
  const connecting = connectingLines(question, { port })
  if (connecting === null) return null
  loseVerify(question)
  const urls = pages.map(urlLines)
  const host = virtualhost === undefined ? '' : wordText(virtualhost)
  const whole = urls.filter((lines) => lines !== null)
  if (whole.length < urls.length || host === null) return unwritable(question)
  const lines: CheckerLine[] = whole.map((url) => ({ head: 'url', lines: url }))
  if (host !== '') lines.push(`virtualhost ${host}`)
  if (sniOf(question, asked)) lines.push('enable_sni')
  if (protocol !== undefined) lines.push(`http_protocol ${protocol}`)
  const time = hostTime(question, asked.standardSeconds) / pages.length
  return { kind: tls ? 'SSL_GET' : 'HTTP_GET', lines: [...lines, ...connecting], timeout: time }
}

/** Names are sent in the handshake all together or not at all, and are those of the Host header. */
function sniOf(question: Question, { tls, pages, virtualhost, sni }: PagesAsked): boolean {
  const names = pages.map((page) => page.sni)
  const wanted = sni !== undefined || names.some((name) => name !== undefined)
  if (!wanted) return false
  const asHost = (!tls || sni === virtualhost) && pages.every((page) => page.sni === page.virtualhost)
  if (!asHost)
    lose(question, 'enable_sni asks for the virtualhost, and for no other name: give the page that virtualhost')
  return true
}

function urlLines({ path, digest, statusCodes, virtualhost, regex }: PageAsked): string[] | null {
  const page = wordText(path)
  const host = virtualhost === undefined ? '' : wordText(virtualhost)
  if (page === null || host === null) return null
  const lines = [`path ${page}`]
  if (digest !== undefined) lines.push(`digest ${digest}`)
  if (statusCodes !== undefined) lines.push(`status_code ${statusCodes.replace(/[\s,]+/g, ' ').trim()}`)
  if (host !== '') lines.push(`virtualhost ${host}`)
  return regex === undefined ? lines : [...lines, ...regexLines(regex)]
}

function regexLines({ pattern, options, noMatch, minOffset, maxOffset }: PagePattern): string[] {
  const lines = [`regex ${patternText(pattern)}`]
  if (options.length > 0) lines.push(`regex_options ${options.join(' ')}`)
  if (noMatch) lines.push('regex_no_match')
  if (minOffset !== undefined) lines.push(`regex_min_offset ${minOffset}`)
  if (maxOffset !== undefined) lines.push(`regex_max_offset ${maxOffset}`)
  return lines
}

/** A block of keepalived.conf, or the text of a mon.cf: `/path status:200,401 md5:…`. */
function pageOf(url: unknown): PageAsked | null {
  if (typeof url === 'string') return pageOfText(url)
  if (typeof url !== 'object' || url === null) return null
  const fields: Readonly<Record<string, unknown>> = { ...url }
  const { path, regex } = fields
  if (typeof path !== 'string') return null
  const pattern = patternOf(regex)
  return {
    path,
    ...textField(fields, 'digest'),
    ...textField(fields, 'statusCodes'),
    ...textField(fields, 'virtualhost'),
    ...textField(fields, 'sni'),
    ...(pattern === null ? {} : { regex: pattern }),
  }
}

/** `null`: it says more than a path, status codes and an MD5 digest. */
export function pageOfText(text: string): PageAsked | null {
  const [path = '', ...words] = text.split(/ +/)
  if (!path.startsWith('/')) return null
  const codes = words.filter((word) => word.startsWith('status:')).map((word) => word.slice('status:'.length))
  const digests = words.filter((word) => !word.startsWith('status:')).map((word) => word.replace(/^md5:/, ''))
  const [digest] = digests
  if (digests.length > 1 || (digest !== undefined && !/^[0-9a-f]{32}$/i.test(digest))) return null
  return {
    path: path.replace(/#.*$/s, ''),
    ...(digest === undefined ? {} : { digest: digest.toLowerCase() }),
    ...(codes.length === 0 ? {} : { statusCodes: codes.join(' ') }),
  }
}

type Fields = Readonly<Record<string, unknown>>
type TextField = 'digest' | 'statusCodes' | 'virtualhost' | 'sni'

function textField(fields: Fields, name: TextField): Partial<Record<TextField, string>> {
  const value = fields[name]
  return typeof value === 'string' ? { [name]: value } : {}
}

function patternOf(value: unknown): PagePattern | null {
  if (typeof value !== 'object' || value === null) return null
  const fields: Fields = { ...value }
  const { pattern, options, noMatch, minOffset, maxOffset } = fields
  if (typeof pattern !== 'string') return null
  return {
    pattern,
    options: Array.isArray(options) ? options.filter((one) => typeof one === 'string') : [],
    noMatch: noMatch === true,
    ...(typeof minOffset === 'number' ? { minOffset } : {}),
    ...(typeof maxOffset === 'number' ? { maxOffset } : {}),
  }
}

const SSL_FILES = ['certificate', 'key', 'password', 'ca'] as const

function filesIn(options: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    SSL_FILES.flatMap((name) => {
      const value = options[name]
      return typeof value === 'string' ? [[name, value]] : []
    }),
  )
}

/** What of http's options HTTP_GET can ask, or need not be told. */
const ASKED: ReadonlySet<string> = new Set([
  ...['port', 'url', 'status', 'digest', 'hostHeader', 'http', 'tls', 'verify', 'regex', 'receive', 'ignoreCase'],
  ...['maxBody', 'omitHeaders', 'method', 'follow', 'proxy', 'ca', 'userAgent'],
  ...['timeout', 'source', 'ipv4', 'ipv6', 'connectIp', 'bindPort', 'bindIf', 'mark'],
])
/** http takes these where no status is written; HTTP_GET takes 200-299. */
const HTTP_STATUS = '200-399'

/** `null`: it asks more than HTTP_GET can, and nothing is told yet. */
export function httpCheck(question: Question): Asks | null {
  const { options } = question
  const texts: readonly unknown[] = Array.isArray(options.url) && options.url.length > 0 ? options.url : ['/']
  const pages = texts.map((url) => (typeof url === 'string' ? pageOfText(url) : null))
  const sound = pages.filter((page) => page !== null)
  const digest = textIn(options, 'digest')?.replace(/^md5:/, '').toLowerCase()
  const oddDigest = digest !== undefined && !/^[0-9a-f]{32}$/.test(digest)
  const regex = patternOfHttp(options)
  if (asksMore(options) || oddDigest || regex === 'other' || sound.length < pages.length) return null
  const tls = isOn(options, 'tls')
  if ((numberIn(options, 'follow') ?? 0) > 0) {
    lose(
      question,
      'HTTP_GET follows no redirect: ask for the page that it leads to, or write status_code 301-308 for the redirect',
    )
  }
  if (options.userAgent !== undefined) lose(question, 'HTTP_GET calls itself KeepAliveClient, and nothing else')
  const virtualhost = textIn(options, 'hostHeader')
  const all = {
    statusCodes: textIn(options, 'status') ?? HTTP_STATUS,
    ...(digest === undefined ? {} : { digest }),
    ...(regex === null ? {} : { regex }),
  }
  return pagesCheck(question, {
    pages: sound.map((page) => ({ ...all, ...page })),
    tls,
    port: numberIn(options, 'port') ?? (tls ? HTTPS_PORT : HTTP_PORT),
    protocol: textIn(options, 'http') ?? '1.1',
    standardSeconds: HTTP_SECONDS,
    ...(virtualhost === undefined ? {} : { virtualhost, ...(tls ? { sni: virtualhost } : {}) }),
  })
}

function asksMore(options: Fields): boolean {
  const { method = 'GET', proxy = false } = options
  const unknown = Object.entries(options).some(([name, value]) => value !== undefined && !ASKED.has(name))
  return unknown || method !== 'GET' || proxy !== false
}

/** `receive` is read as keepalived's patterns are; `regex` only where JavaScript and PCRE2 mean the same. */
function patternOfHttp(options: Fields): PagePattern | null | 'other' {
  const { regex, receive, ignoreCase } = options
  const wanted = [regex, receive].filter((one) => one !== undefined && one !== '')
  const [pattern] = wanted
  if (pattern === undefined) return null
  if (wanted.length > 1 || typeof pattern !== 'string') return 'other'
  const words = regex === undefined || regex === '' ? [] : ['dotall', ...(ignoreCase === true ? ['caseless'] : [])]
  const read = readPattern({ pattern, options: words })
  const same = read.kind === 'pattern' && (words.length === 0 || sourceOf(pattern) === read.regex.source)
  return same && /^[\x20-\x7e]*$/.test(pattern) ? { pattern, options: words, noMatch: false } : 'other'
}

function sourceOf(pattern: string): string | null {
  try {
    return new RegExp(pattern).source
  } catch {
    return null
  }
}

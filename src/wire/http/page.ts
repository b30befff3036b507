/**
 * A page to ask for, as an operator writes it behind `--url`: a path, or a whole URL, and what is expected of just this
 * page: `/health`, `https://www.example.com/ status:200,401`, `/index.html md5:b93c79708e56fa083317d0b89858fbfc`.
 */

import type { StatusRange } from './request.ts'
import { parseStatusList, STATUS_PATTERN } from './request.ts'

export interface Page {
  /** Path and query. */
  readonly target: string
  /** What a whole URL says beyond its path; `null` for a path alone. The connection still goes to the host checked. */
  readonly origin: Origin | null
  readonly statuses: readonly StatusRange[] | null
  readonly digest: Digest | null
}

interface Origin {
  readonly tls: boolean
  /** Without brackets and port. */
  readonly host: string
  /** `null`: the URL names none. */
  readonly port: number | null
}

export interface Digest {
  readonly algorithm: 'md5' | 'sha256'
  /** Lower case. */
  readonly hex: string
}

const DIGEST = '(md5:[0-9a-fA-F]{32}|sha256:[0-9a-fA-F]{64}|[0-9a-fA-F]{32}|[0-9a-fA-F]{64})'
const STATUS_WORD = `status:${STATUS_PATTERN.slice(1, -1).replace('[ ,]+', ',')}`

/** For JSON Schemas. */
export const DIGEST_PATTERN = `^${DIGEST}$`
export const PAGE_PATTERN = `^(/|https?://[^\\s/?#\\x00-\\x1f\\x7f])[^\\s\\x00-\\x1f\\x7f]*( +(${DIGEST}|${STATUS_WORD}))*$`

const IS_DIGEST = new RegExp(DIGEST_PATTERN)
const IS_PAGE = new RegExp(PAGE_PATTERN)

/** `null` where the text is no page; the schema's pattern refuses it before that, except for URLs that are none. */
export function parsePage(text: string): Page | null {
  if (!IS_PAGE.test(text)) return null
  const [url = '', ...expectations] = text.split(/ +/)
  const place = url.startsWith('/') ? { target: withoutFragment(url), origin: null } : wholeUrl(url)
  if (place === null) return null
  const statuses = expectations.filter((word) => word.startsWith('status:')).map((word) => word.slice('status:'.length))
  const digest = expectations.find((word) => !word.startsWith('status:'))
  return {
    ...place,
    statuses: statuses.length === 0 ? null : parseStatusList(statuses.join(',')),
    digest: digest === undefined ? null : parseDigest(digest),
  }
}

/** `md5:…`, `sha256:…`, or the hex digits alone, whose number says which it is. */
export function parseDigest(text: string): Digest | null {
  if (!IS_DIGEST.test(text)) return null
  const hex = text.slice(text.indexOf(':') + 1).toLowerCase()
  return { algorithm: hex.length === 32 ? 'md5' : 'sha256', hex }
}

/** Where a redirect leads from `page`: the target, and the origin it names; `null` where it is no HTTP URL. */
export function parseLocation(location: string, target: string): Pick<Page, 'target' | 'origin'> | null {
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return wholeUrl(location)
  if (location.startsWith('//')) return null
  try {
    const { pathname, search } = new URL(location, new URL(withLeadingSlash(target), 'http://relative.invalid'))
    return { target: pathname + search, origin: null }
  } catch {
    return null
  }
}

/** URL's own reading of the host, but the path as it was written: a server may tell `%7E` from `~`. */
function wholeUrl(text: string): Pick<Page, 'target' | 'origin'> | null {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return null
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  const [, path = ''] = /^[^:]+:\/\/[^/?#]*(.*)$/.exec(text) ?? []
  return {
    target: withLeadingSlash(withoutFragment(path)),
    origin: {
      tls: url.protocol === 'https:',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? null : Number(url.port),
    },
  }
}

const withoutFragment = (url: string): string => url.replace(/#.*$/s, '')
const withLeadingSlash = (path: string): string => (path.startsWith('/') ? path : `/${path}`)

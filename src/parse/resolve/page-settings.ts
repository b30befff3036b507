/**
 * page_listen and page_url: where the page for links in messages is heard, and where people reach it. Loopback unless an
 * address is written: whoever opens a link may acknowledge, so it belongs behind TLS.
 */
import type { NotifySettings } from '../../model/notify-settings.ts'
import { DEFAULT_PAGE_ADDRESS } from '../defaults.ts'
import { placeOfSlice, type Slice, spanOf } from '../mon/lines.ts'
import { isFault, parseEndpoint, parsePort } from '../text/endpoint.ts'
import type { Report } from '../text/report.ts'
import { quoted } from '../text/visible.ts'

type Page = Pick<NotifySettings, 'pageListen' | 'pageUrl'>

/** `127.0.0.1:2585`, or a port alone. */
export function readPageListen(value: Slice | undefined, report: Report): NotifySettings['pageListen'] {
  if (value === undefined) return null
  const place = placeOfSlice(value)
  const alone = /^:?\d{1,5}$/.test(value.text) ? parsePort(value.text.replace(':', '')) : null
  if (alone !== null) return { address: DEFAULT_PAGE_ADDRESS, port: alone, place }
  const end = parseEndpoint(value.text, (name, known) => report.nearest(name, known))
  const hint = 'write address:port, as 127.0.0.1:2585 or [::1]:2585'
  if (isFault(end)) report.error('setting-value', spanOf(value), end.message, hint)
  else if (end.port === null || end.protocol !== null) {
    report.error('setting-value', spanOf(value), `${quoted(value.text)} is not an address with a port`, hint)
  } else return { address: end.address, port: end.port, place }
  return null
}

/** Characters of a URL; longer ones are broken by mail programs and gateways. */
const LONGEST_URL = 500

/** Without its last slash, since paths are put behind it. */
export function readPageUrl(value: Slice | undefined, report: Report): string {
  if (value === undefined) return ''
  const fault = urlFault(value.text)
  if (fault === null) return value.text.replace(/\/+$/, '')
  const hint = 'write https://director.example.com, or https://www.example.com/upalert'
  report.error('setting-value', spanOf(value), `${quoted(value.text)} ${fault}`, hint)
  return ''
}

function urlFault(text: string): string | null {
  if (!/^https?:\/\/[^\s/?#]/i.test(text) || text.length > LONGEST_URL || !URL.canParse(text)) return 'is not a URL'
  if (/\s/.test(text)) return 'has a blank in it'
  if (/[?#]/.test(text)) return 'has a query or a fragment, and paths are put behind it'
  return /^https?:\/\/[^/]*@/i.test(text) ? 'has a user in it, which everybody who gets a message would see' : null
}

/** `get`: the settings as written, to point at. */
export function reportPage(
  { pageListen, pageUrl }: Page,
  get: (name: 'page_listen' | 'page_url') => Slice | undefined,
  report: Report,
): void {
  const [listen, url] = [get('page_listen'), get('page_url')]
  const encrypted = /^https:/i.test(pageUrl)
  if (listen !== undefined && pageListen !== null && !isLoopback(pageListen.address) && !encrypted) {
    const message = 'the page is heard beyond this machine without TLS: links that acknowledge can be read on their way'
    const hint = 'listen on 127.0.0.1 behind a web server with TLS, and write page_url = https://…'
    report.warning('page-open', spanOf(listen), message, hint)
  }
  if (url !== undefined && listen === undefined) {
    const message = 'messages have no links: nothing here hears the page that page_url names'
    report.warning('page-unheard', spanOf(url), message, `write page_listen = ${DEFAULT_PAGE_ADDRESS}:2585 as well`)
  }
}

const isLoopback = (address: string) => address === '::1' || /^127\./.test(address) || /^::ffff:127\./i.test(address)

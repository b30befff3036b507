/**
 * Pages, as ldirectord asks for them: redirects are followed, any certificate will do, and the answer's status is 200 to 299.
 * Source: ldirectord(8), "request", "virtualhost", "httpmethod"; 4.12 tried.
 */
import { parseAddress } from '../../text/endpoint.ts'
import { quoted } from '../../text/visible.ts'
import { spanOf } from '../words.ts'
import type { Around } from './around.ts'
import { type Asked, type Asking, seconds, wordsOf } from './asked.ts'
import { lookedUp } from './hosts.ts'
import { otherHost } from './urls.ts'

/** What its library allows. */
const MOST_REDIRECTS = 7

/** `null` after a mistake, which is then in the report. */
export function httpAsked(asking: Asking, around: Around): Asked | null {
  const { virtual, service, id, port, timeout, request, receive } = asking
  const { httpmethod, virtualhost } = virtual.settings
  const words = wordsOf(asking)
  const at = words.request ?? virtual.settings.service?.at ?? virtual.keyword
  const host = virtualhost?.value ?? (id.family === 6 ? `[${id.address}]` : id.address)
  const common = {
    timeout: seconds(timeout),
    status: '200-299',
    follow: MOST_REDIRECTS,
    hostHeader: host,
    ...(httpmethod === undefined || httpmethod.value === 'GET' ? {} : { method: httpmethod.value }),
    ...(receive === '' ? {} : { receive }),
  }
  if (/^[a-z_]+:\/\//i.test(request) || service === 'http_proxy') {
    const other = otherHost(request)
    if (other === null || (other.tls && service === 'http_proxy')) {
      const message = `${quoted(request)} is no URL that can be asked for`
      const https = service === 'http_proxy' ? '' : ' or https://HOST/PATH'
      around.report.error('request-url', spanOf(at), message, `write http://HOST/PATH${https}`)
      return null
    }
    if (service === 'http_proxy') {
      return {
        module: 'http',
        options: { ...common, port, proxy: true, url: [escaped(request)] },
        words: { ...words, url: at },
      }
    }
    const family = other.host.includes(':') ? 6 : id.family
    const address = parseAddress(other.host)?.address ?? lookedUp(other.host, family, at, around)
    if (address === null) return null
    const elsewhere = {
      url: [escaped(other.target)],
      port: other.port ?? (other.tls ? 443 : 80),
      connectIp: address,
      tls: other.tls,
    }
    return { module: 'http', options: { ...common, ...elsewhere }, words: { ...words, url: at } }
  }
  const tls = service === 'https' ? { tls: true } : {}
  return {
    module: 'http',
    options: { ...common, port, ...tls, url: [`/${escaped(request)}`] },
    words: { ...words, url: at },
  }
}

/** As its library does before it asks: what no URL holds becomes %XX, and a fragment is nobody's business but the client's. */
const escaped = (target: string): string =>
  target.replace(/#[\s\S]*$/, '').replace(/[^A-Za-z0-9;/?:@&=+$,[\]\-_.!~*'()%]/gu, escapedCharacter)

/** Half of a surrogate pair stands for nothing. */
const escapedCharacter = (char: string): string =>
  /[\ud800-\udfff]/u.test(char) ? '%EF%BF%BD' : encodeURIComponent(char)

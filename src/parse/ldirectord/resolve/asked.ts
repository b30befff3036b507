/**
 * What a service asks of its real servers -> the module that asks it, and its options. Source: ldirectord(8), "checktype",
 * "service", "request", "receive"; 4.12 tried, which says what it asks; monitors/.
 */
import type { TableDestinationId } from '../../../model/table.ts'
import type { Milliseconds } from '../../../model/units.ts'
import type { VirtualService } from '../file.ts'
import type { RealLine } from '../real.ts'
import type { ServiceKind } from '../service-values.ts'
import { spanOf, type Word } from '../words.ts'
import type { Around } from './around.ts'
import { httpAsked } from './asked-http.ts'
import { sqlAsked } from './asked-sql.ts'
import type { Front } from './front.ts'

/** One real server of one service, as a check sees it. */
export interface Asking {
  readonly virtual: VirtualService
  readonly front: Front
  readonly real: RealLine
  readonly id: TableDestinationId
  readonly service: ServiceKind
  /** Where to connect to; 0: nobody knows. */
  readonly port: number
  readonly timeout: Milliseconds
  /** Without the slash that ldirectord puts before every request; empty where there is none. */
  readonly request: string
  readonly receive: string
}

export interface Asked {
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
  /** The directive behind an option, for problems about its value. */
  readonly words: Readonly<Record<string, Word | undefined>>
}

export const seconds = (time: Milliseconds): number => time / 1000

/** `null` after a mistake, which is then in the report; also of `none`, which asks nothing. */
export function negotiation(asking: Asking, around: Around): Asked | null {
  const { service, virtual, request, receive, timeout, port } = asking
  const { login, passwd, secret } = virtual.settings
  const words = wordsOf(asking)
  const base = { port, timeout: seconds(timeout) }
  // Ports of mail and the like may be names in mon.cf, and so are text.
  const talk = { port: String(port), timeout: seconds(timeout) }
  const user = login === undefined ? {} : { user: login.value, password: passwd?.value ?? '' }
  const found = receive === '' ? {} : { receive }
  switch (service) {
    case 'none':
      return null
    case 'http':
    case 'https':
    case 'http_proxy':
      return httpAsked(asking, around)
    case 'mysql':
    case 'pgsql':
    case 'oracle':
      return sqlAsked(asking, around)
    case 'smtp':
    case 'submission':
      return { module: 'smtp', options: { ...talk, ehlo: true, goodbye: false }, words }
    case 'pop':
    case 'pops':
      return { module: 'pop3', options: { ...talk, ...user, goodbye: false, ...tlsOf(service) }, words }
    case 'imap':
    case 'imaps':
      return {
        module: 'imap',
        options: { ...talk, anonymous: false, ...user, goodbye: false, ...tlsOf(service) },
        words,
      }
    case 'nntp':
      return { module: 'nntp', options: { ...talk, greetingOnly: true }, words }
    case 'ftp': {
      const password = passwd?.value ?? 'ldirectord@localhost'
      const options = {
        ...talk,
        user: login?.value ?? 'anonymous',
        password,
        // ldirectord goes to the root first, whatever directory the login leads to.
        ...(request === '' ? {} : { path: `/${request}` }),
        ...found,
      }
      return { module: 'ftp', options, words: { ...words, path: words.request } }
    }
    case 'ldap':
    case 'ldaps': {
      // It binds by name only with both; a name without a password would be no name to the server (RFC 4513, 5.1.2).
      const named = login !== undefined && passwd !== undefined && login.value !== '' && passwd.value !== ''
      const bind = named ? { binddn: login.value, password: passwd.value } : {}
      const options = { ...base, ...bind, ...tlsOf(service), entry: request, ...found }
      return { module: 'ldap', options, words: { ...words, entry: words.request, binddn: words.login } }
    }
    case 'dns':
      return dnsAsked(asking, around)
    case 'sip': {
      const udp = isUdp(asking) ? { udp: true } : {}
      return {
        module: 'sip',
        options: { ...base, ...udp, ...(login === undefined ? {} : { login: login.value }) },
        words,
      }
    }
    case 'radius': {
      const options = { ...base, login: login?.value ?? '', password: passwd?.value ?? '', secret: secret?.value ?? '' }
      return { module: 'radius', options, words }
    }
    case 'simpletcp':
      return { module: 'simpletcp', options: { ...base, ...(request === '' ? {} : { request }), ...found }, words }
  }
}

export const isUdp = ({ front: { service } }: Asking): boolean =>
  service.kind === 'address' && service.protocol === 'udp'

const tlsOf = (service: ServiceKind) => (service.endsWith('s') ? { tls: true } : {})

/** Written in the real line, or in the service. */
export function wordsOf({ virtual: { settings }, real }: Asking): Asked['words'] {
  const { login, passwd, database, secret, virtualhost, checkport } = settings
  return {
    request: real.request?.word ?? settings.request?.at,
    receive: real.receive?.word ?? settings.receive?.at,
    user: login?.at,
    login: login?.at,
    password: passwd?.at,
    database: database?.at,
    secret: secret?.at,
    hostHeader: virtualhost?.at,
    port: checkport?.at,
  }
}

function dnsAsked(asking: Asking, { report }: Around): Asked | null {
  const { request, receive, port, timeout, virtual } = asking
  const words = wordsOf(asking)
  const at = virtual.settings.service?.keyword ?? virtual.keyword
  if (request === '') {
    const message = 'a check of a name server needs a request: the name to look up'
    report.error('request-missing', spanOf(at), message, 'write request = "www.example.com", and receive = "an answer"')
    return null
  }
  if (receive === '') {
    const message = 'without receive ldirectord takes every answer of a name server for a failure; here any will do'
    report.warning(
      'dns-receive',
      spanOf(words.request ?? at),
      message,
      'write receive = "…", which an address or a name in the answer must match',
    )
  }
  const udp = isUdp(asking) ? {} : { tcp: true }
  const options = { port, timeout: seconds(timeout), name: request, ...udp, ...(receive === '' ? {} : { receive }) }
  return { module: 'dns', options, words: { ...words, name: words.request } }
}

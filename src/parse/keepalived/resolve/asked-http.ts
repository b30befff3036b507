/** HTTP_GET and SSL_GET -> options of the monitor http-get: what each page must be like, and by which name it is asked for. */
import { readPattern } from '../../../model/pcre.ts'
import type { Checker, Url } from '../file.ts'
import { spanOf, type Word } from '../line.ts'
import type { Around } from './around.ts'
import type { Levels } from './inherited.ts'

type HttpCheck = Extract<Checker, { readonly kind: 'HTTP_GET' | 'SSL_GET' }>
type Options = Readonly<Record<string, unknown>>

export function httpOptions(checker: HttpCheck, levels: Levels, around: Around): Options | null {
  const { kind, settings, urls } = checker
  const pages = urls.map((url) => pageOf(url, settings.enable_sni?.value === true, around))
  const sound = pages.filter((page) => page !== null)
  if (sound.length < pages.length || sound.length === 0) return null
  const virtualhost = levels.find((level) => level.virtualhost !== undefined)?.virtualhost?.value
  const version = settings.http_protocol?.value
  const compliant = urls.some((url) => url.settings.tls_compliant !== undefined)
  return {
    url: sound,
    ...(kind === 'SSL_GET' ? { tls: true, ...sslOptions(around), ...sniOf(settings, levels) } : {}),
    ...(virtualhost === undefined ? {} : { virtualhost }),
    ...(version === undefined ? {} : { http: version === '1.0c' ? '1.0C' : version }),
    ...(compliant && kind === 'SSL_GET' ? { tlsCompliant: true } : {}),
  }
}

/** The name in the TLS handshake is the checker's or the virtual server's; keepalived passes over the real server's. */
function sniOf({ enable_sni, virtualhost }: HttpCheck['settings'], levels: Levels): Options {
  const name = virtualhost?.value ?? levels.at(-1)?.virtualhost?.value
  return enable_sni?.value === true && name !== undefined ? { sni: name } : {}
}

function sslOptions({ file }: Around): Options {
  const { certificate, key, password, ca } = file.ssl ?? {}
  return {
    ...(certificate === undefined ? {} : { certificate: certificate.value }),
    ...(key === undefined ? {} : { key: key.value }),
    ...(password === undefined ? {} : { password: password.value }),
    ...(ca === undefined ? {} : { ca: ca.value }),
  }
}

/** `null`: its path is missing or its pattern is refused, which is in the report. */
function pageOf({ keyword, settings }: Url, withSni: boolean, around: Around): Options | null {
  const { path, digest, status_code, virtualhost } = settings
  if (path === undefined) return null
  warnOfLogin(settings, around)
  const regex = patternOf(settings, keyword, around)
  if (regex === 'refused') return null
  const codes = status_code?.value.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`))
  return {
    path: path.value,
    ...(digest === undefined ? {} : { digest: digest.value }),
    ...(codes === undefined ? {} : { statusCodes: codes.join(' ') }),
    ...(virtualhost === undefined ? {} : { virtualhost: virtualhost.value }),
    ...(virtualhost === undefined || !withSni ? {} : { sni: virtualhost.value }),
    ...(regex === null ? {} : { regex }),
  }
}

function warnOfLogin({ username, password }: Url['settings'], { report }: Around): void {
  const word = username?.keyword ?? password?.keyword
  if (word === undefined) return
  const message = `upalert does not honour ${word.text}: the page is asked for without a login`
  report.warning('not-honoured', spanOf(word), message, 'ask for a page that needs none, or write status_code 401')
}

/** keepalived makes no test at all of a pattern that it cannot use; here that is a mistake. */
function patternOf(settings: Url['settings'], keyword: Word, { report }: Around): Options | null | 'refused' {
  const { regex, regex_options, regex_no_match, regex_min_offset, regex_max_offset } = settings
  if (regex === undefined) return null
  const options = regex_options?.value.map(({ text }) => text) ?? []
  const pattern = {
    pattern: regex.value,
    options,
    ...(regex_no_match === undefined ? {} : { noMatch: true }),
    ...(regex_min_offset === undefined ? {} : { minOffset: regex_min_offset.value }),
    ...(regex_max_offset === undefined ? {} : { maxOffset: regex_max_offset.value }),
  }
  const read = readPattern(pattern)
  if (read.kind === 'pattern') return pattern
  const word = regex_options?.value.find(({ text }) => text === read.option) ?? regex.at
  const message = `this pattern ${read.text}`
  report.error('regex', spanOf(word.to > word.from ? word : keyword), message, 'write it without, or in another way')
  return 'refused'
}

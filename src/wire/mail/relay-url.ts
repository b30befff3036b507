/**
 * The URL by which an operator names a mail relay, in and out:
 *   smtp://[user[:password]@]host[:port][?option&option]   port 25; encrypted by STARTTLS when the relay offers it
 *   smtps://…                                              port 465; TLS from the first byte, certificate checked
 * Encryption without a checked certificate is better than none between machines that hold no secrets (RFC 7435,
 * "opportunistic security"); as soon as a password is in play, both are required.
 */

export interface Relay {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** A file whose first line is the password, so that no configuration file has to hold it. */
  readonly passwordFile: string
  /** TLS from the first byte. */
  readonly secure: boolean
  /** `required`: no mail without TLS. `offered`: TLS if the relay has it. `never`: not even then. */
  readonly starttls: 'required' | 'offered' | 'never'
  /** Whether the certificate must be valid for the host's name. */
  readonly verify: boolean
  /** PEM file of certificates to trust besides the system's. */
  readonly caFile: string
  /** `host:port`, for people; never with the password. */
  readonly text: string
}

type RelayParse = { readonly kind: 'relay'; readonly relay: Relay } | { readonly kind: 'bad'; readonly text: string }

const FORM = 'smtp://[user:password@]host[:port] or smtps://…'
const OPTIONS = ['requireTLS', 'ignoreTLS', 'verify', 'ca', 'passwordFile', 'plainPassword']

export function parseRelay(url: string): RelayParse {
  const parsed = /^smtps?:\/\/./i.test(url) ? parsedUrl(url) : null
  if (parsed === null || parsed.hostname === '') return bad(`is not the address of a mail relay; write ${FORM}`)
  const unknown = [...parsed.searchParams.keys()].find((key) => !OPTIONS.includes(key))
  if (unknown !== undefined) return bad(`has ${named(unknown)}; there are ${OPTIONS.join(', ')}`)
  if (on(parsed, 'requireTLS') && on(parsed, 'ignoreTLS'))
    return bad('cannot both require and ignore TLS; keep one of them')
  const user = decoded(parsed.username)
  const password = decoded(parsed.password)
  if (parsed.username !== '' && on(parsed, 'ignoreTLS') && !mayBePlain(parsed)) {
    return bad('would send the password unencrypted; remove ignoreTLS, or add plainPassword if that is what you want')
  }
  if (user === null || password === null) return bad('has a user or password with a stray "%"; write it as %25')
  return { kind: 'relay', relay: relay(parsed, user, password) }
}

function relay(url: URL, user: string, password: string): Relay {
  const secure = url.protocol.toLowerCase() === 'smtps:'
  const host = hostOf(url)
  const port = url.port === '' ? (secure ? 465 : 25) : Number(url.port)
  const secret = user !== '' && !mayBePlain(url)
  const required = on(url, 'requireTLS') || secret
  return {
    host,
    port,
    user,
    password,
    passwordFile: url.searchParams.get('passwordFile') ?? '',
    secure,
    starttls: on(url, 'ignoreTLS') ? 'never' : required ? 'required' : 'offered',
    verify: url.searchParams.has('verify') ? on(url, 'verify') : secure || required,
    caFile: url.searchParams.get('ca') ?? '',
    text: `${host.includes(':') ? `[${host}]` : host}:${port}`,
  }
}

/** What stands behind a "?" may be the rest of a password that was not percent-encoded, so only a plain word is repeated. */
const named = (option: string): string =>
  /^[a-z]{1,20}$/i.test(option) ? `the unknown option "${option}"` : 'an unknown option'

/** `?requireTLS`, `?requireTLS=yes`, `?requireTLS=true`, `?requireTLS=1`. */
function on(url: URL, option: string): boolean {
  const value = url.searchParams.get(option)
  return value !== null && ['', 'yes', 'true', '1', 'on'].includes(value.toLowerCase())
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1')

/** Whether a password may travel unencrypted: within this machine, or where the operator says so. */
function mayBePlain(url: URL): boolean {
  const host = hostOf(url)
  return on(url, 'plainPassword') || host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

const parsedUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null)

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const bad = (text: string): RelayParse => ({ kind: 'bad', text: `mailserver ${text}` })

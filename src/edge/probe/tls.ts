/**
 * Puts TLS on an open connection and tells what the peer's certificate says. The handshake itself accepts any certificate
 * and old protocols, since a check wants to tell what is wrong rather than see a closed door; who decides is
 * wire/certificate.ts. Sessions are never resumed, so every check sees the certificate.
 */
import { X509Certificate } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { isIP } from 'node:net'
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls'
import { connect as connectTls, createSecureContext } from 'node:tls'
import type { Milliseconds } from '../../model/units.ts'
import { wallTime } from '../../model/units.ts'
import type { CertificateFacts } from '../../wire/certificate.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import type { Attempt } from './attempt.ts'
import { limitText } from './attempt.ts'
import { recordsOf } from './close-notify.ts'
import { aborted } from './connect.ts'
import { tap, untap } from './tap.ts'

interface TlsRequest {
  readonly port: number
  /** Server Name Indication; RFC 6066 §3 allows names only, so an address is not sent. */
  readonly servername: string | null
  readonly context: SecureContext
  /** A connection that ends without close_notify ends with an error. */
  readonly compliant?: boolean
}

/** What this side shows of itself where it is asked to. */
export interface Identity {
  /** PEM files. */
  readonly certificate: string
  readonly key: string
  readonly password: string | null
}

export type Secured =
  | {
      readonly kind: 'secured'
      readonly socket: TLSSocket
      readonly took: Milliseconds
      /** `TLSv1.2`, `TLSv1.3`. */
      readonly protocol: string
    }
  | { readonly kind: 'failed'; readonly code: TlsCode; readonly text: string; readonly blame: 'host' | 'us' }

type TlsCode = 'handshake-failed' | 'not-tls' | 'protocol-too-old' | 'timed-out' | 'aborted'

/** A list of authorities is at most this large; Debian's has 220 KB. */
const LARGEST_CA_FILE = 4_194_304
const QUOTED = 80
/** RFC 1035 §2.3.4. A longer name cannot be asked for. */
const LONGEST_NAME = 253

/** RFC 6066 §3: without the dot that stands for the root. */
const rootless = (name: string): string => name.replace(/\.$/, '')

/**
 * The authorities to trust: those of the PEM file, or Node's own list. Old protocols and their ciphers are offered as
 * well: OpenSSL's security level 1 would not even speak TLS 1.0.
 */
export async function trust(
  file: string | null,
  identity: Identity | null = null,
): Promise<
  { readonly kind: 'trust'; readonly context: SecureContext } | { readonly kind: 'failed'; readonly text: string }
> {
  let reading = `the certificates in ${file} cannot be read`
  try {
    const options: SecureContextOptions = { minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' }
    if (file !== null) options.ca = await readCertificates(file)
    if (identity !== null) {
      const { certificate, key, password } = identity
      reading = `the certificate ${certificate} cannot be read`
      options.cert = await readCertificates(certificate)
      reading = `the key ${key} of the certificate ${certificate} cannot be used`
      options.key = await readPem(key)
      if (password !== null) options.passphrase = password
    }
    return { kind: 'trust', context: createSecureContext(options) }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', text: `could not be checked: ${reading}: ${oneLine(why, 200)}` }
  }
}

async function readCertificates(file: string): Promise<Buffer> {
  const text = await readPem(file)
  if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new Error('it holds no certificate in PEM form')
  return text
}

async function readPem(file: string): Promise<Buffer> {
  const about = await stat(file)
  if (!about.isFile()) throw new Error('it is no ordinary file')
  if (about.size > LARGEST_CA_FILE) throw new Error(`it is larger than ${LARGEST_CA_FILE} bytes`)
  return readFile(file)
}

export function secure(socket: Socket, request: TlsRequest, attempt: Attempt): Promise<Secured> {
  const { port, context, servername, compliant = false } = request
  if (attempt.signal.aborted) {
    socket.destroy()
    return Promise.resolve(stopped(port, attempt))
  }
  const name = rootless(servername ?? '')
  const sni = name === '' || name.length > LONGEST_NAME || isIP(name) !== 0 ? {} : { servername: name }

  untap(socket)
  return new Promise((settle) => {
    const guarded = compliant ? recordsOf(socket) : null
    const under = guarded?.records ?? socket
    const tls = connectTls({ socket: under, secureContext: context, rejectUnauthorized: false, ...sni })
    guarded?.guard(tls)
    tls.on('error', () => undefined)
    const done = (result: Secured): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      tls.off('secureConnect', onSecure)
      tls.off('error', onError)
      tls.off('close', onClose)
      if (result.kind === 'failed') {
        tls.destroy()
        socket.destroy()
      }
      settle(result)
    }
    const onSecure = (): void => {
      tap(tls, attempt.trace)
      done({ kind: 'secured', socket: tls, took: attempt.elapsed(), protocol: tls.getProtocol() ?? 'unknown' })
    }
    const onError = (error: NodeJS.ErrnoException): void => done(handshakeFailure(error, port))
    const onClose = (): void => done(handshakeFailure(Object.assign(new Error(), { code: 'ECONNRESET' }), port))
    const onAbort = (): void => done(stopped(port, attempt))
    tls.once('secureConnect', onSecure)
    tls.once('error', onError)
    tls.once('close', onClose)
    attempt.signal.addEventListener('abort', onAbort, { once: true })
  })
}

function stopped(port: number, attempt: Attempt): Secured {
  if (attempt.stopped() === 'aborted') return { kind: 'failed', code: 'aborted', text: aborted.text, blame: 'us' }
  const text = `accepted a connection on port ${port} but did not finish the TLS handshake within ${limitText(attempt.limit)}`
  return { kind: 'failed', code: 'timed-out', text, blame: 'host' }
}

/** OpenSSL's reasons as Node spells them, in the operator's words. */
function handshakeFailure(error: NodeJS.ErrnoException, port: number): Secured {
  const code = error.code ?? ''
  const failed = (which: TlsCode, text: string): Secured => ({ kind: 'failed', code: which, text, blame: 'host' })
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|RECORD_TOO_|UNEXPECTED_MESSAGE/.test(code)) {
    return failed('not-tls', `speaks something other than TLS on port ${port}`)
  }
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|UNSUPPORTED_SSL_VERSION/.test(code)) {
    return failed('protocol-too-old', `speaks no version of TLS on port ${port} that can be spoken here (${code})`)
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return failed('handshake-failed', `closed the connection on port ${port} during the TLS handshake`)
  }
  const why =
    code === ''
      ? error.message
      : code
          .replace(/^ERR_SSL_/, '')
          .replaceAll('_', ' ')
          .toLowerCase()
  return failed('handshake-failed', `broke off the TLS handshake on port ${port}: ${oneLine(why, QUOTED)}`)
}

/** OpenSSL's reason as people read it: "tlsv13 alert certificate required". */
export function tlsReason(error: NodeJS.ErrnoException): string {
  const code = error.code ?? ''
  return oneLine(
    code === ''
      ? error.message
      : code
          .replace(/^ERR_SSL_/, '')
          .replaceAll('_', ' ')
          .toLowerCase(),
    QUOTED,
  )
}

/** What the peer's certificate says of itself, and whether it is good for `name`; `null` if it sent none. */
export function certificateFacts(socket: TLSSocket, name: string | null): CertificateFacts | null {
  const { raw } = socket.getPeerCertificate(false)
  if (raw === undefined) return null
  const certificate = new X509Certificate(raw)
  return {
    names: namesOf(certificate),
    validFrom: wallTime(dateOf(certificate.validFrom)),
    validTo: wallTime(dateOf(certificate.validTo)),
    chainError: socket.authorized ? null : verifyError(socket),
    nameMatches: name !== null && matches(certificate, name),
  }
}

/** Without a name to compare, Node's own comparison of the name fails last and says only that. */
function verifyError(socket: TLSSocket): string | null {
  const error: unknown = socket.authorizationError
  if (error === null || error === undefined) return null
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? null : code
}

/** A date that cannot be read counts as long past: such a certificate is not to be relied on. */
function dateOf(text: string): number {
  return Date.parse(text) || 0
}

/** OpenSSL's own comparison, wildcards included; it refuses names that cannot be names. */
function matches(certificate: X509Certificate, name: string): boolean {
  if (isIP(name) !== 0) return certificate.checkIP(name) !== undefined
  return /^[\x21-\x7e]+$/.test(name) && certificate.checkHost(rootless(name)) !== undefined
}

function namesOf(certificate: X509Certificate): string {
  const alternatives = certificate.subjectAltName?.replace(/\b(DNS|IP Address):/g, '')
  return alternatives ?? /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? 'nobody'
}

/**
 * One HTTP request to one receiver, and what it answered. Nothing is retried here, no redirect is followed, no proxy of the
 * environment is asked, and no connection stays open. The certificate of an https receiver must be valid for its name.
 */

import type { LookupFunction } from 'node:net'
import { rootCertificates } from 'node:tls'
import { Client, type Dispatcher, errors } from 'undici'
import { seconds } from '../../model/units.ts'
import { oneLine } from '../../wire/mail/safe-text.ts'
import type { Network } from '../../wire/webhook/network.ts'
import type { Answered } from '../../wire/webhook/verdict.ts'
import type { Attempt } from '../probe/attempt.ts'
import { limitText } from '../probe/attempt.ts'
import { type Address, addressesOf } from './addresses.ts'

export interface Post {
  readonly url: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  /** `null`: the request has no body. */
  readonly body: string | null
}

export interface Way {
  readonly allowed: readonly Network[] | 'everywhere'
  /** PEM: authorities to trust besides the usual ones; `null`: none. */
  readonly ca: string | null
}

export type Posted =
  | ({ readonly kind: 'answered' } & Answered)
  /** `text` is a sentence's tail: "refused the connection". */
  | { readonly kind: 'failed'; readonly text: string }

/** Bytes of an answer's body that are read; a longer one is left. */
const BODY_BYTES = 65_536
const HEADER_BYTES = 16_384
/** How long a body may take once the answer's status is known, which alone decides. */
const BODY_WAIT = seconds(5)
/** How long one of several addresses is tried before the next one is tried beside it. */
const NEXT_ADDRESS = seconds(2)

export async function post(request: Post, way: Way, attempt: Attempt): Promise<Posted> {
  const found = await addressesOf(request.url, way.allowed, attempt.signal)
  if (attempt.signal.aborted) return stopped(attempt)
  if (found.kind === 'none') return { kind: 'failed', text: found.text }
  const client = new Client(request.url.origin, {
    connect: {
      lookup: answering(found.list),
      timeout: attempt.limit,
      ...(way.ca === null ? {} : { ca: [...rootCertificates, way.ca] }),
    },
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS,
    // The attempt's own limit ends it.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: HEADER_BYTES,
    pipelining: 1,
  })
  try {
    const response = await client.request({
      path: `${request.url.pathname}${request.url.search}`,
      method: request.method,
      headers: request.headers,
      body: request.body,
      signal: attempt.signal,
    })
    const body = await firstBytes(response.body)
    const header = (name: string): string | null => {
      const value = response.headers[name]
      return (Array.isArray(value) ? value[0] : value) ?? null
    }
    const { statusCode: status } = response
    const [retryAfter, date, location] = [header('retry-after'), header('date'), header('location')]
    return { kind: 'answered', status, retryAfter, date, location, body }
  } catch (error) {
    if (attempt.signal.aborted) return stopped(attempt)
    return { kind: 'failed', text: troubleText(error) }
  } finally {
    void client.destroy().catch(() => undefined)
  }
}

/** Hands out what was found and judged, instead of asking anybody again. */
const answering =
  (list: readonly Address[]): LookupFunction =>
  (_host, options, done) => {
    const [first] = list
    if (options.all === true) done(null, [...list])
    else if (first === undefined) done(new Error('no address'), '', 4)
    else done(null, first.address, first.family)
  }

/** What arrives in time of as much as is looked at; a body that breaks off, or never ends, takes nothing from its status. */
async function firstBytes(body: Dispatcher.ResponseData['body']): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  const timer = setTimeout(() => body.destroy(), BODY_WAIT)
  try {
    for await (const part of body) {
      if (!Buffer.isBuffer(part)) break
      parts.push(part)
      length += part.length
      if (length >= BODY_BYTES) break
    }
  } catch {
    // Cut short.
  } finally {
    clearTimeout(timer)
    body.on('error', () => undefined).destroy()
  }
  return Buffer.concat(parts).subarray(0, BODY_BYTES).toString('utf8')
}

function stopped(attempt: Attempt): Posted {
  if (attempt.stopped() !== 'timed-out') return { kind: 'failed', text: 'was not asked to the end' }
  return { kind: 'failed', text: `did not answer within ${limitText(attempt.limit)}` }
}

function troubleText(thrown: unknown): string {
  const error = thrown instanceof AggregateError ? thrown.errors[0] : thrown
  const code = error instanceof Error && 'code' in error ? String(error.code ?? '') : ''
  const known = TROUBLES[code]
  if (known !== undefined) return known
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof errors.HTTPParserError) return 'answered something that is no HTTP'
  if (/^(?:CERT_|ERR_TLS_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code))
    return `showed a certificate that is not valid here: ${oneLine(message, 200)}`
  if (/^(?:ERR_SSL_|EPROTO)/.test(code)) return `could not agree on TLS: ${code}`
  return `could not be asked: ${oneLine(code === '' ? message : code, 200)}`
}

const TROUBLES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused the connection',
  ECONNRESET: 'broke off the connection before it answered',
  UND_ERR_SOCKET: 'broke off the connection before it answered',
  EPIPE: 'broke off the connection before it answered',
  EHOSTUNREACH: 'cannot be reached: no route',
  ENETUNREACH: 'cannot be reached: no route',
  ETIMEDOUT: 'did not accept the connection in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept the connection in time',
  UND_ERR_HEADERS_OVERFLOW: 'answered with headers that are too long',
}

/**
 * Where one request of an HTTP check goes: the page first, then what each redirect says. The connection always goes to
 * the host that is checked, on whatever port and under whatever name a URL or a redirect asks for: a check says something
 * about that host, and a director could not reach the virtual address anyway.
 */

import { oneLine } from '../mail/safe-text.ts'
import type { Page } from './page.ts'
import { parseLocation } from './page.ts'
import type { HttpHead } from './request.ts'
import { headerValues, hostHeader } from './request.ts'

export interface Step {
  readonly method: string
  readonly target: string
  readonly tls: boolean
  readonly port: number
  /** The Host header. */
  readonly authority: string
  /** The name that a client would connect to, for SNI and for the certificate. */
  readonly name: string
  /** Redirects that led here. */
  readonly redirects: number
}

export interface StepOptions {
  readonly method?: string
  readonly tls?: boolean
  readonly port?: number
  readonly hostHeader?: string
}

/** A URL's scheme counts more than `--tls`, since it is said of this page; a port given as an option more than the URL's. */
export function firstStep(page: Page, host: string, options: StepOptions): Step {
  const tls = page.origin?.tls ?? options.tls ?? false
  const ofUrl = page.origin?.port ?? standardPort(tls)
  const port = options.port ?? ofUrl
  const authority = page.origin === null ? hostHeader(host, port, tls) : hostHeader(page.origin.host, ofUrl, tls)
  return {
    method: options.method ?? 'GET',
    target: page.target,
    tls,
    port,
    authority: options.hostHeader ?? authority,
    name: page.origin?.host ?? nameOf(options.hostHeader) ?? host,
    redirects: 0,
  }
}

/** The next step if this reply is a redirect that can be followed (RFC 9110 §15.4); `null` if it is an answer. */
export function redirectStep(step: Step, head: HttpHead): Step | null {
  const [location] = headerValues(head, 'location')
  if (location === undefined || ![301, 302, 303, 307, 308].includes(head.status)) return null
  const place = parseLocation(location, step.target)
  if (place === null) return null
  const next = {
    ...step,
    method: methodAfter(step.method, head.status),
    target: place.target,
    redirects: step.redirects + 1,
  }
  if (place.origin === null) return next

  // A server behind a director does not know its own port: a URL without one means the port we came by.
  const { tls, host, port } = place.origin
  return {
    ...next,
    tls,
    port: port ?? (tls === step.tls ? step.port : standardPort(tls)),
    authority: hostHeader(host, port ?? standardPort(tls), tls),
    name: host,
  }
}

/** Characters of a target or location that a sentence quotes. */
const QUOTED = 80

/** `asked for /`, or `asked for /new after 2 redirects`. */
export function stepText({ target, redirects }: Step): string {
  const after = redirects === 0 ? '' : ` after ${redirects} redirect${redirects === 1 ? '' : 's'}`
  return `asked for ${oneLine(target, QUOTED)}${after}`
}

const standardPort = (tls: boolean): number => (tls ? 443 : 80)

/** RFC 9110 §15.4: 303 asks for a GET; clients turn a POST into one for 301 and 302 as well. */
function methodAfter(method: string, status: number): string {
  if (method === 'HEAD') return method
  return status === 303 || (method === 'POST' && status < 303) ? 'GET' : method
}

/** The name in a Host header, without its port. */
function nameOf(authority: string | undefined): string | undefined {
  return authority?.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
}

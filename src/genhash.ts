/**
 * `upalert genhash`: prints the digest of a page, to be put behind `--digest` or into keepalived.conf. It takes the options
 * of keepalived's genhash(1) and prints the same, and a URL alone will do as well. Unlike genhash it fails with an exit
 * status, says why on standard error, prints nothing of an incomplete page, and does not wait for a server that keeps the
 * connection open.
 */
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import type { Asked } from './edge/http/ask.ts'
import { askOnce } from './edge/http/ask.ts'
import { startAttempt } from './edge/probe/attempt.ts'
import { trust } from './edge/probe/tls.ts'
import { host } from './model/names.ts'
import type { Milliseconds } from './model/units.ts'
import { seconds } from './model/units.ts'
import { hexDump } from './wire/hex-dump.ts'
import type { Digest } from './wire/http/page.ts'
import { parsePage } from './wire/http/page.ts'
import type { HttpReply } from './wire/http/reply.ts'
import type { HttpHeader } from './wire/http/request.ts'
import { encodeRequest, hostHeader } from './wire/http/request.ts'
import type { Step } from './wire/http/steps.ts'

export interface GenhashOutput {
  stdout(text: string | Buffer): void
  stderr(text: string): void
}

/** genhash(1) waits five seconds where `-t` says nothing. */
const STANDARD_TIMEOUT = 5
/** The largest page whose digest is taken, in bytes. */
const LARGEST_PAGE = 67_108_864

export const genhashUsage = `Usage: upalert genhash [options] URL
       upalert genhash -s ADDRESS -p PORT -u PATH [options]

  -s, --server ADDRESS         server to ask; an address or a name
  -p, --port PORT              its port
  -u, --url PATH               the page
  -S, --use-ssl                speak TLS; certificates are not verified
  -V, --use-virtualhost NAME   the Host header
  -I, --use-sni                with TLS: ask for the name given with -V
  -P, --protocol VERSION       1.0 (the default), 1.0c (with "Connection: close"), 1.1
  -m, --fwmark MARK            firewall mark of the packets; needs CAP_NET_ADMIN
  -t, --timeout SECONDS        for the whole request; ${STANDARD_TIMEOUT} otherwise
  -v, --verbose                show the bytes that came, as genhash does
      --digest KIND            md5 (the default) or sha256
      --content                digest of the page without chunk framing, which is what md5sum would print of it
  -h, --help                   this text

The digest is printed alone on one line. Exit status: 0 printed, 1 wrong options, or no complete page (the reason is on
standard error).
`

const options = {
  server: { type: 'string', short: 's' },
  port: { type: 'string', short: 'p' },
  url: { type: 'string', short: 'u' },
  'use-ssl': { type: 'boolean', short: 'S' },
  'use-sni': { type: 'boolean', short: 'I' },
  'use-virtualhost': { type: 'string', short: 'V' },
  protocol: { type: 'string', short: 'P' },
  timeout: { type: 'string', short: 't' },
  fwmark: { type: 'string', short: 'm' },
  verbose: { type: 'boolean', short: 'v' },
  digest: { type: 'string' },
  content: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** What is asked of which server, and how the answer is shown. */
interface Order {
  readonly server: string
  readonly step: Step
  /** What TLS asks for by name; an address asks for none. */
  readonly servername: string
  readonly protocol: keyof typeof PROTOCOLS
  readonly timeout: Milliseconds
  readonly mark: number | null
  readonly algorithm: Digest['algorithm']
  readonly content: boolean
  readonly verbose: boolean
}

const PROTOCOLS = {
  '1.0': { version: '1.0', close: false },
  '1.0c': { version: '1.0', close: true },
  '1.0C': { version: '1.0', close: true },
  '1.1': { version: '1.1', close: true },
} as const

/** Returns the exit status; never rejects. */
export async function genhash(args: readonly string[], output: GenhashOutput): Promise<number> {
  const order = orderOf(args)
  if (order === 'help') {
    output.stdout(genhashUsage)
    return 0
  }
  if (typeof order === 'string') {
    output.stderr(`upalert genhash: ${order}\n\n${genhashUsage}`)
    return 1
  }
  const attempt = startAttempt(order.timeout, new AbortController().signal)
  const asked = await ask(order, attempt)
  const took = attempt.elapsed()
  attempt.end()
  return show(asked, order, took, output)
}

async function ask(order: Order, attempt: ReturnType<typeof startAttempt>): Promise<Asked> {
  const { step } = order
  const { version, close } = PROTOCOLS[order.protocol]
  const closing: HttpHeader[] = close ? [['Connection', 'close']] : []
  const headers: HttpHeader[] = [['User-Agent', 'KeepAliveClient'], ...closing, ['Host', step.authority]]
  const request = encodeRequest({ method: 'GET', target: step.target, version, headers })
  const trusted = await trust(null)
  if (trusted.kind === 'failed') {
    const outcome = { kind: 'unknown', code: 'ca-unreadable', text: trusted.text } as const
    return { kind: 'failed', outcome, address: null, connect: null, firstByte: null }
  }
  const tls = { context: trusted.context, verify: false, servername: order.servername }
  return askOnce(
    host(order.server),
    {
      step,
      request,
      maxBody: LARGEST_PAGE,
      reach: order.mark === null ? {} : { mark: order.mark },
      tls,
      enough: () => false,
    },
    attempt,
  )
}

function show(asked: Asked, order: Order, took: Milliseconds, output: GenhashOutput): number {
  const reply = wholeReply(asked)
  if (typeof reply === 'string') {
    output.stderr(`upalert genhash: ${order.server} ${reply}\n`)
    return 1
  }
  const body = order.content ? reply.content : reply.sent
  const digest = createHash(order.algorithm).update(body).digest()
  if (order.verbose) {
    showAll(reply, digest, output)
    output.stdout(`\nGlobal response time for [${order.step.target}] = ${Math.round(took * 1000)} usecs\n`)
  } else output.stdout(`${digest.toString('hex')}\n`)
  return 0
}

/** The reply, or why there is none: the digest of a part would be put into a configuration by a script. */
function wholeReply(asked: Asked): HttpReply | string {
  if (asked.kind === 'failed') return asked.outcome.text
  if (asked.kind === 'head') return 'sent headers only'
  return asked.reply.cut ? `has a page of more than ${LARGEST_PAGE} bytes` : asked.reply
}

/** The layout of genhash -v, which people compare by eye with what they had before. */
function showAll(reply: HttpReply, digest: Buffer, { stdout }: GenhashOutput): void {
  const rule = '-----------------------'
  stdout(`${rule}[    HTTP Header Buffer    ]${rule}\n${hexDump(reply.headBytes)}`)
  stdout(`${rule}[ HTTP Header Ascii Buffer ]${rule}\n`)
  stdout(Buffer.concat([reply.headBytes, Buffer.from('\n')]))
  if (reply.sent.length > 0) stdout(`${rule}[        HTML Buffer        ]${rule}\n${hexDump(reply.sent)}`)
  stdout(`\n${rule}[    HTML hash resulting    ]${rule}\n${hexDump(digest)}`)
  stdout(`${rule}[ HTML hash final resulting ]${rule}\n${digest.toString('hex')}\n`)
}

/** The order, `help`, or what is wrong with the words. */
function orderOf(args: readonly string[]): Order | string {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  const { values, positionals } = parsed
  if (values.help === true) return 'help'
  const { protocol = '1.0', digest = 'md5' } = values
  if (!isProtocol(protocol)) return `"${protocol}" is not a protocol; write 1.0, 1.0c or 1.1`
  if (digest !== 'md5' && digest !== 'sha256') return `"${digest}" is not a digest; write md5 or sha256`
  const timeout = Number(values.timeout ?? STANDARD_TIMEOUT)
  if (!(timeout > 0)) return `"${values.timeout}" is not a number of seconds above 0`
  const mark = values.fwmark === undefined ? null : Number(values.fwmark)
  if (mark !== null && !(Number.isInteger(mark) && mark >= 0 && mark <= 0xffff_ffff))
    return `"${values.fwmark}" is not a firewall mark from 0 to 4294967295`
  const place = positionals.length > 0 ? fromUrl(values, positionals) : fromOptions(values)
  if (typeof place === 'string') return place

  const shown = { algorithm: digest, content: values.content === true, verbose: values.verbose === true } as const
  return { ...place, protocol, timeout: seconds(timeout), mark, ...shown }
}

const parse = (args: readonly string[]) => parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
type Values = ReturnType<typeof parse>['values']
type Place = Pick<Order, 'server' | 'step' | 'servername'>

const isProtocol = (text: string): text is keyof typeof PROTOCOLS => Object.hasOwn(PROTOCOLS, text)

/** genhash's way: the name for TLS only with -I, the Host header with the port unless -V names one. */
function fromOptions(values: Values): Place | string {
  const { server, port, url, 'use-ssl': tls = false, 'use-virtualhost': name } = values
  if (server === undefined || port === undefined || url === undefined)
    return '-s, -p and -u are needed together, or a URL alone'
  const number = Number(port)
  if (!/^\d{1,5}$/.test(port) || number < 1 || number > 65535) return `"${port}" is not a port from 1 to 65535`
  const bracketed = server.includes(':') ? `[${server}]` : server
  const authority = name ?? `${bracketed}:${number}`
  if (!/^[\x21-\x7e]+$/.test(authority)) return `"${authority}" cannot stand in a Host header`
  const servername = values['use-sni'] === true && name !== undefined ? withoutPort(name) : NO_NAME
  return { server, servername, step: stepOf(url, tls, number, authority) }
}

/** An address is never sent as a name (RFC 6066 §3), so this one asks for none. */
const NO_NAME = '0.0.0.0'

function fromUrl(values: Values, positionals: readonly string[]): Place | string {
  const [url = '', ...more] = positionals
  if (more.length > 0) return `one URL at a time; what is "${more.join(' ')}"?`
  const page = parsePage(url)
  if (page === null || page.origin === null) return `"${url}" is not a URL; write http://10.1.1.2:8080/page`
  const { tls, host: name, port } = page.origin
  const number = Number(values.port ?? port ?? (tls ? 443 : 80))
  if (!Number.isInteger(number) || number < 1 || number > 65535) return `"${values.port}" is not a port from 1 to 65535`
  const authority = values['use-virtualhost'] ?? hostHeader(name, port ?? number, tls)
  if (!/^[\x21-\x7e]+$/.test(authority)) return `"${authority}" cannot stand in a Host header`
  const step = stepOf(page.target, tls, number, authority)
  return { server: values.server ?? name, servername: withoutPort(values['use-virtualhost'] ?? name), step }
}

/** Not the last group of an IPv6 address, which has more than one colon. */
const withoutPort = (authority: string): string => authority.replace(/^([^:]+):\d+$/, '$1')

const stepOf = (target: string, tls: boolean, port: number, authority: string): Step => {
  return { method: 'GET', target, tls, port, authority, name: authority, redirects: 0 }
}

/**
 * Mail relays to test against: the smtp-server package with faults injected by its hooks, and a bare socket for what no
 * well-behaved server does (silence, half an answer, a broken connection).
 */
import assert from 'node:assert/strict'
import { createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'

export interface Received {
  readonly from: string
  readonly to: readonly string[]
  readonly raw: string
}

export interface TestRelay {
  readonly url: string
  readonly port: number
  readonly mails: Received[]
  /** Resolves when no client is connected any more. */
  quiet(): Promise<void>
}

/** An SMTP server's error: the answer it gives. */
export const answer = (code: number, text: string): Error => Object.assign(new Error(text), { responseCode: code })

export async function startRelay(t: TestContext, options: SMTPServerOptions = {}): Promise<TestRelay> {
  const mails: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    logger: false,
    onData(stream, session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => parts.push(part))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(parts).toString('utf8'),
        })
        done(null, `queued as ${mails.length}`)
      })
    },
    ...options,
  })
  server.on('error', () => {})
  const sockets = watch(server.server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const port = portOf(server.server.address())
  return { url: `smtp://127.0.0.1:${port}`, port, mails, quiet: () => quiet(sockets) }
}

/** A server that does with each connection what the test says. */
export async function startSocket(t: TestContext, serve: (socket: Socket) => void): Promise<TestRelay> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    serve(socket)
  })
  const sockets = watch(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  })
  const port = portOf(server.address())
  return { url: `smtp://127.0.0.1:${port}`, port, mails: [], quiet: () => quiet(sockets) }
}

/** Answers each line by the table's first match; `null` is silence, a function does as it likes with the socket. */
export function script(
  lines: readonly (readonly [RegExp, string | null | ((socket: Socket) => void)])[],
): (socket: Socket) => void {
  return (socket) => {
    socket.write('220 test relay\r\n')
    let rest = ''
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1')
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        const found = lines.find(([pattern]) => pattern.test(line))?.[1]
        if (typeof found === 'function') found(socket)
        else if (typeof found === 'string') socket.write(`${found}\r\n`)
      }
    })
  }
}

function watch(server: { on(event: 'connection', heard: (socket: Socket) => void): unknown }): Set<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return sockets
}

async function quiet(sockets: Set<Socket>): Promise<void> {
  while (sockets.size > 0) {
    const [socket] = sockets
    if (socket !== undefined) await new Promise<void>((resolve) => socket.once('close', () => resolve()))
  }
}

function portOf(address: unknown): number {
  assert.ok(typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number')
  return address.port
}

/** The header fields of a raw message by lower-case name, unfolded; a name that occurs twice has two values. */
export function headersOf(raw: string): Map<string, string[]> {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  const fields = new Map<string, string[]>()
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    assert.ok(colon > 0, `not a header line: ${JSON.stringify(line)}`)
    const name = line.slice(0, colon).toLowerCase()
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()])
  }
  return fields
}

/** A header value with its encoded words read (RFC 2047). */
export function decoded(value: string): string {
  return value
    .replace(/(=\?[^?]+\?[^?]+\?[^?]*\?=)\s+(?==\?)/g, '$1')
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_whole, kind: string, text: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(text, 'base64').toString('utf8')
        : quotedPrintable(text.replace(/_/g, ' ')),
    )
}

/** The text of a message, which is the first of its parts if it has several. */
export function bodyOf(raw: string): string {
  const parts = partsOf(raw)
  if (parts.length > 0) return bodyOf(parts[0] ?? '')
  const body = raw.slice(raw.indexOf('\r\n\r\n') + 4)
  const encoding = headersOf(raw).get('content-transfer-encoding')?.[0] ?? '7bit'
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8').replace(/\r\n/g, '\n')
  const plain = encoding === 'quoted-printable' ? quotedPrintable(body.replace(/=\r\n/g, '')) : body
  return plain.replace(/\r\n/g, '\n')
}

/** The parts of a multipart message (RFC 2046 §5.1.1), each with its headers; none if it has a single body. */
export function partsOf(raw: string): string[] {
  const type = headersOf(raw).get('content-type')?.[0] ?? ''
  const boundary = /^multipart\/.*boundary="([^"]+)"/i.exec(type)?.[1]
  if (boundary === undefined) return []
  return raw
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.replace(/^\r\n/, '').replace(/\r\n$/, ''))
}

function quotedPrintable(text: string): string {
  const bytes = text.replace(/=([0-9a-f]{2})/gi, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

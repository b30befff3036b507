/**
 * Reads one HTTP/1 reply from the pieces in which it arrives, keeping the body twice: as it was sent, chunk sizes and
 * all, and as it is meant. It takes nothing on trust: every part has a limit, and what breaks the rules is said in words.
 * Source: RFC 9112 §4 to §7; the body "as sent" is what keepalived's digests are taken of.
 */

import { oneLine } from '../mail/safe-text.ts'
import { growing } from './growing.ts'
import type { HttpHead } from './request.ts'
import { headerValues, parseHead } from './request.ts'

export interface HttpReply {
  readonly head: HttpHead
  /** The head as sent, with the blank line that ends it. */
  readonly headBytes: Buffer
  /** The body as sent, up to Content-Length or the last chunk. */
  readonly sent: Buffer
  /** The body without chunk framing. Nothing is decompressed. */
  readonly content: Buffer
  /** The body went on beyond the limit: it was not read further, or no more of it was kept. */
  readonly cut: boolean
  /** The connection ended before the body did, where that is let pass; a sentence's tail. */
  readonly short: string | null
}

export type ReplyState =
  | { readonly kind: 'reading'; readonly head: HttpHead | null }
  | { readonly kind: 'done'; readonly reply: HttpReply }
  | { readonly kind: 'failed'; readonly code: ReplyFault; readonly text: string }

export type ReplyFault =
  | 'no-answer'
  | 'not-http'
  | 'head-too-large'
  | 'too-many-interim'
  | 'bad-length'
  | 'bad-chunk'
  | 'closed-early'
  | 'body-too-large'

export interface ReplyReader {
  push(piece: Buffer): ReplyState
  /** The connection has ended. */
  end(): ReplyState
  /** Bytes taken in so far. */
  received(): number
}

/** The largest head read, in bytes; servers allow requests of 8 to 64 KiB, and replies are no longer in practice. */
const LONGEST_HEAD = 65_536
/** Interim replies (1xx) before the real one; more than a handful is a server gone wrong. */
const MOST_INTERIM = 16
/** The line with a chunk's size and extensions, and the trailers, in bytes. */
const LONGEST_CHUNK_LINE = 4096
/** Characters of a peer's own words that a sentence quotes. */
const QUOTED = 40

type Framing =
  | { readonly kind: 'head' }
  | { readonly kind: 'length'; readonly length: number }
  | { readonly kind: 'until-close' }
  | { readonly kind: 'chunk-line' | 'chunk-end' | 'trailer' }
  | { readonly kind: 'chunk-data'; readonly left: number }

/** For a reader that believes in the end of the connection alone, as keepalived's does. */
export interface Streaming {
  /** Is handed the body as sent, to the last byte, however little of it is kept. */
  watch(piece: Buffer): void
  /** Bytes of a body after which nobody waits for its end. */
  readonly mostBody: number
}

/**
 * `method` decides whether a body follows; `maxBody` is the limit of the body as sent. With `streaming` that much is kept
 * and the rest is read all the same; an announced length ends the body if it comes, and no broken promise is a failure.
 */
export function replyReader(method: string, maxBody: number, streaming: Streaming | null = null): ReplyReader {
  const headBytes = growing()
  const sent = growing()
  const content = growing()
  let line = ''
  let interim = 0
  let received = 0
  /** Bytes of the body as sent, kept or not. */
  let bodyLength = 0
  let head: HttpHead | null = null
  let framing: Framing = { kind: 'head' }
  let ended: ReplyState | null = null

  const reply = (of: HttpHead, cut: boolean, short: string | null): HttpReply => ({
    head: of,
    headBytes: headBytes.bytes(),
    sent: sent.bytes(),
    content: chunked(of) ? content.bytes() : sent.bytes(),
    cut,
    short,
  })
  const finish = (of: HttpHead, cut = false, short: string | null = null): void => {
    ended = { kind: 'done', reply: reply(of, cut || bodyLength > sent.length(), short) }
  }
  const fail = (code: ReplyFault, text: string): void => {
    ended = { kind: 'failed', code, text }
  }
  /** A server whose framing makes no sense: its body goes on until it closes, or it has failed. */
  const garbled = (code: ReplyFault, text: string): void => {
    if (streaming === null) fail(code, text)
    else framing = { kind: 'until-close' }
  }
  const keep = (piece: Buffer): void => {
    bodyLength += piece.length
    sent.add(piece.subarray(0, Math.max(0, maxBody - sent.length())))
    streaming?.watch(piece)
  }

  /** Takes what it can of `piece` and says how many bytes that was. */
  function takeHead(piece: Buffer): number {
    const before = headBytes.length()
    headBytes.add(piece.subarray(0, LONGEST_HEAD - before))
    const bytes = headBytes.bytes()
    if (!couldBeHttp(bytes)) {
      fail('not-http', `answered with something other than HTTP: "${quoted(bytes)}"`)
      return piece.length
    }
    const end = headEnd(bytes, Math.max(0, before - 3))
    if (end === -1) {
      if (bytes.length >= LONGEST_HEAD) fail('head-too-large', `sent more than ${LONGEST_HEAD} bytes of headers`)
      return piece.length
    }
    const parsed = parseHead(bytes.toString('latin1', 0, end).trimEnd())
    headBytes.cut(end)
    if (parsed === null) fail('not-http', `answered with something other than HTTP: "${quoted(bytes)}"`)
    else if (parsed.status < 200 && parsed.status !== 101) skipInterim()
    else beginBody(parsed)
    return end - before
  }

  function skipInterim(): void {
    interim += 1
    headBytes.cut(0)
    if (interim > MOST_INTERIM)
      fail('too-many-interim', `sent more than ${MOST_INTERIM} interim answers (1xx) and no real one`)
  }

  function beginBody(of: HttpHead): void {
    head = of
    const lengths = [...new Set(headerValues(of, 'content-length').flatMap((value) => value.split(/\s*,\s*/)))]
    const [length = ''] = lengths
    if (method === 'HEAD' || of.status === 204 || of.status === 304 || of.status === 101) finish(of)
    else if (chunked(of)) framing = { kind: 'chunk-line' }
    else if (lengths.length === 0) framing = { kind: 'until-close' }
    else if (lengths.length > 1 || !/^\d{1,15}$/.test(length))
      garbled('bad-length', `announced a length that is no number: "${oneLine(lengths.join(', '), QUOTED)}"`)
    else if (Number(length) === 0) finish(of)
    else framing = { kind: 'length', length: Number(length) }
  }

  function takeBody(of: HttpHead, piece: Buffer): number {
    const room = (streaming?.mostBody ?? maxBody) - bodyLength
    if (room <= 0) {
      if (streaming === null) finish(of, true)
      else fail('body-too-large', `has a page of more than ${streaming.mostBody} bytes`)
      return piece.length
    }
    const part = piece.subarray(0, room)
    if (framing.kind === 'length') {
      const bytes = part.subarray(0, framing.length - bodyLength)
      keep(bytes)
      if (bodyLength === framing.length) finish(of)
      return bytes.length
    }
    const taken = framing.kind === 'until-close' ? part.length : takeChunked(of, part)
    keep(part.subarray(0, taken))
    if (ended !== null) refresh(of)
    return taken
  }

  /** A reply that ended inside `takeChunked` was made before its last bytes were counted as sent. */
  function refresh(of: HttpHead): void {
    if (ended?.kind === 'done') finish(of)
  }

  function takeChunked(of: HttpHead, piece: Buffer): number {
    if (framing.kind === 'chunk-data') {
      const bytes = piece.subarray(0, framing.left)
      content.add(bytes.subarray(0, Math.max(0, maxBody - content.length())))
      const left = framing.left - bytes.length
      framing = left === 0 ? { kind: 'chunk-end' } : { kind: 'chunk-data', left }
      return bytes.length
    }
    const newline = piece.indexOf(10)
    const taken = newline === -1 ? piece.length : newline + 1
    line += piece.toString('latin1', 0, taken)
    if (line.length > LONGEST_CHUNK_LINE) garbled('bad-chunk', 'sent a chunk whose size has no end')
    else if (newline !== -1) endLine(of, line.replace(/\r?\n$/, ''))
    return taken
  }

  /** RFC 9112 §7.1: size in hex, extensions behind a semicolon; the data and an empty line; size 0 and trailers end it. */
  function endLine(of: HttpHead, text: string): void {
    line = ''
    if (framing.kind === 'chunk-end') {
      if (text !== '') garbled('bad-chunk', 'sent a chunk that is longer than it said')
      else framing = { kind: 'chunk-line' }
    } else if (framing.kind === 'trailer') {
      if (text === '') finish(of)
    } else {
      const [, size] = /^([0-9a-fA-F]{1,12})\s*(;.*)?$/.exec(text) ?? []
      if (size === undefined) garbled('bad-chunk', `sent a chunk whose size is no number: "${oneLine(text, QUOTED)}"`)
      else framing = /^0+$/.test(size) ? { kind: 'trailer' } : { kind: 'chunk-data', left: Number.parseInt(size, 16) }
    }
  }

  function closed(): void {
    if (head === null) {
      if (received === 0) fail('no-answer', 'closed the connection without an answer')
      else fail('closed-early', `closed the connection after ${received} bytes, inside the headers`)
    } else if (framing.kind === 'until-close') finish(head)
    else {
      const missing = framing.kind === 'length' ? `of the ${framing.length} bytes it had announced` : null
      const text = `closed the connection after ${bodyLength} ${missing ?? 'bytes, before the last chunk'}`
      if (streaming === null) fail('closed-early', text)
      else finish(head, false, text)
    }
  }

  return {
    push(piece) {
      received += piece.length
      for (let at = 0; at < piece.length && ended === null; ) {
        const rest = piece.subarray(at)
        at += head === null ? takeHead(rest) : takeBody(head, rest)
      }
      return ended ?? { kind: 'reading', head }
    },
    end() {
      if (ended === null) closed()
      return ended ?? { kind: 'reading', head }
    },
    received: () => received,
  }
}

/** RFC 9112 §6.3: chunked counts where it is the last coding, and then Content-Length does not. */
function chunked(head: HttpHead): boolean {
  const codings = headerValues(head, 'transfer-encoding').join(',').toLowerCase().split(',')
  return codings.at(-1)?.trim() === 'chunked'
}

/** Whether the bytes so far are the beginning of `HTTP/`. */
function couldBeHttp(bytes: Buffer): boolean {
  const beginning = bytes.toString('latin1', 0, 5)
  return 'HTTP/'.startsWith(beginning)
}

/** Where the head ends, behind its blank line; -1 while it has not. Bare line feeds are let pass (RFC 9112 §2.2). */
function headEnd(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(10, from); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3
  }
  return -1
}

const quoted = (bytes: Buffer): string => oneLine(bytes.toString('latin1', 0, QUOTED * 2), QUOTED)

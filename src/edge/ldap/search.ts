/**
 * Searches an LDAP server over an open connection: bind, search, unbind. Each entry is handed on as it comes,
 * so that an answer takes no more memory than its largest entry. The connection is closed in every case.
 */
import type { Socket } from 'node:net'
import {
  bindRequest,
  type Credentials,
  type Entry,
  firstMessage,
  readResponse,
  type Scope,
  SUCCESS,
  searchRequest,
  unbind,
} from '../../wire/ldap/message.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { aborted } from '../probe/connect.ts'

interface Search {
  readonly credentials: Credentials
  readonly base: string
  readonly scope: Scope
  /** As `encodeFilter` gives it. */
  readonly filter: Buffer
  readonly onEntry: (entry: Entry) => void
}

export type Searched =
  /** `bound` and `result`: LDAP's words for how the bind and the search ended. */
  | { readonly kind: 'done'; readonly bound: string; readonly result: string; readonly entries: number }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string; readonly blame: 'host' | 'us' }

/** Entries of one answer; a check wants a few. */
const MOST_ENTRIES = 10_000

export function searchOver(socket: Socket, search: Search, attempt: Attempt): Promise<Searched> {
  const { credentials, base, scope, filter, onEntry } = search
  return new Promise((settle) => {
    let pieces: Buffer[] = []
    let received = 0
    /** Bytes that the first message has, as far as is known: they are put together only when they are all there. */
    let wanted = 0
    let bound = ''
    let entries = 0
    const done = (searched: Searched): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      if (searched.kind === 'done') socket.write(unbind())
      socket.destroy()
      settle(searched)
    }
    const failed = (code: string, text: string): void => done({ kind: 'failed', code, text, blame: 'host' })
    const onAbort = (): void => done(stopped(attempt, bound))
    /** Whether more messages are wanted. */
    const take = (message: Buffer): boolean => {
      const response = readResponse(message)
      if (response === null) failed('not-ldap', 'sent an answer that nobody asked for')
      else if (response.kind === 'bound' && bound !== '') failed('not-ldap', 'answered the bind twice')
      else if (response.kind === 'bound') {
        bound = response.result
        socket.write(searchRequest(base, scope, filter))
        return true
      } else if (response.kind === 'entry' && entries >= MOST_ENTRIES) {
        failed('too-many-entries', `sent more than ${MOST_ENTRIES} entries; narrow the -filter or the -basedn`)
      } else if (response.kind === 'entry') {
        entries += 1
        onEntry(response.entry)
        return true
      } else if (response.kind === 'done') done({ kind: 'done', bound, result: response.result, entries })
      else return true
      return false
    }
    socket.on('data', (bytes: Buffer) => {
      pieces.push(bytes)
      received += bytes.length
      while (received >= wanted) {
        const first = firstMessage(Buffer.concat(pieces))
        if (first.kind === 'broken') return failed('not-ldap', 'sent something other than LDAP')
        wanted = first.kind === 'more' ? first.size : 0
        if (first.kind === 'more') return
        pieces = [first.rest]
        received = first.rest.length
        if (!take(first.message)) return
      }
    })
    socket.once('end', () => failed('closed-early', 'closed the connection before it had answered'))
    socket.once('close', () => failed('reset', 'reset the connection before it had answered'))
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) onAbort()
    else socket.write(bindRequest(credentials))
  })
}

function stopped(attempt: Attempt, bound: string): Searched {
  if (attempt.stopped() === 'aborted') return { kind: 'failed', code: 'aborted', text: aborted.text, blame: 'us' }
  const what = bound === '' ? 'the bind' : 'the search'
  const text = `did not answer ${what} within ${limitText(attempt.limit)}`
  return { kind: 'failed', code: 'timed-out', text, blame: 'host' }
}

/** What LDAP said beside success, for a sentence; empty if nothing. */
export function remark({ bound, result }: Extract<Searched, { kind: 'done' }>): string {
  const words = [bound === SUCCESS ? '' : `bind: ${bound}`, result === SUCCESS ? '' : `search: ${result}`]
  const said = words.filter((word) => word !== '').join(', ')
  return said === '' ? '' : ` (${said})`
}

/**
 * Hands pages to one paging gateway by SNPP and says what came of them; every outcome is a value, and no connection stays
 * open. The gateway is hostile input: its lines and all it sends are bounded, the whole by the attempt, and an answer that
 * comes before its question is none.
 * Source: RFC 1861.
 */
import type { Socket } from 'node:net'
import { host } from '../../model/names.ts'
import { milliseconds } from '../../model/units.ts'
import { type HostPort, hostPortText } from '../../wire/host-port.ts'
import { type Page, type Paged, session, uncertain } from '../../wire/snpp/session.ts'
import type { Turn } from '../../wire/talk/conversation.ts'
import { Lines } from '../../wire/talk/lines.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { reach } from '../probe/reach.ts'

export interface PagesSent {
  /** One for each pager that the session came to. */
  readonly told: readonly Paged[]
  /** Why it did not come to the others; `null` if it came to all. */
  readonly trouble: string | null
}

/** How long a gateway may take to say goodbye; all that matters has been said. */
const GOODBYE = milliseconds(1000)

export async function sendPages(gateway: HostPort, page: Page, attempt: Attempt): Promise<PagesSent> {
  const reached = await reach(host(gateway.host), gateway.port, {}, attempt)
  if (reached.kind === 'failed') return { told: [], trouble: `${hostPortText(gateway)} ${reached.outcome.text}` }
  const told: Paged[] = []
  const trouble = await converse(reached.socket, page, told, attempt)
  return { told, trouble: trouble === null ? null : `${hostPortText(gateway)} ${trouble}` }
}

function converse(socket: Socket, page: Page, told: Paged[], attempt: Attempt): Promise<string | null> {
  return new Promise((settle) => {
    const lines = new Lines()
    const talk = session(page, told)
    let turn: Turn | null = null
    let isOver = false

    const done = (trouble: string | null): void => {
      isOver = true
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      farewell(socket, () => settle(trouble), trouble === null)
    }
    const step = (next: IteratorResult<Turn, string | null>): void => {
      if (next.done === true) {
        done(next.value)
        return
      }
      turn = next.value
      if (turn.say !== null && socket.writable) socket.write(`${turn.say}\r\n`)
    }
    const onData = (bytes: Buffer): void => {
      const { lines: complete, overflow } = lines.feed(bytes)
      for (const [index, line] of complete.entries()) {
        step(talk.next(line))
        if (isOver) return
        // Whatever follows in the same breath was said before our next command could have been heard.
        if (turn?.say !== null && index < complete.length - 1) {
          done('answers what it was not asked yet')
          return
        }
      }
      if (overflow !== null) done('sends more than any gateway has to say')
    }
    const onClosed = (): void => {
      while (!isOver) step(talk.next(null))
    }
    const onAbort = (): void => done(stopped(attempt, turn))

    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) {
      onAbort()
      return
    }
    socket.once('end', onClosed)
    socket.once('close', onClosed)
    step(talk.next())
    if (!isOver) socket.on('data', onData)
  })
}

/** QUIT, and a moment for the answer, so that the gateway sees no broken connection; none where the talk broke off. */
function farewell(socket: Socket, then: () => void, isWellEnded: boolean): void {
  if (!isWellEnded || !socket.writable) {
    socket.destroy()
    then()
    return
  }
  const timer = setTimeout(() => socket.destroy(), GOODBYE)
  socket.once('close', () => {
    clearTimeout(timer)
    then()
  })
  socket.once('end', () => socket.destroy())
  socket.end('QUIT\r\n')
  // Its goodbye is read and forgotten; one that goes on and on is not listened to.
  socket.once('data', () => socket.destroy())
  socket.resume()
}

function stopped(attempt: Attempt, turn: Turn | null): string {
  const doubt = turn === null ? '' : uncertain(turn)
  if (attempt.stopped() === 'aborted') return `had not answered when the attempt was broken off${doubt}`
  const late = turn === null ? 'said nothing' : turn.late
  return `${late} within ${limitText(attempt.limit)}${doubt}`
}

/**
 * Logs in to an FTP server and fetches a file, or only logs in. The file comes over a second connection that we open, to the
 * address that we talk to whatever the server says: a server behind a director may not know how it is reached, and nobody is
 * asked to connect to a third.
 * Source: RFC 959 §5.4 (which replies a command may have), RFC 2428 (EPSV), RFC 1635 (anonymous).
 */
import type { Socket } from 'node:net'
import { command, greeting, quote, type Turn } from '../../wire/talk/conversation.ts'
import { readAddress, readPort } from '../../wire/talk/ftp-port.ts'
import type { Attempt } from '../probe/attempt.ts'
import { limitText } from '../probe/attempt.ts'
import { aborted, connect, type Target } from '../probe/connect.ts'
import { type Dialogue, dialogue, hearReply, type Reply } from '../probe/dialogue.ts'
import type { Outcome } from '../probe/each-host.ts'
import { type Receive, receiveFault } from '../probe/receive.ts'

export interface Fetch {
  readonly user: string
  readonly password: string
  /** `null`: nothing is fetched. */
  readonly path: string | null
  readonly receive: Receive
}

/** Bytes of a file that are looked at. */
export const MOST_FILE = 1_048_576

/** `target`: where the control connection goes to, and so those for files. */
export async function fetchOver(socket: Socket, target: Target, fetch: Fetch, attempt: Attempt): Promise<Outcome> {
  const talk = dialogue(socket, attempt)
  const outcome = (await logIn(talk, fetch)) ?? (await fetchFile(talk, target, fetch, attempt))
  talk.end(outcome.kind === 'up' || outcome.code === 'no-match' ? 'QUIT' : null)
  return { ...outcome, firstByte: talk.firstByte() }
}

const isReply = (heard: Reply | Outcome): heard is Reply => !('kind' in heard)

/** `null`: what was said is as it should be. */
function unlike(heard: Reply | Outcome, turn: Turn, good: readonly number[], code = 'wrong-answer'): Outcome | null {
  if (!isReply(heard)) return heard
  if (good.includes(heard.code)) return null
  const text = `sent ${quote(turn, heard.text)} as ${turn.awaits}, and ${good.join(' or ')} was expected`
  return { kind: 'down', code, text }
}

async function logIn(talk: Dialogue, { user, password }: Fetch): Promise<Outcome | null> {
  let greeted = await hearReply(talk, greeting)
  // "120 ready in 2 minutes" may come first.
  while (isReply(greeted) && greeted.code === 120) greeted = await hearReply(talk, greeting)
  const wrong = unlike(greeted, greeting, [220], 'wrong-greeting')
  if (wrong !== null) return wrong
  const name = command(`USER ${user}`, 'USER')
  const named = await hearReply(talk, name)
  const refused = unlike(named, name, [230, 331], 'login-refused')
  if (refused !== null || (isReply(named) && named.code === 230)) return refused
  const pass = { ...command(`PASS ${password}`, 'PASS'), hides: password }
  return unlike(await hearReply(talk, pass), pass, [230, 202], 'login-refused')
}

async function fetchFile(talk: Dialogue, target: Target, fetch: Fetch, attempt: Attempt): Promise<Outcome> {
  const { user, password, path, receive } = fetch
  if (path === null) return { kind: 'up', text: `greeted and let ${user} in` }
  const turn = (say: string, name: string): Turn => ({ ...command(say, name), hides: password })
  const binary = turn('TYPE I', 'TYPE')
  const fault = unlike(await hearReply(talk, binary), binary, [200])
  if (fault !== null) return fault

  const opened = await openData(talk, turn, target, attempt)
  if ('kind' in opened) return opened
  const { socket } = opened
  const file = readAll(socket, attempt)
  const retrieve = turn(`RETR ${path}`, 'RETR')
  const begun = unlike(await hearReply(talk, retrieve), retrieve, [125, 150], 'file-refused')
  if (begun !== null) {
    socket.destroy()
    return begun
  }
  const read = await file
  if ('kind' in read) return read
  const { bytes, cut } = read
  const fit = receiveFault(receive, bytes, 'a file')
  if (cut) {
    if (fit === null) return up(path, bytes)
    const text = `has a file of more than ${MOST_FILE} bytes, and nothing in these is as expected`
    return { kind: 'down', code: 'file-too-large', text }
  }
  const complete = {
    ...retrieve,
    say: null,
    awaits: 'the end of the file',
    late: 'did not say that the file was complete',
  }
  const ended = unlike(await hearReply(talk, complete), complete, [226, 250], 'file-incomplete')
  if (ended !== null) return ended
  return fit === null ? up(path, bytes) : { kind: 'down', ...fit }
}

const up = (path: string, { length }: Buffer): Outcome => ({
  kind: 'up',
  text: `gave ${JSON.stringify(path)}, ${length === MOST_FILE ? `at least ${length}` : length} bytes of it`,
})

/** EPSV is all that IPv6 has; for IPv4 every server knows PASV. */
async function openData(
  talk: Dialogue,
  turn: (say: string, name: string) => Turn,
  target: Target,
  attempt: Attempt,
): Promise<{ readonly socket: Socket } | Outcome> {
  const six = target.family === 6
  const passive = six ? turn('EPSV', 'EPSV') : turn('PASV', 'PASV')
  const heard = await hearReply(talk, passive)
  const fault = unlike(heard, passive, [six ? 229 : 227])
  if (fault !== null || !isReply(heard)) return fault ?? { kind: 'unknown', code: 'aborted', text: aborted.text }
  const port = six ? readPort(heard.text) : readAddress(heard.text)
  if (port === null) {
    const text = `sent ${quote(passive, heard.text)} as ${passive.awaits}, in which there is no port`
    return { kind: 'down', code: 'wrong-answer', text }
  }
  const { address, family, source, bindIf, mark } = target
  const connected = await connect({ address, family, port, source, bindIf, mark }, attempt)
  if (connected.kind === 'connected') return { socket: connected.socket }
  const { code, text, blame } = connected
  const where = `${text}, where its file should come from`
  return { kind: blame === 'host' ? 'down' : 'unknown', code, text: code === 'aborted' ? text : where }
}

/** All that comes until the end, or as much of it as is looked at. */
function readAll(
  socket: Socket,
  attempt: Attempt,
): Promise<{ readonly bytes: Buffer; readonly cut: boolean } | Outcome> {
  return new Promise((settle) => {
    const pieces: Buffer[] = []
    let received = 0
    const done = (result: { readonly bytes: Buffer; readonly cut: boolean } | Outcome): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      socket.removeAllListeners('data')
      socket.on('error', () => undefined)
      socket.destroy()
      settle(result)
    }
    const all = (cut: boolean): void => done({ bytes: Buffer.concat(pieces).subarray(0, MOST_FILE), cut })
    const onAbort = (): void => {
      if (attempt.stopped() === 'aborted') {
        done({ kind: 'unknown', code: 'aborted', text: aborted.text })
        return
      }
      const text = `did not send the end of the file within ${limitText(attempt.limit)}; ${received} bytes of it came`
      done({ kind: 'down', code: 'timed-out', text })
    }
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) return onAbort()
    socket.on('data', (bytes: Buffer) => {
      pieces.push(bytes)
      received += bytes.length
      if (received > MOST_FILE) all(true)
    })
    socket.once('end', () => all(false))
    socket.once('close', () => all(false))
  })
}

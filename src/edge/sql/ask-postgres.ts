/**
 * One statement asked of a PostgreSQL over an open connection, by node-postgres. TLS is ours, so that its options mean the same
 * as everywhere, and what a server does wrong in it is told in the same words.
 * Source: PostgreSQL's manual, "Message Flow" (SSL session encryption) and appendix A (SQLSTATE).
 */
import type { Socket } from 'node:net'
import pg from 'pg'
import type { Attempt } from '../probe/attempt.ts'
import { dress } from '../probe/tls-options.ts'
import { Exchange } from './exchange.ts'
import { wholeMessages } from './pg-messages.ts'
import { codeOf, messageOf, quoted } from './said.ts'
import type { SqlAnswer, SqlAsk } from './sql-monitor.ts'
import { NONSENSE, OpenStream, TOO_MUCH } from './stream.ts'

export async function askPostgres(socket: Socket, ask: SqlAsk, attempt: Attempt): Promise<SqlAnswer> {
  if (ask.tls.kind === 'plain') return overStream(socket, ask, attempt)
  const willing = await offerTls(socket, attempt)
  if (willing !== null) return willing
  const dressed = await dress(socket, ask.host, ask.tls, attempt)
  if (dressed.kind === 'ready') return overStream(dressed.socket, ask, attempt)
  const { outcome } = dressed
  const blame = outcome.kind === 'down' ? 'host' : 'us'
  return { kind: 'failed', code: outcome.kind === 'up' ? '' : outcome.code, text: outcome.text, blame }
}

/** Length 8, code 80877103. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])
const WILLING = 'S'
const UNWILLING = 'N'

/** `null`: the server waits for the handshake. A byte behind its answer could only come from somebody in between. */
function offerTls(socket: Socket, attempt: Attempt): Promise<SqlAnswer | null> {
  return new Promise((settle) => {
    const done = (answer: SqlAnswer | null): void => {
      attempt.signal.removeEventListener('abort', onAbort)
      for (const event of ['data', 'end', 'close']) socket.removeAllListeners(event)
      socket.pause()
      if (answer !== null) socket.destroy()
      settle(answer)
    }
    const failed = (code: string, text: string): void => done({ kind: 'failed', code, text, blame: 'host' })
    const onAbort = (): void => done({ kind: 'stopped', rows: null })
    attempt.signal.addEventListener('abort', onAbort, { once: true })
    if (attempt.signal.aborted) return onAbort()
    socket.once('data', (bytes: Buffer) => {
      const said = bytes.toString('latin1')
      if (said === WILLING) done(null)
      else if (said === UNWILLING) failed('no-tls', 'does not speak TLS here')
      else failed('not-postgres', 'sent something other than PostgreSQL')
    })
    socket.once('end', () => failed('closed-early', 'closed the connection before it let us in'))
    socket.once('close', () => failed('reset', 'reset the connection before it let us in'))
    socket.write(SSL_REQUEST)
  })
}

function overStream(socket: Socket, ask: SqlAsk, attempt: Attempt): Promise<SqlAnswer> {
  const { host, login, password, database, request } = ask
  const stream = new OpenStream(socket, host, wholeMessages())
  return new Promise((settle) => {
    const client = new pg.Client({
      stream: () => stream,
      user: login,
      // As a function it is never looked for in a file or in the environment instead.
      password: () => password,
      database: database ?? login,
      ssl: false,
      application_name: 'upalert',
    })
    const exchange = new Exchange({
      stream,
      attempt,
      goodbye: () => void client.end().catch(() => undefined),
      faultOf: (error, inside) => faultOf(error, inside, password),
      settle,
    })
    const { done, failed } = exchange
    if (!exchange.begin()) return
    stream.once('error', failed)
    // What the driver has to say of it comes first.
    stream.once('close', () => setImmediate(failed, closed()))
    client.on('error', failed)
    client.connect((error: Error | null) => {
      if (error !== null && error !== undefined) return failed(error)
      exchange.inside = true
      const query = new pg.Query(request)
      query.on('row', () => {
        exchange.rows += 1
      })
      query.on('error', failed)
      query.on('end', (result) => done({ kind: 'rows', rows: Math.max(exchange.rows, result?.rowCount ?? 0) }))
      client.query(query)
    })
  })
}

const closed = (): Error => Object.assign(new Error('closed'), { code: 'CLOSED' })

/** SQLSTATE: five digits or capital letters. */
const SQLSTATE = /^[0-9A-Z]{5}$/

function faultOf(error: unknown, inside: boolean, password: string) {
  const code = codeOf(error)
  const when = inside ? 'before it had answered the request' : 'before it let us in'
  const fault = (word: string, text: string) => ({ code: word, text, blame: 'host' as const })
  if (code === TOO_MUCH) return fault('too-much', `sent more than anybody needs ${when}`)
  if (code === NONSENSE || code.startsWith('ERR_')) return fault('not-postgres', 'sent something other than PostgreSQL')
  if (code === 'ECONNRESET' || code === 'EPIPE') return fault('reset', `reset the connection ${when}`)
  if (code === 'CLOSED' || /terminated/i.test(messageOf(error))) {
    return fault('closed-early', `closed the connection ${when}`)
  }
  const said = quoted(messageOf(error), password)
  if (inside) return fault('request-refused', `answered the request with ${said}`)
  if (!SQLSTATE.test(code)) return fault('login-failed', `could not be logged in to: ${said}`)
  return fault(code.startsWith('3D') ? 'no-database' : 'login-refused', `did not let us in: ${said}`)
}

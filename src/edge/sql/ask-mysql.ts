/**
 * One statement asked of a MySQL or a MariaDB over an open connection, by mysql2. Nothing that a server says is run or
 * handed out: no code is made of its names of columns, and it may not ask for files of ours.
 * Source: MySQL's manual, "Client/Server Protocol" and "Security Considerations for LOAD DATA LOCAL".
 */
import type { Socket } from 'node:net'
import type { SecureContextOptions } from 'node:tls'
import { type Connection, createConnection } from 'mysql2'
import { readWhole } from '../files/whole-file.ts'
import type { Attempt } from '../probe/attempt.ts'
import { untap } from '../probe/tap.ts'
import { Exchange } from './exchange.ts'
import { codeOf, messageOf, quoted } from './said.ts'
import type { SqlAnswer, SqlAsk } from './sql-monitor.ts'
import { NONSENSE, nonsense, OpenStream, TOO_MUCH } from './stream.ts'

export function askMysql(socket: Socket, ask: SqlAsk, attempt: Attempt): Promise<SqlAnswer> {
  const { request, password } = ask
  // The driver puts TLS on it, and its records are nobody's business.
  if (ask.tls.kind === 'tls') untap(socket)
  const stream = new OpenStream(socket, ask.host)
  return new Promise((settle) => {
    const connection = open(stream, ask)
    const exchange = new Exchange({
      stream,
      attempt,
      goodbye: () => connection.end(() => undefined),
      faultOf: (error, inside) => faultOf(error, inside, password),
      settle,
    })
    const { done, failed } = exchange
    if (!exchange.begin()) return
    guard(connection, (error) => {
      failed(error)
      stream.destroy()
    })
    stream.once('error', failed)
    // Why it was closed, the driver says only then.
    const onClosed = (): unknown => setImmediate(failed, closed())
    stream.once('close', onClosed)
    connection.on('error', (error) => (codeOf(error) === 'PROTOCOL_CONNECTION_LOST' ? onClosed() : failed(error)))
    connection.once('connect', () => {
      exchange.inside = true
      const query = connection.query(request)
      query.on('error', failed)
      query.on('result', (row: object) => {
        exchange.rows += 'affectedRows' in row && typeof row.affectedRows === 'number' ? row.affectedRows : 1
      })
      query.on('end', () => done({ kind: 'rows', rows: exchange.rows }))
    })
  })
}

function open(stream: OpenStream, { host, login, password, database, tls, options }: SqlAsk): Connection {
  return createConnection({
    stream,
    user: login,
    password,
    ...(database === null ? {} : { database }),
    // The name that TLS asks for and looks for in the certificate.
    host: options.servername ?? host,
    ...(tls.kind === 'tls' ? { ssl: sslOf(tls.verify, options.ca) } : {}),
    // Its own limit; the attempt has one.
    connectTimeout: 0,
    flags: ['-LOCAL_FILES'],
    disableEval: true,
    typeCast: false,
    // As arrays, a row is never taken for the report of a change.
    rowsAsArray: true,
  })
}

interface Ssl extends Pick<SecureContextOptions, 'ca' | 'ciphers' | 'minVersion'> {
  rejectUnauthorized: boolean
  verifyIdentity: boolean
}

/** As old as whatever the other monitors speak; a good certificate is asked for by `verify` alone. */
function sslOf(verify: boolean, ca: string | undefined) {
  const ssl: Ssl & { ca?: string; ciphers: string; minVersion: 'TLSv1' } = {
    rejectUnauthorized: verify,
    verifyIdentity: verify,
    ciphers: 'DEFAULT@SECLEVEL=0',
    minVersion: 'TLSv1',
  }
  const read = verify && ca !== undefined ? readWhole(ca) : null
  // A file that cannot be read has ended the check before it came here.
  if (read?.kind === 'text') ssl.ca = read.text
  return ssl
}

/**
 * The driver throws over packets that are shorter than they should be, and prints of those out of order: neither must reach
 * the daemon. Its parser is where all bytes come in, with TLS and without.
 */
function guard(connection: Connection, onNonsense: (error: Error) => void): void {
  const parser: unknown = Reflect.get(connection, 'packetParser')
  if (typeof parser !== 'object' || parser === null) return
  const execute = (bytes: Buffer): void => {
    try {
      const now: unknown = Reflect.get(parser, 'execute')
      if (typeof now === 'function') now.call(parser, bytes)
    } catch (error) {
      onNonsense(nonsense(error))
    }
  }
  Reflect.set(connection, 'packetParser', { execute })
  connection.on('warn', (error: Error) => {
    throw error
  })
}

const closed = (): Error => Object.assign(new Error('closed'), { code: 'CLOSED' })

function faultOf(error: unknown, inside: boolean, password: string) {
  const code = codeOf(error)
  const when = inside ? 'before it had answered the request' : 'before it let us in'
  const fault = (word: string, text: string) => ({ code: word, text, blame: 'host' as const })
  if (code === TOO_MUCH) return fault('too-much', `sent more than anybody needs ${when}`)
  if (NOT_MYSQL.has(code) || code.startsWith('ERR_')) return fault('not-mysql', 'sent something other than MySQL')
  if (code === 'ECONNRESET' || code === 'EPIPE') return fault('reset', `reset the connection ${when}`)
  if (code === 'CLOSED') return fault('closed-early', `closed the connection ${when}`)
  const said = quoted(messageOf(error), password)
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return fault('no-tls', 'does not speak TLS here')
  if (code === 'HANDSHAKE_SSL_ERROR') return fault('handshake-failed', `TLS came to nothing: ${said}`)
  if (inside) return fault('request-refused', `answered the request with ${said}`)
  return fault(code === 'ER_BAD_DB_ERROR' ? 'no-database' : 'login-refused', `did not let us in: ${said}`)
}

/** Node's own codes are those of a driver that reads behind the end of a packet. */
const NOT_MYSQL: ReadonlySet<string> = new Set([
  NONSENSE,
  'HANDSHAKE_UNKNOWN_ERROR',
  'PROTOCOL_ERROR',
  'PROTOCOL_UNEXPECTED_PACKET',
])

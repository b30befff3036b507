/**
 * A PostgreSQL by its URL: one connection, made when it is needed and made anew after any trouble; every wait has an
 * end; every failure is a value with a sentence that says what to do.
 * Source: PostgreSQL 18, appendix A (error codes); node-postgres.
 */
import pg from 'pg'

type Connection =
  | string
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string }

export interface PostgresError {
  readonly kind: 'failed'
  /** SQLSTATE, or the errno's name, or a word of ours. */
  readonly code: string
  /** The server will never take these very values, however often they are sent. */
  readonly refusedData: boolean
  /** A whole sentence; it holds no password. */
  readonly text: string
}

interface Rows {
  readonly kind: 'rows'
  readonly rows: readonly Readonly<Record<string, unknown>>[]
}

type Answer = Rows | PostgresError
/** `patience`: milliseconds that the server may be silent, instead of the usual limit. */
export type Query = (text: string, values?: readonly unknown[], patience?: number) => Promise<Answer>

export interface Postgres {
  /** `PostgreSQL at db.example.org:5432, database upalert` */
  readonly where: string
  readonly query: Query
  /** All of it or nothing: what `work` answers with a failure is rolled back. */
  transaction<Result extends { readonly kind: string }>(
    work: (query: Query) => Promise<Result>,
  ): Promise<Result | PostgresError>
  end(): Promise<void>
}

interface PostgresLimits {
  /** Reaching a server behind a dead router takes for ever otherwise. All in milliseconds. */
  readonly connect: number
  /** The server's own limit for a statement. */
  readonly statement: number
  /** Ours, a little longer, for the case that it is the network that is silent. */
  readonly silence: number
  /** An unused connection is given back: a history that has nothing to write holds no slot for long. */
  readonly idle: number
}

export const postgresLimits: PostgresLimits = { connect: 10_000, statement: 30_000, silence: 35_000, idle: 60_000 }

/** Connects to nothing yet. A failure means that the URL itself is none. */
export function openPostgres(connection: Connection, limits = postgresLimits): Postgres | PostgresError {
  try {
    const settings = typeof connection === 'string' ? { connectionString: asPsqlReads(connection) } : connection
    const { host, port, database } = new pg.Client(settings)
    const socket = host.startsWith('/')
    const where = `PostgreSQL ${socket ? 'in' : 'at'} ${socket ? host : `${host}:${port}`}, database ${database ?? ''}`
    const pool = new pg.Pool({
      ...settings,
      max: 1,
      application_name: 'upalert',
      connectionTimeoutMillis: limits.connect,
      statement_timeout: limits.statement,
      query_timeout: limits.silence,
      idleTimeoutMillis: limits.idle,
      allowExitOnIdle: true,
      keepAlive: true,
    })
    // An idle connection that breaks is noticed and replaced at the next query; without a listener it would end us.
    pool.on('error', () => {})
    return {
      where,
      query: queryOf(pool, where),
      transaction: transactionOf(pool, where),
      end: async () => (pool.ending ? undefined : pool.end()),
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return {
      kind: 'failed',
      code: 'URL',
      refusedData: false,
      text: `The database is not a URL that can be used (${why}). Write postgres://USER:PASSWORD@HOST:PORT/DATABASE.`,
    }
  }
}

/** The words of sslmode mean what they mean to psql; the driver has its own reading otherwise. */
function asPsqlReads(url: string): string {
  if (url.includes('uselibpqcompat=')) return url
  return `${url}${url.includes('?') ? '&' : '?'}uselibpqcompat=true`
}

function queryOf(pool: pg.Pool, where: string): Query {
  return async (text, values = [], patience) => {
    try {
      const { rows } = await pool.query<Record<string, unknown>>(asked(text, values, patience))
      return { kind: 'rows', rows }
    } catch (error) {
      return failure(error, where)
    }
  }
}

function transactionOf(pool: pg.Pool, where: string): Postgres['transaction'] {
  return async (work) => {
    let client: pg.PoolClient
    try {
      client = await pool.connect()
    } catch (error) {
      return failure(error, where)
    }
    const query: Query = async (text, values = [], patience) => {
      try {
        const { rows } = await client.query<Record<string, unknown>>(asked(text, values, patience))
        return { kind: 'rows', rows }
      } catch (error) {
        return failure(error, where)
      }
    }
    // A connection that breaks between two statements tells so here as well as at the next statement.
    client.on('error', ignore)
    const begun = await query('begin')
    const result = begun.kind === 'failed' ? begun : await work(query)
    const ended = await query(result.kind === 'failed' ? 'rollback' : 'commit')
    client.off('error', ignore)
    client.release(result.kind === 'failed' || ended.kind === 'failed')
    return ended.kind === 'failed' && result.kind !== 'failed' ? ended : result
  }
}

function asked(text: string, values: readonly unknown[], patience: number | undefined) {
  return { text, values: [...values], ...(patience === undefined ? {} : { query_timeout: patience }) }
}

function ignore(): void {}

function failure(error: unknown, where: string): PostgresError {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error, message)
  const sentence = sentences[code]
  const text = sentence === undefined ? `${where}: ${message} (${code}).` : `${where} ${sentence}`
  return { kind: 'failed', code, refusedData: /^(21|22|23|54)/.test(code), text }
}

function codeOf(error: unknown, message: string): string {
  if (/timeout expired|due to connection timeout|timeout exceeded when/.test(message)) return 'ETIMEDOUT'
  if (/read timeout/.test(message)) return 'SILENT'
  if (/Connection terminated|Client has encountered a connection error/.test(message)) return 'ECONNRESET'
  if (/password must be a string/.test(message)) return 'NO_PASSWORD'
  if (/does not support SSL/.test(message)) return 'NO_TLS'
  // Its SQLSTATE is that of a row too long (54000), but it passes. The word stands in every translation of the message.
  if (/\bNOTIFY\b/.test(message)) return 'NOTIFY_FULL'
  // Several addresses that all refused come as one AggregateError.
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (typeof first === 'object' && first !== null && 'code' in first && typeof first.code === 'string')
    return first.code
  return 'unknown'
}

/** Tails behind the server's name. */
const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection. Is it running, and does it listen on that address and port?',
  ENOENT: 'has no socket there. Is it running, and is that its unix_socket_directories?',
  EACCES: 'has a socket that this user may not open. Check the rights of its directory.',
  ENOTFOUND: 'cannot be found: its name does not resolve. Check the name, or write its address.',
  EAI_AGAIN: 'cannot be found: the name server does not answer. Write its address if that happens often.',
  EHOSTUNREACH: 'cannot be reached: there is no route to it. Check address, cable and routes.',
  ENETUNREACH: 'cannot be reached: there is no route to its network. Check address and routes.',
  ETIMEDOUT: 'did not answer in time. Check address and firewall, and whether the host is up.',
  ECONNRESET: 'closed the connection. It was stopped, or crashed, or something between cut the connection.',
  EPIPE: 'closed the connection. It was stopped, or crashed, or something between cut the connection.',
  SILENT: 'fell silent in the middle of a statement. The network is gone, or the server hangs.',
  NO_PASSWORD: 'asks for a password and none is given. Put it in the URL, in ~/.pgpass, or in PGPASSWORD.',
  NOTIFY_FULL:
    'has no room for more NOTIFY: a program that listens does not end its transaction (pg_stat_activity). End it.',
  NO_TLS: 'does not speak TLS, which sslmode asks for. Turn it on in the server, or set sslmode=disable.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'shows a self-signed certificate. Name it with sslrootcert=FILE in the URL.',
  SELF_SIGNED_CERT_IN_CHAIN: 'shows a certificate of an unknown authority. Name that with sslrootcert=FILE in the URL.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'shows a certificate of an unknown authority. Name that with sslrootcert=FILE.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'shows a certificate for another name. Write the name that the certificate has.',
  CERT_HAS_EXPIRED: 'shows a certificate that has expired. Renew it there.',
  '28P01': 'does not accept the password. Correct it in the URL, in ~/.pgpass or in PGPASSWORD.',
  '28000': 'does not let this user in. Check the user’s name, and the lines of its pg_hba.conf.',
  '3D000': 'has no such database. Create it (createdb), or correct the name at the end of the URL.',
  '42501':
    'does not give this user the right to do that. GRANT CREATE ON DATABASE, or make it owner of schema upalert.',
  '25006': 'is read-only: a standby, or default_transaction_read_only is on. Name the primary in the URL.',
  '53100': 'has a full disk. Make room there; the history follows by itself.',
  '53200': 'is out of memory. It is tried again later.',
  '53300': 'has no connection left. Raise its max_connections, or close others.',
  '57P01': 'is shutting down, or an administrator closed the connection.',
  '57P02': 'has crashed and is recovering.',
  '57P03': 'is starting up or shutting down and takes no connections yet.',
  '57014': 'took too long for a statement. Look for locks and load there (pg_stat_activity).',
  '55P03': 'has a lock on the history’s tables. Look for it in pg_locks.',
  '08P01':
    'does not speak PostgreSQL’s protocol as expected. With PgBouncer, set ignore_startup_parameters = statement_timeout.',
}

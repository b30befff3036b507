/**
 * A monitor that logs in to a database and asks it one thing: the options and the way there are the same whatever it speaks.
 * A server is up if it answers with a row at least, or says that it has changed one.
 * Source: ldirectord(8), service=mysql and service=pgsql.
 */
import type { Socket } from 'node:net'
import type { Monitor } from '../../model/monitor.ts'
import type { Host } from '../../model/names.ts'
import { seconds } from '../../model/units.ts'
import { type Attempt, limitText } from '../probe/attempt.ts'
import { aborted } from '../probe/connect.ts'
import { eachHost, type Outcome } from '../probe/each-host.ts'
import { type PasswordOptions, passwordOf, passwordProperties } from '../probe/password.ts'
import { hostLimit, portProperty, type ReachOptions, reach, reachFlags, reachProperties } from '../probe/reach.ts'
import { type TlsOptions, type TlsPlan, tlsPlan, tlsProperties } from '../probe/tls-options.ts'
import { shownOf } from './said.ts'

export interface SqlOptions extends ReachOptions, PasswordOptions, TlsOptions {
  readonly port?: number
  readonly login: string
  readonly database?: string
  readonly request: string
}

export interface SqlAsk {
  readonly host: Host
  readonly login: string
  readonly password: string
  readonly database: string | null
  readonly request: string
  readonly tls: TlsPlan
  readonly options: TlsOptions
}

/** What a driver says at the end, whatever the database speaks. */
export type SqlAnswer =
  /** `rows`: that came, or that were changed. */
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'failed'; readonly code: string; readonly text: string; readonly blame: 'host' | 'us' }
  /** The attempt ended before; `rows` had come by then, or `null` if nobody was let in yet. */
  | { readonly kind: 'stopped'; readonly rows: number | null }

interface Sql {
  readonly name: string
  readonly port: number
  /** Closes the connection in every case, and never rejects. */
  readonly ask: (socket: Socket, ask: SqlAsk, attempt: Attempt) => Promise<SqlAnswer>
}

/** ldirectord's negotiatetimeout. */
const STANDARD_LIMIT = seconds(30)
const LONGEST_REQUEST = 65_536
const NO_NUL = { pattern: '^[^\\0]+$', form: 'text without a NUL' } as const

export function sqlMonitor({ name, port: standard, ask }: Sql): Monitor<SqlOptions> {
  return {
    name,
    question: 'does it let us in and answer with a row?',
    reachesHosts: true,
    schema: {
      type: 'object',
      properties: {
        port: portProperty(standard),
        login: { type: 'string', ...NO_NUL, maxLength: 255, description: 'who logs in' },
        ...passwordProperties,
        database: { type: 'string', ...NO_NUL, maxLength: 255, description: 'database to ask' },
        request: {
          type: 'string',
          ...NO_NUL,
          maxLength: LONGEST_REQUEST,
          description: 'statement whose answer must have a row, such as "select 1"',
        },
        ...tlsProperties,
        ...reachProperties,
      },
      required: ['login', 'request'],
      additionalProperties: false,
    },
    flags: { p: 'port', ...reachFlags },
    rest: null,
    async check(hosts, options, context) {
      const { login, request, port = standard, database = null } = options
      const password = passwordOf(options, context.trace)
      const tls = await tlsPlan(options)
      return eachHost(hosts, hostLimit(options, STANDARD_LIMIT), context, async (host, attempt) => {
        if (password.kind === 'failed') return password.outcome
        if (tls.kind === 'failed') return tls.outcome
        const reached = await reach(host, port, options, attempt)
        if (reached.kind === 'failed') return reached.outcome
        const { socket, address, connect } = reached
        const asked = { host, login, password: password.text, database, request, tls, options }
        const outcome = outcomeOf(await ask(socket, asked, attempt), password.text, attempt)
        return { ...outcome, address, connect }
      })
    },
  }
}

function outcomeOf(answer: SqlAnswer, password: string, attempt: Attempt): Outcome {
  if (answer.kind === 'failed') {
    const { code, text, blame } = answer
    return { kind: blame === 'host' ? 'down' : 'unknown', code, text: shownOf(text, password) }
  }
  if (answer.kind === 'rows' || (answer.rows ?? 0) > 0) return ofRows(answer.rows ?? 0)
  if (attempt.stopped() === 'aborted') return { kind: 'unknown', code: 'aborted', text: aborted.text }
  const what = answer.rows === null ? 'let us in' : 'answer the request'
  return { kind: 'down', code: 'timed-out', text: `did not ${what} within ${limitText(attempt.limit)}` }
}

function ofRows(rows: number): Outcome {
  if (rows > 0) return { kind: 'up', text: `answered with ${rows === 1 ? 'a row' : `${rows} rows`}` }
  return { kind: 'down', code: 'no-rows', text: 'let us in, but has no row for the request' }
}

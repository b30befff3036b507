/**
 * Adds the alert as a row to a PostgreSQL database, the table upalert.alert_message; a row that is there already, from
 * an attempt whose answer was lost, is not doubled. It is for databases of other people: what upalert itself decides
 * goes to the history anyhow (docs/history.md), with or without this alert.
 */
import { migrate } from '../src/edge/postgres/history-store.ts'
import { openPostgres, type Postgres } from '../src/edge/postgres/postgres.ts'
import type { Alert, AlertMessage, AlertOutcome } from '../src/model/alert.ts'
import { alertMessageValues } from '../src/wire/history/rows.ts'
import { addAlertMessage } from '../src/wire/history/schema.ts'

interface PostgresOptions {
  readonly database: string
}

export const postgres: Alert<PostgresOptions> = {
  name: 'postgres',
  deed: 'adds a row to a PostgreSQL database',
  schema: {
    type: 'object',
    properties: {
      database: {
        type: 'string',
        description:
          'postgres://user@host:port/database, without a password: alert lines are shown to people, so put that in ' +
          '~/.pgpass',
        // No colon between "//" and "@".
        pattern: '^postgres(ql)?://(?![^/@]*:[^/@]*@).',
        form: 'postgres://user@host:port/database, without a password',
        maxLength: 2_000,
      },
    },
    required: ['database'],
    additionalProperties: false,
  },
  flags: { d: 'database' },
  rest: null,

  async send(message, { database }, { signal }) {
    const opened = openPostgres(database)
    if ('kind' in opened) return { kind: 'failed', retry: false, text: opened.text }
    let onAbort = () => {}
    const aborted = new Promise<AlertOutcome>((resolve) => {
      onAbort = () => resolve({ kind: 'failed', retry: true, text: `${opened.where} did not answer in time` })
      signal.addEventListener('abort', onAbort, { once: true })
    })
    if (signal.aborted) onAbort()
    const outcome = await Promise.race([add(opened, message), aborted])
    signal.removeEventListener('abort', onAbort)
    // What still hangs ends by its own time limits; nobody waits for it.
    void opened.end().catch(() => undefined)
    return outcome
  },
}

async function add(database: Postgres, message: AlertMessage): Promise<AlertOutcome> {
  const refused = await migrate(database)
  if (refused !== null) return { kind: 'failed', retry: true, text: refused.text }
  // One that was only tried out is no recovery and no acknowledgement to whoever counts them.
  const row: AlertMessage = message.isTest === true ? { ...message, kind: 'test' } : message
  const added = await database.query(addAlertMessage, alertMessageValues(row))
  if (added.kind === 'failed') return { kind: 'failed', retry: !added.refusedData, text: added.text }
  const text = added.rows.length > 0 ? 'a row was added' : 'the row was there already'
  return { kind: 'sent', text: `${text} in upalert.alert_message (${database.where})` }
}

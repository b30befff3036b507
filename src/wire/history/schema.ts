/**
 * The history's tables in PostgreSQL, as a row of steps that each go forward. A step that was released is never
 * changed; what is wrong with it is mended by a further step. docs/history.md describes the result.
 */
import { stepOne } from './schema-1.ts'
import { stepTwo } from './schema-2.ts'

/** Step n brings version n - 1 to version n. Each runs in one transaction with the note that it was done. */
export const migrations: readonly string[] = [stepOne, stepTwo]

/** What this upalert reads and writes. */
export const schemaVersion = migrations.length

/** Makes room for the steps; harmless when it is there. */
export const prepare = `
  create schema if not exists upalert;
  create table if not exists upalert.version (
    version integer primary key,
    at timestamptz not null default now()
  );
`

/** Two daemons that start at once take turns: the number is the first eight bytes of "upalert\\n". */
export const lockNumber = '8462370818015523850'

/** The journal's cursor, at the beginning where there is none. $1 journal, $2 the director's name. */
export const makeFeed =
  'insert into upalert.feed (journal, seq, host) values ($1, 0, $2) on conflict (journal) do nothing'

/** $1 hash, $2 since when, $3 the director's name, $4 text. */
export const addConfiguration = `
  insert into upalert.configuration (hash, first_seen, host, text)
  values ($1, to_timestamp($2::double precision / 1000), $3, $4) on conflict (hash) do nothing
`

/** Announces each transition to programs that listen; the channel's name is part of what docs/history.md promises. */
export const transitionChannel = 'upalert_transition'

/**
 * Characters of a transition's text and subject that are announced: a payload must have fewer than 8000 bytes, and JSON
 * makes six of one control character (PostgreSQL manual, NOTIFY).
 */
const ANNOUNCED_TEXT = 1000
const ANNOUNCED_SUBJECT = 200

/**
 * Moves the cursor and adds the entries, both or neither. Nothing happens when the cursor is not where we think it is:
 * then somebody else has fed this journal meanwhile. Transitions that are new here are announced, in their order, with
 * the end of the transaction. $1 journal, $2 from, $3 to, $4 rows as JSON.
 */
export const addEntries = `
  with moved as (
    update upalert.feed set seq = $3, updated = now() where journal = $1 and seq = $2 returning seq
  ), added as (
    insert into upalert.entry (
      id, at, cause, kind, journal, seq, position, service, host, virtual, real, was, became, reason, text, lasted,
      weight, period, alert, call, delivery, attempt, outcome, change, place, who, command, what, receiver, held,
      deliveries, began, hash
    )
    select
      id, to_timestamp(at / 1000.0), cause, kind, $1, row.seq, position, service, host, virtual, real, was, became,
      reason, text, make_interval(secs => lasted / 1000.0), weight, period, alert, call, delivery, attempt, outcome,
      change, place, who, command, what, receiver, held, deliveries, to_timestamp(began / 1000.0), hash
    from moved, json_to_recordset($4::json) as row (
      id text, at double precision, cause text, kind text, seq bigint, position integer, service text, host text,
      virtual text, "real" text, was text, became text, reason text, text text, lasted double precision,
      weight integer, period text, alert text, call text, delivery text, attempt integer, outcome text, change text,
      place text, who text, command text, what text, receiver text, held text, deliveries text[],
      began double precision, hash text
    )
    on conflict (id) do nothing
    returning id, at, kind, seq, position, service, host, virtual, real, was, became, text
  ), announced as (
    select pg_notify('${transitionChannel}', payload) from (
      select json_build_object(
        'id', id, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'kind', kind,
        'subject', left(concat_ws(' ', service, virtual, host, real), ${ANNOUNCED_SUBJECT}),
        'was', was, 'became', became, 'text', left(text, ${ANNOUNCED_TEXT})
      )::text as payload
      from added where kind in ('service', 'host', 'real', 'pool') order by seq, position offset 0
    ) transitions
  )
  select (select count(*) from moved)::integer as moved, (select count(*) from announced)::integer as announced
`

/** One alert; the values are those of `alertMessageValues`. Answers a row if it was not there yet. */
export const addAlertMessage = `
  insert into upalert.alert_message
    (id, at, alert, service, description, hosts, failing, summary, detail, exit, failures, lasted, acknowledged)
  values (
    $1, to_timestamp($2::double precision / 1000), $3, $4, $5, $6::text[], $7::jsonb, $8, $9, $10, $11,
    make_interval(secs => $12::double precision / 1000), $13
  )
  on conflict (id) do nothing
  returning id
`

/**
 * The history's tables in PostgreSQL, as a row of steps that each go forward. A step that was released is never
 * changed; what is wrong with it is mended by a further step. docs/history.md describes the result.
 */

/** Step n brings version n - 1 to version n. Each runs in one transaction with the note that it was done. */
export const migrations: readonly string[] = [
  `
  create table upalert.feed (
    journal uuid primary key,
    seq bigint not null,
    host text not null,
    updated timestamptz not null default now()
  );
  comment on table upalert.feed is 'Up to where the history of each journal (a daemon''s state directory) is here.';

  create table upalert.entry (
    id text primary key,
    at timestamptz not null,
    cause text,
    kind text not null,
    journal uuid not null,
    seq bigint not null,
    position integer not null,
    service text,
    host text,
    virtual text,
    real text,
    was text,
    became text,
    reason text,
    text text,
    lasted interval,
    weight integer,
    period text,
    alert text,
    call text,
    delivery text,
    attempt integer,
    outcome text,
    change text,
    place text,
    who text,
    command text,
    what text
  );
  comment on table upalert.entry is 'One row for every decision; the views show one kind each.';
  comment on column upalert.entry.cause is 'The id of what led to this; the first cause of a chain is an event and has no row.';
  comment on column upalert.entry.seq is 'With position the order in which things happened, within one journal.';
  create index entry_at on upalert.entry (at);
  create index entry_service on upalert.entry (service, at) where service is not null;
  create index entry_cause on upalert.entry using hash (cause);
  create index entry_order on upalert.entry (journal, seq, position);

  create view upalert.transition as
    select id, at, cause, kind, service, host, virtual, real, was, became, reason, text, lasted, weight
    from upalert.entry where kind in ('service', 'host', 'real', 'pool');
  create view upalert.alert_sent as
    select id, at, cause, service, period, alert, call, delivery, text from upalert.entry where kind = 'alert';
  create view upalert.alert_not_sent as
    select id, at, cause, service, period, alert, reason, text from upalert.entry where kind = 'quiet';
  create view upalert.delivery as
    select id, at, cause, service, call, delivery, outcome, attempt, text from upalert.entry where kind = 'delivery';
  create view upalert.ipvs_change as
    select id, at, cause, virtual, change, place, outcome, reason, text from upalert.entry where kind = 'ipvs';
  create view upalert.operator_command as
    select id, at, cause, who, command, outcome, text from upalert.entry where kind = 'command';
  create view upalert.daemon as
    select id, at, cause, what, text from upalert.entry where kind = 'daemon';

  create table upalert.alert_message (
    id text primary key,
    at timestamptz not null,
    alert text not null,
    service text not null,
    description text not null,
    hosts text[] not null,
    failing jsonb not null,
    summary text not null,
    detail text not null,
    exit integer not null,
    failures integer not null,
    lasted interval,
    acknowledged text
  );
  comment on table upalert.alert_message is 'What "alert postgres" in mon.cf was told.';
  `,
]

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

/**
 * Moves the cursor and adds the entries, both or neither. Nothing happens when the cursor is not where we think it is:
 * then somebody else has fed this journal meanwhile. $1 journal, $2 from, $3 to, $4 rows as JSON.
 */
export const addEntries = `
  with moved as (
    update upalert.feed set seq = $3, updated = now() where journal = $1 and seq = $2 returning seq
  ), added as (
    insert into upalert.entry (
      id, at, cause, kind, journal, seq, position, service, host, virtual, real, was, became, reason, text, lasted,
      weight, period, alert, call, delivery, attempt, outcome, change, place, who, command, what
    )
    select
      id, to_timestamp(at / 1000.0), cause, kind, $1, row.seq, position, service, host, virtual, real, was, became,
      reason, text, make_interval(secs => lasted / 1000.0), weight, period, alert, call, delivery, attempt, outcome,
      change, place, who, command, what
    from moved, json_to_recordset($4::json) as row (
      id text, at double precision, cause text, kind text, seq bigint, position integer, service text, host text,
      virtual text, "real" text, was text, became text, reason text, text text, lasted double precision,
      weight integer, period text, alert text, call text, delivery text, attempt integer, outcome text, change text,
      place text, who text, command text, what text
    )
    on conflict (id) do nothing
  )
  select count(*)::integer as moved from moved
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

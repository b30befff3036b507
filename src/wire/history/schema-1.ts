/**
 * Step 1 of the history's tables (schema.ts): entries, the cursors of journals, a view for each kind of entry. Databases
 * that were made with it are in use, so it is never changed.
 */
export const stepOne = `
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
`

/**
 * Step 2 of the history's tables (schema.ts): what entries about receivers, batches, gaps and configurations need, the
 * configurations themselves, and rollups of checks by the minute. Needs PostgreSQL 14 (multiranges).
 */
import { stepTwoViews } from './schema-2-views.ts'

const tables = `
  alter table upalert.entry
    add column receiver text, add column held text, add column deliveries text[], add column began timestamptz,
    add column hash text;
  comment on column upalert.entry.receiver is 'Of an alert: the receiver in mon.cf that it goes to, if the line names one.';
  comment on column upalert.entry.held is 'Of an alert: why it waits before it is tried.';
  comment on column upalert.entry.deliveries is 'Of a batch: the deliveries that go as one.';
  comment on column upalert.entry.began is 'Of a gap: since when nobody watched.';
  comment on column upalert.entry.hash is 'Of a configuration: which one (upalert.configuration).';
  create index entry_delivery on upalert.entry (delivery) where delivery is not null;
  create index entry_batch on upalert.entry using gin (deliveries) where kind = 'batch';
  create index entry_watch on upalert.entry (journal, service, seq, position)
    where kind in ('service', 'maintenance', 'gap', 'configuration');
  create index entry_gap on upalert.entry (journal, at) where kind = 'gap';
  create index entry_maintenance on upalert.entry (journal, service, seq, position) where kind = 'maintenance';
  create index entry_command on upalert.entry using hash (command) where kind = 'command';

  alter table upalert.feed
    add column alive timestamptz, add column rollups text, add column since timestamptz;
  comment on column upalert.feed.alive is 'When this daemon was last heard to check, by its own clock.';
  comment on column upalert.feed.rollups is 'The last batch of rollups that is here, so that none counts twice.';
  comment on column upalert.feed.since is 'What was before was deleted (keep_history); views begin here.';

  create table upalert.configuration (
    hash text primary key,
    first_seen timestamptz not null,
    host text not null,
    text text not null
  );
  comment on table upalert.configuration is 'Configurations as they were read, passwords starred, by their SHA-256.';

  create table upalert.rollup (
    minute timestamptz not null,
    journal uuid not null,
    service text not null,
    host text not null,
    count integer not null,
    failures integer not null,
    unknown integer not null,
    p50 real,
    p95 real,
    max real,
    primary key (minute, journal, service, host)
  ) partition by range (minute);
  comment on table upalert.rollup is 'Every check by the minute it ended in; latencies in milliseconds, of what passed.';

  create function upalert.seconds(times tstzmultirange) returns double precision
    language sql immutable parallel safe
    as $$ select coalesce(sum(extract(epoch from upper(part) - lower(part))), 0)::double precision
      from unnest(times) as part $$;
`

export const stepTwo = `${tables}${stepTwoViews}`

/**
 * Questions to the history's tables (wire/history/schema.ts) for a report. Instants go in and come out as milliseconds since
 * 1970. report-source.ts asks them.
 */
const ms = (time: string): string => `round(extract(epoch from ${time}) * 1000)::float8`
const instant = (value: string): string => `to_timestamp(${value}::float8 / 1000)`

const columns = (of: string, longest: string): string => `
  ${of}.seq::float8 as seq, ${of}.position, ${of}.kind, ${ms(`${of}.at`)} as at, ${of}.service, ${of}.host, ${of}.was,
  ${of}.became, coalesce(left(${of}.text, ${longest}), '') as text, ${ms(`${of}.lasted`)} as lasted,
  ${ms(`${of}.began`)} as began, ${of}.who, ${of}.command`

/** Every journal that the history has anything of. `stopped`: since when its scheduler stands still; its end would be a gap. */
export const FEEDS = `
  select feed.journal::text, feed.host, feed.seq::float8 as seq, ${ms('feed.since')} as since,
    ${ms('feed.alive')} as alive, ${ms('first.at')} as first, ${ms('last.at')} as last,
    ${ms('stop.at')} as stopped
  from upalert.feed
  cross join lateral (
    select at from upalert.entry one where one.journal = feed.journal order by seq, position limit 1
  ) first
  cross join lateral (
    select at from upalert.entry one where one.journal = feed.journal order by seq desc, position desc limit 1
  ) last
  left join lateral (
    select min(at) as at from upalert.entry one
    where one.journal = feed.journal and kind = 'command' and command = 'stop scheduler' and outcome = 'done'
      and at > coalesce((
        select max(gap.at) from upalert.entry gap where gap.journal = feed.journal and gap.kind = 'gap'
      ), '-infinity')
  ) stop on true
`

/** What an index of the tables is for; a query has to say it in the same words to be helped by it. */
const WATCH = `kind in ('service', 'maintenance', 'gap', 'configuration')`

/**
 * How each service stood when the span began, or what came first of one that was never heard of before its end; and since and until when it is down at the span's ends
 * (where somebody said so twice, since the first time). Names are found by
 * going from one to the next, which costs a look into the index each, however long the history is. $1 journal, $2 and $3 the
 * span, $4 services or null, $5 characters of a text.
 */
export const ENDS = `
  with recursive names (service) as (
    (select service from upalert.entry where journal = $1 and ${WATCH} and service is not null order by service limit 1)
    union all
    select (
      select entry.service from upalert.entry
      where journal = $1 and ${WATCH} and entry.service > names.service order by entry.service limit 1
    ) from names where names.service is not null
  )
  select names.service, status.row as status, quiet.row as quiet, first_quiet.row as first_quiet,
    case when late.became is null then next.row end as first_status,
    run.since as open_since,
    case when late.became = 'down' then coalesce(over.at, ${ms('now()')}) end as open_until
  from names
  left join lateral (
    select to_jsonb(found) as row, found.became from (
      select ${columns('one', '$5')} from upalert.entry one
      where journal = $1 and ${WATCH} and kind = 'service' and one.service = names.service and one.at < ${instant('$2')}
      order by one.seq desc, one.position desc limit 1
    ) found
  ) status on true
  left join lateral (
    select ${ms('one.at')} as since from upalert.entry one
    where status.became = 'down' and journal = $1 and ${WATCH} and kind = 'service' and one.service = names.service
      and (one.seq, one.position) > coalesce((
        select (former.seq, former.position) from upalert.entry former
        where journal = $1 and ${WATCH} and kind = 'service' and former.service = names.service
          and former.became <> 'down' and former.at < ${instant('$2')}
        order by former.seq desc, former.position desc limit 1
      ), (-1::bigint, 0))
    order by one.seq, one.position limit 1
  ) run on true
  left join lateral (
    select to_jsonb(found) as row from (
      select ${columns('one', '$5')} from upalert.entry one
      where journal = $1 and ${WATCH} and kind = 'maintenance' and one.service = names.service
        and one.at < ${instant('coalesce(run.since, $2)')}
      order by one.seq desc, one.position desc limit 1
    ) found
  ) quiet on true
  left join lateral (
    select one.became from upalert.entry one
    where journal = $1 and ${WATCH} and kind = 'service' and one.service = names.service and one.at < ${instant('$3')}
    order by one.seq desc, one.position desc limit 1
  ) late on true
  left join lateral (
    select to_jsonb(found) as row from (
      select ${columns('one', '$5')} from upalert.entry one
      where journal = $1 and ${WATCH} and kind = 'service' and one.service = names.service and one.at >= ${instant('$3')}
      order by one.seq, one.position limit 1
    ) found
  ) next on true
  left join lateral (
    select ${ms('one.at')} as at from upalert.entry one
    where late.became = 'down' and journal = $1 and ${WATCH} and kind = 'service' and one.service = names.service
      and one.became <> 'down' and one.at >= ${instant('$3')}
    order by one.seq, one.position limit 1
  ) over on true
  left join lateral (
    select to_jsonb(found) as row from (
      select ${columns('one', '$5')} from upalert.entry one
      where journal = $1 and ${WATCH} and kind = 'maintenance' and one.service = names.service
      order by one.seq, one.position limit 1
    ) found
  ) first_quiet on true
  where names.service is not null and ($4::text[] is null or names.service = any ($4::text[]))
`

/** The service of the command \`ack GROUP/SERVICE\`. */
const ACKNOWLEDGED = `substr(one.command, 5)`

/**
 * What is in the span, and of outages that are open at its ends what is beyond. $4 and $5: the furthest of all of those; $8
 * how many rows at most.
 */
export const ROWS = `
  with open as (select * from unnest($9::text[], $10::float8[], $11::float8[]) as open (service, since, until))
  select ${columns('one', '$7')} from upalert.entry one
  where journal = $1 and at >= ${instant('$4')} and at <= ${instant('$5')}
    and (
      kind in ('service', 'maintenance') or kind = 'host' and became = 'down'
      or kind = 'command' and outcome = 'done' and command like 'ack %'
    )
    and ($6::text[] is null or coalesce(one.service, ${ACKNOWLEDGED}) = any ($6::text[]))
    and (
      at >= ${instant('$2')} and at < ${instant('$3')}
      or exists (
        select from open where open.service = coalesce(one.service, ${ACKNOWLEDGED})
          and one.at between ${instant('open.since')} and ${instant('open.until')}
      )
    )
  order by seq, position limit $8
`

/** $2 and $3 as $4 and $5 above: a gap may begin long before its entry. */
export const GAPS = `
  select ${columns('one', '0')} from upalert.entry one
  where journal = $1 and kind = 'gap' and ${WATCH} and at > ${instant('$2')} and began < ${instant('$3')}
`

/** The slowest minute of each service. $1 journals. */
export const LATENCIES = `
  select service, worst[1] as took, -worst[2] as at from (
    select service, max(array[max::float8, -${ms('minute')}]) as worst from upalert.rollup
    where journal = any ($1::uuid[]) and minute >= ${instant('$2')} and minute < ${instant('$3')} and max is not null
      and ($4::text[] is null or service = any ($4::text[]))
    group by service
  ) slowest
`

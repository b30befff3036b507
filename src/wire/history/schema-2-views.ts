/**
 * The views of step 2 (schema-2.ts). What they mean by observed, up and down is what upalert's own reports mean: a service
 * is what it last became; while nobody watched (a gap) it is nothing; times of maintenance are set apart.
 * Times within one journal never run backwards here: a clock that was set back stands still until it has caught up.
 */

/** A director that was heard of within this time is watching now; of another, nothing is known since it was last heard. */
const WATCHING = "interval '5 minutes'"

const told = `
  create or replace view upalert.alert_sent as
    select id, at, cause, service, period, alert, call, delivery, text, receiver, held
    from upalert.entry where kind = 'alert';

  create view upalert.notification as
    select
      told.id, told.at, feed.host as director, told.service, told.period, told.alert, told.call, told.receiver,
      coalesce(why.text, told.text) as why, told.text, told.held, told.delivery, batch.delivery as batch,
      coalesce(result.outcome, 'waiting') as outcome, coalesce(result.attempts, 0) as attempts, result.at as settled,
      result.text as answer, told.cause
    from upalert.entry told
    join upalert.feed using (journal)
    left join upalert.entry why on why.id = told.cause
    left join lateral (
      select one.delivery from upalert.entry one
      where one.kind = 'batch' and one.deliveries @> array[told.delivery]
      order by one.seq desc, one.position desc limit 1
    ) batch on true
    left join lateral (
      select
        (array_agg(try.outcome order by try.outcome = 'sent' desc, try.seq desc, try.position desc))[1] as outcome,
        (array_agg(try.text order by try.outcome = 'sent' desc, try.seq desc, try.position desc))[1] as text,
        (array_agg(try.at order by try.outcome = 'sent' desc, try.seq desc, try.position desc))[1] as at,
        (count(*) filter (where try.outcome in ('sent', 'retry', 'gave-up')))::integer as attempts
      from upalert.entry try
      where try.kind = 'delivery' and try.delivery in (told.delivery, batch.delivery)
    ) result on true
    where told.kind = 'alert';
  comment on view upalert.notification is 'One row for each alert decided: to whom, why, and what became of it.';

  create view upalert.notification_attempt as
    select try.id, try.at, try.cause, feed.host as director, try.service, try.call, told.receiver, try.delivery,
      try.outcome, try.attempt, try.text
    from upalert.entry try
    join upalert.feed using (journal)
    left join upalert.entry told on told.delivery = try.delivery and told.kind = 'alert'
    where try.kind = 'delivery';

  create view upalert.operator_action as
    select entry.id, entry.at, entry.cause, feed.host as director, who, command, outcome, text
    from upalert.entry join upalert.feed using (journal) where kind = 'command';

  create view upalert.configuration_in_force as
    select entry.id, entry.at, entry.cause, feed.host as director, entry.hash, entry.text, known.text as configuration
    from upalert.entry join upalert.feed using (journal) left join upalert.configuration known using (hash)
    where kind = 'configuration';
`

/** `ended` of what goes on is null. */
const times = `
  create view upalert.gap as
    select id, cause, feed.host as director, journal, least(began, at) as began, at as ended, text
    from upalert.entry join upalert.feed using (journal) where kind = 'gap';
  comment on view upalert.gap is 'Nobody watched: the daemon was down, or its scheduler was stopped.';

  create view upalert.watched as
    select journal, feed.host as director, greatest(feed.since, first.at) as since,
      case when alive is null or alive > now() - ${WATCHING} then now() else greatest(alive, last.at) end as until
    from upalert.feed
    cross join lateral (
      select at from upalert.entry where entry.journal = feed.journal order by seq, position limit 1
    ) first
    cross join lateral (
      select at from upalert.entry where entry.journal = feed.journal order by seq desc, position desc limit 1
    ) last;
  comment on view upalert.watched is 'From when until when the history knows of each director.';

  create view upalert.maintenance as
    select part.id, part.cause, director, journal, state.service, part.began, part.ended, maintenance, part.text
    from (
      select timed.*, lead(clock) over (partition by journal, service order by seq, position) as following,
        row_number() over (partition by journal, service order by seq, position) = 1 as first
      from (
        select id, cause, journal, service, seq, position, became, what, text,
          max(at) over (partition by journal, service order by seq, position) as clock
        from upalert.entry where kind = 'maintenance'
      ) timed
    ) state
    join upalert.watched using (journal)
    cross join lateral (
      select id, cause, clock as began, following as ended, what as maintenance, text where became = 'maintenance'
      union all
      select id, cause, since, clock, what, text
      where became = 'normal' and first and since < clock
    ) part;
  comment on view upalert.maintenance is 'Times of maintenance, of services, and of virtual servers as "virtual NAME".';

  create view upalert.spell as
    select part.id, part.cause, director, journal, state.service, part.became, part.reason, part.text, part.began,
      part.ended, part.lasts, since, greatest(part.began, since) as counted_from
    from (
      select changed.*, lead(clock) over (partition by journal, service order by seq, position) as following
      from (
        select *, lag(became) over (partition by journal, service order by seq, position) as before
        from (
          select id, cause, journal, service, seq, position, was, became, reason, text, lasted,
            max(at) over (partition by journal, service order by seq, position) as clock
          from upalert.entry where kind = 'service'
        ) timed
      ) changed
      where became is distinct from before
    ) state
    join upalert.watched using (journal)
    cross join lateral (
      select id, cause, became, reason, text, clock as began,
        coalesce(following, greatest(clock, until)) as ended, following is null as lasts
      union all
      select null, null, was, null, '', greatest(clock - lasted, since), clock, false
      where before is null and was <> 'untested' and lasted > interval '0' and since < clock
    ) part;
  comment on view upalert.spell is 'How long each service was what: up, down or untested.';
`

const judged = `
  create view upalert.availability as
    with gaps as (
      select journal, range_agg(tstzrange(began, ended)) as times from upalert.gap group by journal
    ), windows as (
      select journal, service, range_agg(tstzrange(began, ended)) as times from upalert.maintenance
      group by journal, service
    ), piece as (
      select spell.journal, spell.director, spell.service, spell.became, local.day,
        tstzmultirange(tstzrange(
          greatest(counted_from, local.day::timestamptz), least(spell.ended, (local.day + interval '1 day')::timestamptz)
        )) - coalesce(gaps.times, '{}') as times,
        coalesce(windows.times, '{}') as maintenance
      from upalert.spell
      cross join lateral generate_series(
        counted_from::date::timestamp, (spell.ended - interval '1 microsecond')::date::timestamp, interval '1 day'
      ) as local (day)
      left join gaps using (journal)
      left join windows using (journal, service)
      where spell.ended > counted_from and (spell.became <> 'untested' or not lasts)
    ), summed as (
      select journal, director, service, day,
        sum(upalert.seconds(times)) filter (where became = 'up') as up,
        sum(upalert.seconds(times - maintenance)) filter (where became = 'down') as down,
        sum(upalert.seconds(times * maintenance)) filter (where became = 'down') as maintenance_down,
        extract(epoch from least((day + interval '1 day')::timestamptz, now()) - day::timestamptz)::double precision as length
      from piece group by journal, director, service, day
    ), whole as (
      select journal, director, service, day, length, coalesce(up, 0) as up, coalesce(down, 0) as down,
        coalesce(maintenance_down, 0) as maintenance_down,
        coalesce(up, 0) + coalesce(down, 0) + coalesce(maintenance_down, 0) as observed
      from summed
    )
    select director, journal, service, day::date as day, observed, up, down, maintenance_down,
      greatest(length - observed, 0) as not_observed, 100 * up / nullif(up + down, 0) as availability,
      least(100 * observed / nullif(length, 0), 100) as observed_percent
    from whole;
  comment on view upalert.availability is 'By service and day of the session''s time zone; seconds, and percentages.';

  create view upalert.incidents as
    select
      spell.id, spell.director, spell.journal, spell.service, spell.began,
      case when not lasts then spell.ended end as ended,
      spell.ended - spell.began as lasted,
      spell.text as cause, spell.reason,
      make_interval(secs => upalert.seconds(watched.times - coalesce(windows.times, '{}'))) as counted,
      make_interval(secs => upalert.seconds(watched.times * coalesce(windows.times, '{}'))) as in_maintenance,
      make_interval(secs => upalert.seconds(
        tstzmultirange(tstzrange(spell.began, spell.ended)) - watched.times
      )) as not_observed,
      coalesce(windows.times, '{}') @> spell.began as began_in_maintenance,
      (
        select string_agg(distinct who, ', ' order by who) from upalert.entry ack
        where ack.journal = spell.journal and ack.kind = 'command' and ack.outcome = 'done'
          and ack.command = 'ack ' || spell.service and ack.at between spell.began and spell.ended
      ) as acknowledged_by,
      (
        select count(*)::integer from upalert.entry told
        where told.journal = spell.journal and told.kind = 'alert' and told.service = spell.service
          and told.alert in ('failure', 'trap', 'traptimeout') and told.at between spell.began and spell.ended
          and exists (
            select from upalert.entry try
            where try.kind = 'delivery' and try.outcome = 'sent' and (
              try.delivery = told.delivery or try.delivery = any (array(
                select one.delivery from upalert.entry one
                where one.kind = 'batch' and one.deliveries @> array[told.delivery]
              ))
            )
          )
      ) as notifications
    from upalert.spell
    left join (
      select journal, range_agg(tstzrange(began, ended)) as times from upalert.gap group by journal
    ) gaps using (journal)
    left join (
      select journal, service, range_agg(tstzrange(began, ended)) as times from upalert.maintenance
      group by journal, service
    ) windows using (journal, service)
    cross join lateral (
      select tstzmultirange(tstzrange(spell.began, spell.ended)) - tstzmultirange(tstzrange(null, since))
        - coalesce(gaps.times, '{}') as times
    ) watched
    where spell.became = 'down';
  comment on view upalert.incidents is 'One row for each time that a service was down.';

  create view upalert.latency as
    select feed.host as director, journal, service, rollup.host, minute, date_trunc('hour', minute) as hour,
      count, failures, unknown, p50, p95, max
    from upalert.rollup join upalert.feed using (journal);
  comment on view upalert.latency is 'By the minute, in milliseconds, of checks that passed.';

  create view upalert.latency_hour as
    select director, journal, service, host, hour, sum(count) as count, sum(failures) as failures,
      sum(unknown) as unknown,
      sum(p50 * (count - failures - unknown)) / nullif(sum(count - failures - unknown), 0) as p50,
      sum(p95 * (count - failures - unknown)) / nullif(sum(count - failures - unknown), 0) as p95,
      max(max) as max
    from upalert.latency group by director, journal, service, host, hour;
  comment on view upalert.latency_hour is 'The same by the hour; p50 and p95 are means of the minutes, by their checks.';
`

export const stepTwoViews = `${told}${times}${judged}`

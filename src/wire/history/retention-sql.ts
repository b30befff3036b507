/**
 * What goes from the history when it is old. Of each service and each maintenance the last entry before the limit stays,
 * because it says what was so from then on; views begin at the limit (upalert.feed.since).
 */

/** Of daemons that share a database, one at a time: the number is the first eight bytes of "upkeep\\n\\n". */
export const retentionLock = `select pg_try_advisory_xact_lock(${0x75706b65_65700a0an}) as mine`

/** $1 the limit, in milliseconds since 1970. First of all, so that no view counts what is half gone. */
export const moveBeginning = `
  update upalert.feed set since = to_timestamp($1::double precision / 1000)
  where since is null or since < to_timestamp($1::double precision / 1000)
`

/** Deletes some entries from before the limit, oldest first; answers how many. $1 the limit, $2 how many at most. */
export const deleteEntries = `
  with old as (
    select id from upalert.entry one
    where at < to_timestamp($1::double precision / 1000)
      and not (
        (kind = 'service' and became <> 'untested' or kind = 'maintenance' and became = 'maintenance')
        and not exists (
          select from upalert.entry later
          where later.kind in ('service', 'maintenance', 'gap', 'configuration') and later.kind = one.kind
            and later.journal = one.journal and later.service = one.service
            and (later.seq, later.position) > (one.seq, one.position)
            and later.at < to_timestamp($1::double precision / 1000)
        )
      )
      and not (
        kind = 'configuration' and not exists (
          select from upalert.entry later
          where later.kind in ('service', 'maintenance', 'gap', 'configuration') and later.kind = 'configuration'
            and later.journal = one.journal and later.service is null
            and (later.seq, later.position) > (one.seq, one.position)
            and later.at < to_timestamp($1::double precision / 1000)
        )
      )
    order by at limit $2
  ), gone as (
    delete from upalert.entry using old where entry.id = old.id returning entry.id
  )
  select count(*)::integer as gone from gone
`

/** Configurations that no entry names any more. $1 the limit. */
export const deleteConfigurations = `
  delete from upalert.configuration
  where first_seen < to_timestamp($1::double precision / 1000)
    and not exists (select from upalert.entry where kind = 'configuration' and entry.hash = configuration.hash)
`

/** So that a long query on a partition makes us wait for a moment only, and not others behind us. */
export const impatience = "set local lock_timeout = '5s'"

/** `name` comes from pg_class and fits `partitionEnd`, so it has nothing that would need quotes. */
export const dropPartition = (name: string): string => `drop table upalert.${name}`

/**
 * Logs in to each PostgreSQL and asks it one thing. Up: it answered with a row at least. Down: names the hosts that let
 * nobody in, refused the statement, or had no row for it.
 * Source: ldirectord(8), service=pgsql.
 */
import { askPostgres } from '../src/edge/sql/ask-postgres.ts'
import { sqlMonitor } from '../src/edge/sql/sql-monitor.ts'

export const pgsql = sqlMonitor({ name: 'pgsql', port: 5432, ask: askPostgres })

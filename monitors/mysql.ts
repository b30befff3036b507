/**
 * Logs in to each MySQL or MariaDB and asks it one thing. Up: it answered with a row at least. Down: names the hosts that let
 * nobody in, refused the statement, or had no row for it.
 * Source: ldirectord(8), service=mysql.
 */
import { askMysql } from '../src/edge/sql/ask-mysql.ts'
import { sqlMonitor } from '../src/edge/sql/sql-monitor.ts'

export const mysql = sqlMonitor({ name: 'mysql', port: 3306, ask: askMysql })

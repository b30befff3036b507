/** The table: name in mon.cf -> Monitor. The one file that sees them all. */
import type { Monitor } from '../src/model/monitor.ts'
import { dns } from './dns.ts'
import { dnsQuery } from './dns-query.ts'
import { fping } from './fping.ts'
import { http } from './http.ts'
import { ldap } from './ldap.ts'
import { monHttp } from './mon-http.ts'
import { monPhttp } from './mon-phttp.ts'
import { monPing } from './mon-ping.ts'
import { monSslcert } from './mon-sslcert.ts'
import { monTcp } from './mon-tcp.ts'
import { ping } from './ping.ts'
import { script } from './script.ts'
import { ssl } from './ssl.ts'
import { tcp } from './tcp.ts'

export const monitors: ReadonlyMap<string, Monitor> = new Map(
  [tcp, http, ssl, ping, fping, dns, dnsQuery, ldap, script, monTcp, monHttp, monPhttp, monPing, monSslcert].map(
    (monitor): [string, Monitor] => [monitor.name, monitor],
  ),
)

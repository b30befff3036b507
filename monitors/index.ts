/** The table: name in mon.cf -> Monitor. The one file that sees them all. */
import type { Monitor } from '../src/model/monitor.ts'
import { agent } from './agent.ts'
import { dns } from './dns.ts'
import { dnsCheck } from './dns-check.ts'
import { dnsQuery } from './dns-query.ts'
import { expect } from './expect.ts'
import { file } from './file.ts'
import { fping } from './fping.ts'
import { ftp } from './ftp.ts'
import { http } from './http.ts'
import { httpGet } from './http-get.ts'
import { imap } from './imap.ts'
import { ldap } from './ldap.ts'
import { load } from './load.ts'
import { misc } from './misc.ts'
import { monHttp } from './mon-http.ts'
import { monPhttp } from './mon-phttp.ts'
import { monPing } from './mon-ping.ts'
import { monSslcert } from './mon-sslcert.ts'
import { monTcp } from './mon-tcp.ts'
import { mysql } from './mysql.ts'
import { nntp } from './nntp.ts'
import { off } from './off.ts'
import { pgsql } from './pgsql.ts'
import { ping } from './ping.ts'
import { pop3 } from './pop3.ts'
import { radius } from './radius.ts'
import { script } from './script.ts'
import { sendProgram } from './send-program.ts'
import { simpletcp } from './simpletcp.ts'
import { sip } from './sip.ts'
import { smtp } from './smtp.ts'
import { ssl } from './ssl.ts'
import { tcp } from './tcp.ts'
import { telnet } from './telnet.ts'
import { udp } from './udp.ts'

export const monitors: ReadonlyMap<string, Monitor> = new Map(
  [
    tcp,
    udp,
    http,
    httpGet,
    ssl,
    ping,
    fping,
    dns,
    dnsQuery,
    dnsCheck,
    ldap,
    smtp,
    pop3,
    imap,
    ftp,
    nntp,
    telnet,
    mysql,
    pgsql,
    sip,
    radius,
    simpletcp,
    script,
    misc,
    file,
    expect,
    sendProgram,
    load,
    agent,
    off,
    monTcp,
    monHttp,
    monPhttp,
    monPing,
    monSslcert,
  ].map((monitor): [string, Monitor] => [monitor.name, monitor]),
)

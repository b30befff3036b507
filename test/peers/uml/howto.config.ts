/** The mon.cf of each step of the LVS-HOWTO's section 11.5: every real server a hostgroup of its own. */
import { MAILBOX } from './daemon.config.ts'
import { real, VIRTUAL_ADDRESS } from './farm.ts'

export { MAILBOX }
export const REAL1 = real(1).address
/** On the real servers' network, and nobody has it. */
export const NOBODY = '10.1.1.99'
/** A port on which the director itself has a web server. */
export const LOCAL_PORT = 8081

/** Debian's mon has its programs here; these are run as they are. */
const ping = `
statedir = /run/upalert
randstart = 1s
mondir = /usr/lib/mon/mon.d
alertdir = /usr/lib/mon/alert.d

hostgroup real1 ${REAL1}

watch real1
    service ping
        interval 1s
        monitor fping.monitor -r 1 -t 200
        period wd {Sun-Sat}
            alert test.alert foo
            upalert test.alert foo
`

const globals = `
statedir = /run/upalert
randstart = 1s
database = none
mailserver = smtp://${MAILBOX.address}:${MAILBOX.port}
mailfrom = upalert@example.com
`

function watch(number: number, service: string, monitor: string, alerts: readonly string[]): string {
  const { name, address } = real(number)
  const lines = alerts.flatMap((alert) => [`            alert ${alert}\n`, `            upalert ${alert}\n`])
  return `
hostgroup ${name} ${address}

watch ${name}
    service ${service}
        interval 1s
        monitor ${monitor}
        period wd {Sun-Sat}
${lines.join('')}`
}

const MAIL = 'mail root@example.com'
const TELNET = 'tcp -p 23 -t 0.5'

function lvs(number: number, port: number, weight: number): string {
  const { address } = real(number)
  return `virtualserver.alert -P tcp -V ${VIRTUAL_ADDRESS}:${port} -R ${address}:${port} -W ${weight} -F nat`
}

/** The whole of it, with the table driven by alerts: the rows must be there already. */
const full = [1, 2]
  .map((number) => watch(number, 'http', 'http -p 80 -t 0.5', [MAIL, lvs(number, 80, number)]))
  .join('')

/** The same farm with the table driven by verdicts: no row need be there. */
const virtuals = `
hostgroup reals ${real(1).address} ${real(2).address}

watch reals
    service http
        interval 1s
        monitor http -p 80 -t 0.5

virtual web
    address ${VIRTUAL_ADDRESS}:80
    scheduler rr
    real @reals:80 check reals/http

virtual telnet
    address ${VIRTUAL_ADDRESS}:23
    scheduler rr
    real @reals:23 check reals/http

virtual mixed
    address ${VIRTUAL_ADDRESS}:${LOCAL_PORT}
    scheduler rr
    real ${REAL1}:${LOCAL_PORT} check reals/http
    real ${VIRTUAL_ADDRESS}:${LOCAL_PORT} forward local
`

export const configurations = {
  ping,
  telnet: globals + watch(1, 'telnet', TELNET, [MAIL]),
  lvs: globals + watch(1, 'telnet', TELNET, [MAIL, lvs(1, 23, 1)]),
  full: globals + full,
  virtuals: globals + virtuals,
}

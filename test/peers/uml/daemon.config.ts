/** The configuration that the daemon runs on in the guest. */
import { real, VIRTUAL_ADDRESS, VIRTUAL_ADDRESS6 } from './farm.ts'

/** Where the people on call have their mail server: in the client's namespace. */
export const MAILBOX = { address: '192.168.1.1', port: 2525 }
/** The director marks packets to this port. */
export const MARKED_PORT = 7000
export const MARK = 7

const NUMBERS = [1, 2, 3]

export function configuration(virtuals: 'all' | 'without drained'): string {
  return `statedir = /run/upalert
mailserver = smtp://${MAILBOX.address}:${MAILBOX.port}
mailfrom = upalert@example.com
randstart = 1s

hostgroup web ${NUMBERS.map((number) => real(number).address).join(' ')}

hostgroup web6 ${NUMBERS.map((number) => real(number).address6).join(' ')}

watch web
    service http
        interval 1s
        monitor http -p 80 -t 5
        period
            alertevery 1h
            alert mail oncall@example.com
            upalert mail oncall@example.com

watch web6
    service http
        interval 1s
        monitor http -p 80 -t 5

virtual web
    address ${VIRTUAL_ADDRESS}:80
    scheduler rr
    real @web:80 check web/http

${virtuals === 'all' ? drained : ''}
virtual web6
    address [${VIRTUAL_ADDRESS6}]:80
    scheduler rr
    real @web6:80 check web6/http

virtual marked
    address fwmark ${MARK} inet
    scheduler rr
    real @web:80 check web/http
`
}

const drained = `virtual drained
    address ${VIRTUAL_ADDRESS}:81
    scheduler rr
    on_fail drain
    real @web:80 check web/http
`

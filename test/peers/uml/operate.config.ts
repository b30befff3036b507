/** The configurations on which operators act in the guest. */
import { VIRTUAL_ADDRESS } from './farm.ts'

/** Where the people on call have their mail server: in the client's namespace. */
export const MAILBOX = { address: '192.168.1.1', port: 2525 }
export const MAINTENANCE = '/run/maintenance'

/** Port of each virtual server. */
export const PORTS = { web: 80, other: 81, lasting: 82, spare: 83, slow: 84, waits: 85, alpha: 86, names: 53 } as const

export type Name = keyof typeof PORTS

/** As ipvsadm says it: `-t 192.168.1.110:80`. */
export const serviceOf = (name: Name): string => `${name === 'names' ? '-u' : '-t'} ${VIRTUAL_ADDRESS}:${PORTS[name]}`

export const url = (name: Name): string => `http://${VIRTUAL_ADDRESS}:${PORTS[name]}/`

interface Changes {
  /** Lines of the settings. */
  readonly settings?: string
  /** Virtual servers that are left out. */
  readonly without?: readonly Name[]
  /** Configured weight of real2 in `other`. */
  readonly weight?: number
}

export function configuration({ settings = '', without = [], weight = 1 }: Changes = {}): string {
  const virtuals: Readonly<Record<Name, string>> = {
    web: `    driftalert mail drift@example.com
    real @web:80 check web/http`,
    other: `    real 10.1.1.2:80 check web/http
    real 10.1.1.3:80 weight ${weight} check web/http
    real 10.1.1.4:80 check web/http`,
    lasting: `    persistence 300
    real @web:80 check web/http`,
    spare: `    real 10.1.1.2:80 check web/http
    real 10.1.1.3:80 check web/http
    real 10.1.1.4:80 backup check web/http
    backup_below 2`,
    slow: `    slow_start 3s
    real @web:80 weight 10 check web/http`,
    waits: `    initial wait
    real @web:80 check web/http`,
    alpha: `    initial down
    real @web:80 check web/http`,
    names: '    real @web:53 check web/http',
  }
  const blocks = (Object.keys(virtuals) as Name[])
    .filter((name) => !without.includes(name))
    .map((name) => {
      const scheduler = name === 'slow' ? 'wrr' : 'rr'
      const protocol = name === 'names' ? '/udp' : ''
      return `virtual ${name}
    address ${VIRTUAL_ADDRESS}:${PORTS[name]}${protocol}
    scheduler ${scheduler}
${virtuals[name]}
`
    })
  return `statedir = /run/upalert
database = none
mailserver = smtp://${MAILBOX.address}:${MAILBOX.port}
mailfrom = upalert@example.com
maintenancedir = ${MAINTENANCE}
randstart = 1s
${settings}

hostgroup web 10.1.1.2 10.1.1.3 10.1.1.4

watch web
    service http
        interval 1s
        monitor http -p 80 -t 3

${blocks.join('\n')}`
}

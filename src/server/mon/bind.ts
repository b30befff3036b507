/** Where to listen: the words of serverbind and trapbind. */
import { isIPv4, isIPv6 } from 'node:net'

export interface Place {
  readonly host: string
  /** `::` would take 0.0.0.0 as well, which then could not be bound beside it. */
  readonly ipv6Only: boolean
  /** The machine may lack it, and nobody minds. */
  readonly optional: boolean
}

/** Places of one setting. */
const MOST_PLACES = 32

/**
 * Addresses or names, separated by blanks or commas; `[::1]` is `::1`, and `*` every IPv4 address. Empty is loopback: mon
 * listens to the world then.
 */
export function placesOf(bind: string): readonly Place[] {
  const words = bind.split(/[\s,]+/).filter((word) => word !== '')
  if (words.length === 0) return [place('127.0.0.1'), { ...place('::1'), optional: true }]
  const hosts = words.map((word) => (word === '*' ? '0.0.0.0' : word.replace(/^\[(.*)\]$/, '$1')))
  const ipv6Only = hosts.some(isIPv4)
  return [...new Set(hosts)]
    .slice(0, MOST_PLACES)
    .map((host) => ({ ...place(host), ipv6Only: ipv6Only && isIPv6(host) }))
}

const place = (host: string): Place => ({ host, ipv6Only: false, optional: false })

/** What a socket for both families calls ::ffff:192.0.2.1 is 192.0.2.1. */
export const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** A sentence's tail. */
export function whyNot(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EADDRINUSE':
      return 'another program listens there; is it another mon?'
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address'
    case 'EACCES':
      return 'ports below 1024 are for root'
    default:
      return error.message
  }
}

/**
 * What keepalived calls servers and services, in its mails, FIFO lines and logs: people's filters and scripts read them.
 * Source: keepalived 2.2.7 seen running (names of both kinds, FIFO lines of both kinds).
 */
import type { Protocol, TableServiceId } from './table.ts'

/** An address as the table has it (RFC 5952 for IPv6, as inet_ntop(3) writes it) with its port. */
export interface NamedEnd {
  readonly address: string
  readonly port: number
}

export type KeepalivedState = 'UP' | 'DOWN'

/** `[10.1.1.2]:tcp:8080`; both families have the brackets. A server behind a firewall mark has the protocol `none`. */
export const serverName = ({ address, port }: NamedEnd, protocol: Protocol | 'none'): string =>
  `[${address}]:${protocol}:${port}`

/** `[192.0.2.10]:tcp:80`, or `FWM 42`, whose family keepalived does not say. */
export const virtualName = (service: TableServiceId): string =>
  service.kind === 'mark' ? `FWM ${service.mark}` : serverName(service, service.protocol)

/** `[NAME]:PORT`: a virtual server that is a `virtual_server_group`. keepalived gives a group's port as 0. */
export const virtualGroupName = (name: string, port = 0): string => `[${name}]:${port}`

/** The protocol of a service's servers. */
export const protocolWord = (service: TableServiceId): Protocol | 'none' =>
  service.kind === 'mark' ? 'none' : service.protocol

/**
 * A real server by the port that keepalived gives it in the table, whatever the file says: that of the service where
 * packets arrive as they were sent (`portFollows`), 0 behind a mark. In a `virtual_server_group` it keeps its own.
 */
export function realServerName(
  server: NamedEnd,
  service: TableServiceId,
  { portFollows, inGroup }: { readonly portFollows: boolean; readonly inGroup: boolean },
): string {
  const follows = portFollows && !inGroup
  const port = !follows ? server.port : service.kind === 'mark' ? 0 : service.port
  return serverName({ address: server.address, port }, protocolWord(service))
}

/** `RS [10.1.1.2]:tcp:8080 [192.0.2.10]:tcp:80 DOWN`: a line of the FIFO, without its end. */
export const serverLine = (server: string, virtual: string, state: KeepalivedState): string =>
  `RS ${server} ${virtual} ${state}`

/** `VS [192.0.2.10]:tcp:80 UP`: the same of a virtual server's quorum. */
export const virtualLine = (virtual: string, state: KeepalivedState): string => `VS ${virtual} ${state}`

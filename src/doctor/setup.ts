/** What a configuration asks of a director, as far as the doctor's rules look: the services, and where their packets go. */
import type { Model } from '../model/model.ts'
import type {
  Family,
  Forward,
  TableDestinationId,
  TableServiceId,
  TableServiceSettings,
  TableTunnel,
} from '../model/table.ts'
import { endpointText } from '../model/table.ts'

export interface Setup {
  readonly services: readonly SetupService[]
  /** Some check sends ICMP echo requests itself. */
  readonly pings: boolean
  /** Interfaces that connection synchronisation is to use. */
  readonly syncInterfaces: readonly string[]
  /** This director does not have the virtual addresses now; another one has. */
  readonly standby: boolean
}

export interface SetupService {
  /** The virtual server's name in the configuration. */
  readonly name: string
  readonly id: TableServiceId
  readonly settings: TableServiceSettings
  readonly servers: readonly SetupServer[]
}

export interface SetupServer {
  /** `web: 10.1.1.2:80`, for people. */
  readonly text: string
  readonly id: TableDestinationId
  readonly forward: Forward
  /** How a tunnel wraps; `null` for other ways of forwarding. */
  readonly tunnel: TableTunnel | null
  readonly sorry: boolean
}

const PLAIN: TableTunnel = { type: 'ipip', port: 0, checksum: 'none' }

/** `moment`: what the configuration does not say. */
export function setupOf(
  model: Pick<Model, 'virtuals' | 'services'>,
  moment: { readonly standby?: boolean; readonly syncInterfaces?: readonly string[] } = {},
): Setup {
  return {
    services: model.virtuals.flatMap(({ name, services, settings, reals, sorry }) =>
      services.map((id) => ({
        name,
        id,
        settings,
        servers: [
          ...reals.map((real) => serverOf(name, id, real, false)),
          ...(sorry === null ? [] : [serverOf(name, id, sorry, true)]),
        ],
      })),
    ),
    pings: model.services.some(({ monitor }) => monitor?.module === 'ping'),
    syncInterfaces: moment.syncInterfaces ?? [],
    standby: moment.standby ?? false,
  }
}

interface Written {
  readonly id: TableDestinationId
  readonly forward: Forward
  readonly tunnel?: TableTunnel
  readonly portFollows?: true
}

function serverOf(
  name: string,
  service: TableServiceId,
  { id, forward, tunnel, portFollows }: Written,
  sorry: boolean,
) {
  const port = portFollows === true && service.kind === 'address' ? service.port : id.port
  return {
    text: `${name}: ${endpointText({ ...id, port })}`,
    id: { ...id, port },
    forward,
    tunnel: forward === 'tunnel' ? (tunnel ?? PLAIN) : null,
    sorry,
  }
}

export interface VirtualAddress {
  readonly address: string
  readonly family: Family
  /** The virtual servers that have it. */
  readonly names: readonly string[]
}

/** Each once; a service by firewall mark has none of its own. */
export function virtualAddresses(setup: Setup): readonly VirtualAddress[] {
  const found = new Map<string, VirtualAddress>()
  for (const { name, id } of setup.services) {
    if (id.kind === 'mark') continue
    const before = found.get(id.address)
    found.set(id.address, { address: id.address, family: id.family, names: [...(before?.names ?? []), name] })
  }
  return [...found.values()]
}

/** Real and sorry servers, with the service that each is in. */
export function allServers(setup: Setup): readonly (SetupServer & { readonly service: SetupService })[] {
  return setup.services.flatMap((service) => service.servers.map((server) => ({ ...server, service })))
}

export const loopback = (address: string): boolean => address === '::1' || address.startsWith('127.')

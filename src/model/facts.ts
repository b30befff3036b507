/**
 * What can be known of a machine as a director or a real server: what edge/facts reads, and doctor judges. What could not
 * be seen says why, so that nobody takes ignorance for health.
 */
import type { Family } from './table.ts'

export type Seen<T> = { readonly kind: 'seen'; readonly value: T } | { readonly kind: 'unseen'; readonly why: string }

export const seen = <T>(value: T): Seen<T> => ({ kind: 'seen', value })
export const unseen = <T>(why: string): Seen<T> => ({ kind: 'unseen', why })

export interface Facts {
  /** The running kernel: `6.1.0-18-amd64`. */
  readonly release: string
  /** Of the process that looks: 0 is root. */
  readonly uid: number
  /** Names of its effective capabilities, of those in `CAPABILITIES`. */
  readonly capabilities: Seen<ReadonlySet<string>>
  /** By their path below /proc/sys: `net/ipv4/ip_forward`. What is absent, or may not be read, is not in it. */
  readonly sysctls: ReadonlyMap<string, string>
  readonly links: Seen<readonly Link[]>
  /** All but those of the table `local`. */
  readonly routes: Seen<readonly Route[]>
  /** Policy rules beyond those that every machine has. */
  readonly extraRules: Seen<number>
  /** By module name, for those that were asked for. */
  readonly modules: ReadonlyMap<string, ModuleState>
  /** The way that the kernel would take to an address, for those that were asked for. */
  readonly ways: ReadonlyMap<string, Seen<Way>>
  /** IPVS in this network namespace. */
  readonly ipvs: IpvsFacts
  /** Something filters ARP (arptables, nftables), so that the sysctls do not tell the whole story. */
  readonly arpFilter: Seen<boolean>
  /** Ports on which UDP tunnels are taken apart (`ip fou`). */
  readonly fouPorts: Seen<readonly number[]>
  readonly listeners: Seen<readonly Listener[]>
  /** Marks that a firewall rule sets. */
  readonly marks: Seen<ReadonlySet<number>>
}

/** capability.h numbers of those that matter here. */
export const CAPABILITIES: Readonly<Record<string, number>> = { NET_ADMIN: 12, NET_RAW: 13 }

export interface Link {
  readonly name: string
  /** What made it: `ipip`, `ip6tnl`, `sit`, `gre`, `dummy`, `veth`, …; empty for a plain card. */
  readonly kind: string
  /** What a tunnel takes: `any`, `ipip`, `ip6ip6`, …; empty for what is none. */
  readonly takes: string
  readonly up: boolean
  readonly loopback: boolean
  /** It answers ARP. */
  readonly arp: boolean
  readonly mtu: number
  readonly addresses: readonly LinkAddress[]
}

export interface LinkAddress {
  readonly family: Family
  readonly address: string
  readonly prefix: number
  /** `global`, `link`, `host`. */
  readonly scope: string
  /** preferred_lft 0: never chosen as a source. */
  readonly deprecated: boolean
  /** Another machine on the link has it. */
  readonly duplicate: boolean
}

/** A socket that takes connections, or datagrams from everybody. `0.0.0.0` and `::` are all addresses. */
export interface Listener {
  readonly protocol: 'tcp' | 'udp'
  readonly address: string
  readonly port: number
}

/** A route with several next hops is one for each. */
export interface Route {
  readonly family: Family
  /** `default`, or a network. */
  readonly to: string
  readonly gateway: string | null
  readonly device: string | null
  readonly table: string
  /** Who made it: `kernel`, `ra`, `dhcp`, … */
  readonly protocol: string
  /** The lower is preferred. */
  readonly metric: number
  /** The maximum segment size that is announced to whom it leads; `null`: from the MTU. */
  readonly advmss: number | null
}

export type Way =
  | { readonly kind: 'none' }
  | { readonly kind: 'local' }
  | {
      readonly kind: 'out'
      readonly device: string
      /** `null`: on the link itself. */
      readonly gateway: string | null
      /** The route's own; `null`: the device's. */
      readonly mtu: number | null
    }

/**
 * `loaded`: in the running kernel. `loadable`: modprobe finds it. `missing`: it does not. `unknown`: the running kernel's
 * modules are not on this file system, as in a container.
 */
export type ModuleState = 'loaded' | 'loadable' | 'missing' | 'unknown'

export interface IpvsFacts {
  readonly present: boolean
  /** Rows of the connection table, as /proc/net/ip_vs adds them up. */
  readonly connections: Seen<number>
  /** The table has two to the power of this many buckets. */
  readonly tableBits: Seen<number>
}

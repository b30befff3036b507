/**
 * keepalived.conf as nouns in which everything knows its place; made by parse.ts, given its meaning by what resolves it.
 * Times are Milliseconds. A setting that is not there was not written: defaults and what a service hands down to its
 * servers and they to their checkers are filled in later.
 */
import type { Family } from '../../model/table.ts'
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'
import type { Address, AddressAndPort } from './addresses.ts'
import type { Word } from './line.ts'
import type { SettingsOf } from './settings.ts'
import type * as checkers from './tables/checkers.ts'
import type { GLOBALS, SSL, TRACK_FILE } from './tables/globals.ts'
import type { REAL_SERVER, VIRTUAL_SERVER } from './tables/servers.ts'
import type { Statement } from './tree.ts'

export interface KeepalivedFile {
  readonly source: Source
  /** Every file read, the first included; in the order of reading. */
  readonly sources: readonly Source[]
  /** Of all global_defs blocks together. */
  readonly globals: GlobalSettings
  readonly notificationEmail: readonly Word[]
  readonly ssl: SettingsOf<typeof SSL> | null
  readonly trackFiles: readonly TrackFile[]
  readonly groups: readonly VirtualServerGroup[]
  readonly virtualServers: readonly VirtualServer[]
  /** global_defs' other words, statement for statement: those of VRRP and of keepalived's processes. */
  readonly keptGlobals: readonly Statement[]
  /** Everything else outside blocks: vrrp_instance, static_routes, net_namespace …, in the order of the file. */
  readonly kept: readonly Statement[]
  /** What the text alone shows to be wrong, file by file; those beyond the limit are only counted in `omitted`. */
  readonly problems: readonly Problem[]
  readonly omitted: number
}

export type GlobalSettings = SettingsOf<typeof GLOBALS>

export interface TrackFile {
  readonly keyword: Word
  readonly name: Word
  readonly settings: SettingsOf<typeof TRACK_FILE>
}

export interface VirtualServerGroup {
  readonly name: Word
  readonly entries: readonly GroupEntry[]
}

export type GroupEntry =
  /** All addresses from `first` to `last`; the same for one. `port: null`: none was written. */
  | {
      readonly kind: 'addresses'
      readonly at: Word
      readonly family: Family
      readonly first: string
      readonly last: string
      /** How many: at most MOST_OF_A_RANGE (groups.ts). */
      readonly count: number
      readonly port: number | null
    }
  | { readonly kind: 'mark'; readonly at: Word; readonly mark: number; readonly family: Family | null }

export interface VirtualServer {
  readonly keyword: Word
  readonly of: VirtualServerOf
  readonly settings: SettingsOf<typeof VIRTUAL_SERVER>
  readonly realServers: readonly RealServer[]
}

export type VirtualServerOf =
  | ({ readonly kind: 'address'; readonly at: Word } & AddressAndPort)
  | { readonly kind: 'mark'; readonly at: Word; readonly mark: number }
  | { readonly kind: 'group'; readonly name: Word }

export interface RealServer {
  readonly keyword: Word
  readonly at: Word
  readonly address: Address
  readonly port: number | null
  readonly settings: SettingsOf<typeof REAL_SERVER>
  readonly checkers: readonly Checker[]
}

interface Check<Kind extends string, Settings> {
  readonly kind: Kind
  readonly keyword: Word
  readonly settings: Settings
}

export type Checker =
  | Check<'TCP_CHECK', SettingsOf<typeof checkers.TCP_CHECK>>
  | (Check<'HTTP_GET' | 'SSL_GET', SettingsOf<typeof checkers.HTTP_GET>> & { readonly urls: readonly Url[] })
  | (Check<'SMTP_CHECK', SettingsOf<typeof checkers.SMTP_CHECK>> & { readonly hosts: readonly SmtpHost[] })
  | Check<'DNS_CHECK', SettingsOf<typeof checkers.DNS_CHECK>>
  | Check<'MISC_CHECK', SettingsOf<typeof checkers.MISC_CHECK>>
  | Check<'UDP_CHECK', SettingsOf<typeof checkers.UDP_CHECK>>
  | Check<'PING_CHECK', SettingsOf<typeof checkers.PING_CHECK>>
  | Check<'FILE_CHECK', SettingsOf<typeof checkers.FILE_CHECK>>
  | Check<'BFD_CHECK', SettingsOf<typeof checkers.BFD_CHECK>>

export interface Url {
  readonly keyword: Word
  readonly settings: SettingsOf<typeof checkers.URL>
}

/** A further check of the same server, as SMTP_CHECK's old sub-blocks ask for it. */
export interface SmtpHost {
  readonly keyword: Word
  readonly settings: SettingsOf<typeof checkers.HOST>
}

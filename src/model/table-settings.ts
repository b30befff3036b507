/** How the daemon treats the IPVS table, as the globals of a configuration say. */
import { type Milliseconds, seconds } from './units.ts'

export interface TableSettings {
  /**
   * What others changed of ours: `observe` tells it, `repair` puts it back as well, `own` also removes whatever in the
   * table the configuration does not name.
   */
  readonly drift: 'observe' | 'repair' | 'own'
  /** `clear`: our part of the table is removed and made anew at the start. */
  readonly onStart: 'keep' | 'clear'
  /** `drain`: no new connections, and our part goes when the last has ended or the time is over; `clear`: it goes at once. */
  readonly onStop: 'keep' | 'drain' | 'clear'
  readonly drainMost: Milliseconds
  /** A file in it named after a real server takes that one out (ldirectord "maintenancedir"). Empty: none. */
  readonly maintenancedir: string
  /** Timeouts of connections to set at the start, in whole seconds; `null`: the kernel's stay. */
  readonly timeouts: { readonly tcp: number; readonly tcpfin: number; readonly udp: number } | null
  /** The first of the firewall marks that checks `via vip` use. */
  readonly pathmarks: number
  /** Named pipes that tell every change of a real or virtual server (keepalived.conf "notify_fifo"). */
  readonly fifos: readonly FifoSetting[]
}

/** A named pipe that tells changes of real and virtual servers, and who reads it. */
export interface FifoSetting {
  readonly path: string
  /** Whom it is given to if it is made. */
  readonly user?: string
  readonly group?: string
  /** A program that is kept running with the path as its last argument (keepalived.conf "notify_fifo_script"). */
  readonly reader: { readonly command: readonly string[]; readonly user?: string; readonly group?: string } | null
}

export const KEEP_TABLE: TableSettings = {
  drift: 'repair',
  onStart: 'keep',
  onStop: 'keep',
  drainMost: seconds(30),
  maintenancedir: '',
  timeouts: null,
  pathmarks: 0x7570_0000,
  fifos: [],
}

/**
 * What a keepalived.conf, an lvs.cf or an ldirectord.cf becomes: the part of a Model that it stands for. join.ts puts parts
 * and a mon.cf together.
 */
import type { HostGroup, Place, Service, Settings, Virtual } from '../../model/model.ts'
import type { TableSettings } from '../../model/table-settings.ts'
import type { Problem } from '../problem.ts'
import type { Source } from '../source.ts'

export interface Part {
  readonly file: PartFile
  readonly groups: readonly HostGroup[]
  readonly services: readonly Service[]
  readonly virtuals: readonly Virtual[]
  readonly settings: SettingsPatch
  /** Written and switched off: no part of the Model, but who moves to another format wants to keep them. */
  readonly dormant: readonly Dormant[]
  /** What the file says that has no place in a Model, each once and with the reason, for who moves to another format. */
  readonly losses: readonly Loss[]
  /** Of the syntax and of the meaning; with an error among them nothing of the rest may be used. */
  readonly problems: readonly Problem[]
  /** Problems beyond the number that is kept. */
  readonly omitted: number
}

export interface PartFile {
  readonly source: Source
  /** Every file read, the first included; in the order of reading. */
  readonly sources: readonly Source[]
}

/** A virtual server that is switched off, or only some real servers of one that runs. */
export interface Dormant {
  /** `real`: `virtual` holds the switched-off real servers of the running virtual server of the same name. */
  readonly kind: 'virtual' | 'real'
  readonly virtual: Virtual
  /** Checks that only they have. */
  readonly services: readonly Service[]
}

export interface Loss {
  readonly place: Place
  /** The words as written: `primary = 10.0.0.1`. */
  readonly text: string
  /** A sentence without its full stop: "upalert has no heartbeat of its own yet; keep pulse for it". */
  readonly why: string
}

/** What of the settings a file says; what is missing it is silent about. */
export interface SettingsPatch {
  readonly mailserver?: string
  readonly mailfrom?: string
  readonly routerId?: string
  readonly reload?: Settings['reload']
  readonly table: Partial<Omit<TableSettings, 'fifos'>> & Pick<TableSettings, 'fifos'>
}

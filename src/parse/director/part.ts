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
  /** Where the settings stand. */
  readonly settingPlaces: SettingPlaces
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

/** The settings that a file may say. */
const SETTING_NAMES = [
  'mailserver',
  'mailfrom',
  'routerId',
  'reload',
  'onStart',
  'onStop',
  'tcp',
  'tcpfin',
  'udp',
  'maintenancedir',
  'fifos',
] as const
export type SettingName = (typeof SETTING_NAMES)[number]

export type SettingPlaces = { readonly [name in SettingName]?: Place }

/** Those of the words that are written. */
export function placesOf<Word>(
  words: { readonly [name in SettingName]?: Word | undefined },
  placeOf: (word: Word) => Place,
): SettingPlaces {
  const places: { [name in SettingName]?: Place } = {}
  for (const name of SETTING_NAMES) {
    const word = words[name]
    if (word !== undefined) places[name] = placeOf(word)
  }
  return places
}

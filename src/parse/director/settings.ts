/**
 * Settings of the daemon that several files say: of two that differ the first counts, and who wrote the other is told.
 * What a mon.cf says itself counts before all of them.
 */
import type { Place, Settings } from '../../model/model.ts'
import type { FifoSetting, TableSettings } from '../../model/table-settings.ts'
import type { Problem } from '../problem.ts'
import { quoted } from '../text/visible.ts'
import type { Part, SettingName, SettingsPatch } from './part.ts'
import { spanAt } from './span-at.ts'

/** Settings that a mon.cf or the command line has said already. */
export type Said = ReadonlySet<string>

interface Subject {
  /** Words of mon.cf that say it. */
  readonly words: readonly [string, ...string[]]
  readonly what: string
}

const SUBJECTS: Readonly<Record<SettingName, Subject>> = {
  mailserver: { words: ['mailserver'], what: 'the relay for mail' },
  mailfrom: { words: ['mailfrom'], what: 'the sender of mail' },
  routerId: { words: ['router_id'], what: 'the name of this director' },
  reload: { words: ['autoreload', 'callback'], what: 'what happens when the file changes' },
  onStart: { words: ['on_start'], what: 'what happens to the table at the start' },
  onStop: { words: ['on_stop'], what: 'what happens to the table at the end' },
  tcp: { words: ['ipvs_timeouts'], what: 'the timeout of TCP connections' },
  tcpfin: { words: ['ipvs_timeouts'], what: 'the timeout of TCP connections that are closed' },
  udp: { words: ['ipvs_timeouts'], what: 'the timeout of UDP' },
  maintenancedir: { words: ['maintenancedir'], what: 'the directory for maintenance' },
  fifos: { words: ['notify_fifo'], what: 'who reads this pipe' },
}

interface Merged {
  readonly settings: Settings
  readonly problems: readonly Problem[]
}

export function mergedSettings(settings: Settings, parts: readonly Part[], said: Said): Merged {
  const merge = new Merge(parts, said)
  const mailserver = merge.first('mailserver', (patch) => patch.mailserver)
  const mailfrom = merge.first('mailfrom', (patch) => patch.mailfrom)
  const routerId = merge.first('routerId', (patch) => patch.routerId)
  const reload = merge.first('reload', (patch) => patch.reload)
  const table = mergedTable(settings.table, parts, merge)
  return {
    settings: {
      ...settings,
      ...(mailserver === undefined ? {} : { mailserver }),
      ...(mailfrom === undefined ? {} : { mailfrom }),
      ...(routerId === undefined ? {} : { routerId }),
      ...(reload === undefined ? {} : { reload }),
      table,
    },
    problems: merge.problems,
  }
}

function mergedTable(table: TableSettings, parts: readonly Part[], merge: Merge): TableSettings {
  const onStart = merge.first('onStart', (patch) => patch.table.onStart)
  const onStop = merge.first('onStop', (patch) => patch.table.onStop)
  const timeouts = mergedTimeouts(parts, merge)
  const maintenancedir = merge.first('maintenancedir', (patch) => patch.table.maintenancedir)
  return {
    ...table,
    ...(onStart === undefined ? {} : { onStart }),
    ...(onStop === undefined ? {} : { onStop }),
    ...(timeouts === undefined ? {} : { timeouts }),
    ...(maintenancedir === undefined ? {} : { maintenancedir }),
    fifos: mergedFifos(table.fifos, parts, merge),
  }
}

/** Each by itself; a file that says 0 is silent about it. */
function mergedTimeouts(parts: readonly Part[], merge: Merge): TableSettings['timeouts'] | undefined {
  if (merge.isSaid('tcp') || parts.every(({ settings }) => (settings.table.timeouts ?? null) === null)) return undefined
  const longest = (name: 'tcp' | 'tcpfin' | 'udp') =>
    merge.first(name, ({ table }) => (table.timeouts?.[name] ?? 0) || undefined) ?? 0
  return { tcp: longest('tcp'), tcpfin: longest('tcpfin'), udp: longest('udp') }
}

/** Each path once. */
function mergedFifos(own: readonly FifoSetting[], parts: readonly Part[], merge: Merge): readonly FifoSetting[] {
  const paths = new Set(own.map(({ path }) => path))
  const found = new Set(parts.flatMap(({ settings }) => settings.table.fifos.map(({ path }) => path)))
  const further = [...found].flatMap((path) => {
    if (paths.has(path)) return []
    const one = merge.first('fifos', ({ table }) => table.fifos.find((fifo) => fifo.path === path))
    return one === undefined ? [] : [one]
  })
  return [...own, ...further]
}

class Merge {
  readonly problems: Problem[] = []
  readonly #parts: readonly Part[]
  readonly #said: Said

  constructor(parts: readonly Part[], said: Said) {
    this.#parts = parts
    this.#said = said
  }

  isSaid(name: SettingName): boolean {
    // Pipes of several files are all written into.
    return name !== 'fifos' && SUBJECTS[name].words.some((word) => this.#said.has(word))
  }

  /** What the first part that says something says; `undefined`: none does, or none is asked. */
  first<T>(name: SettingName, read: (patch: SettingsPatch) => T | undefined): T | undefined {
    if (this.isSaid(name)) return undefined
    let counts: { readonly value: T; readonly part: Part } | null = null
    for (const part of this.#parts) {
      const value = read(part.settings)
      if (value === undefined) continue
      if (counts === null) counts = { value, part }
      else if (JSON.stringify(value) !== JSON.stringify(counts.value)) this.#clash(name, part, counts.part)
    }
    return counts?.value
  }

  #clash(name: SettingName, { file, settingPlaces }: Part, before: Part): void {
    const { what, words } = SUBJECTS[name]
    const place: Place = settingPlaces[name] ?? { file: file.source.file, line: 1, column: 1 }
    const message = `${what} counts already, from ${quoted(before.file.source.file)}; what stands here is not heard`
    const hint = `leave one of the two, or load both from a mon.cf that says ${words.join(' or ')}`
    this.problems.push({ code: 'setting-twice', severity: 'warning', span: spanAt(place, file), message, hint })
  }
}

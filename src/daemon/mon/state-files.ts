/**
 * mon's state files in statedir: `opstatus` and `disabled`, written so that a crash leaves the old or the new one.
 * Source: mon manual, "savestate", "loadstate", "-l".
 */
import { join } from 'node:path'
import { readWhole, replaceWhole } from '../../edge/files/whole-file.ts'
import type { LoadedState } from '../../model/event.ts'
import type { State } from '../../model/state.ts'
import { messages } from '../../wire/mon/syslog-messages.ts'
import { disabledFile, loadedFrom, opstatusFile } from './saved-state.ts'

/** What `savestate` and `loadstate` may name; `all` is both. Other words mean nothing, as in mon. */
const FILES = ['opstatus', 'disabled'] as const
type FileName = (typeof FILES)[number]

const named = (words: readonly string[]): readonly FileName[] =>
  FILES.filter((file) => words.includes(file) || words.includes('all'))

/** As mon's own, which may run as another user. */
const READABLE = 0o644

/** Sentences about what could not be written; none if all is well. */
export function saveState(state: State, words: readonly string[], statedir: string): readonly string[] {
  return named(words).flatMap((file) => {
    const path = join(statedir, file)
    const reason = replaceWhole(path, textOf(file, state), READABLE)
    return reason === null ? [] : [`${path}: ${reason}`]
  })
}

export interface FromFiles {
  /** `null`: no file was there, or none was asked for. */
  readonly loaded: LoadedState | null
  /** The files that were read: mon's words for them. */
  readonly files: readonly string[]
  /** Sentences about what could not be read. */
  readonly complaints: readonly string[]
  /** When the oldest of them was written, in milliseconds since 1970. */
  readonly written: number
}

/** `same`: a file with this text says nothing new, and is passed over. */
export function readState(
  words: readonly string[],
  statedir: string,
  same: (file: FileName) => string | null = () => null,
): FromFiles {
  const texts = new Map<FileName, string>()
  const complaints: string[] = []
  let written = Number.POSITIVE_INFINITY
  for (const file of named(words)) {
    const path = join(statedir, file)
    const read = readWhole(path)
    if (read.kind === 'unreadable') {
      complaints.push(`${path}: ${read.reason}`)
    } else if (read.text !== same(file)) {
      texts.set(file, read.text)
      written = Math.min(written, read.modified.getTime())
    }
  }
  if (texts.size === 0) return { loaded: null, files: [], complaints, written }
  const { loaded, complaints: said } = loadedFrom(texts.get('opstatus') ?? null, texts.get('disabled') ?? null)
  const about = [...texts.keys()].map((file) => join(statedir, file)).join(' or ')
  const lines = said.map((text) => `${about}, ${text}`)
  return { loaded, files: [...texts.keys()], complaints: [...complaints, ...lines], written }
}

/**
 * What mon's files say at a start with `-l`, and what became of them, as the end of a sentence. `remembered`: the state
 * that the journal kept. What this daemon knows better is not overwritten: it saves these files itself when it stops, and
 * the journal has more than they can hold.
 */
export function stateAtStart(
  words: readonly string[] | null,
  statedir: string,
  remembered: State | null,
): { readonly loaded: LoadedState | null; readonly text: string; readonly complaints: readonly string[] } {
  if (words === null) return { loaded: null, text: '', complaints: [] }
  const own = (file: FileName): string | null => (remembered === null ? null : textOf(file, remembered))
  const { loaded, files, complaints: said, written } = readState(words, statedir, own)
  const complaints = said.map((text) => messages.stateUnreadable(text).text)
  if (loaded === null) return { loaded, text: '', complaints }
  if (written + GRAIN < lastHeard(remembered)) {
    const remark = `the state files in ${statedir} are older than what is remembered, and were not loaded`
    return { loaded: null, text: '', complaints: [...complaints, remark] }
  }
  // As in mon, which starts with nothing disabled: what was enabled since is enabled.
  const replaces = files.includes('disabled') ? { replaces: true as const } : {}
  const whole = { ...loaded, disabled: { ...loaded.disabled, ...replaces } }
  return { loaded: whole, text: `; ${files.join(' and ')} loaded from ${statedir}`, complaints }
}

/** Times of files and of events are taken by different clocks; milliseconds. */
const GRAIN = 1000

const textOf = (file: FileName, state: State): string =>
  file === 'opstatus' ? opstatusFile(state) : disabledFile(state)

const lastHeard = (state: State | null): number =>
  Math.max(0, ...(state?.services ?? []).map(({ lastCheck, lastTrap }) => Math.max(lastCheck ?? 0, lastTrap ?? 0)))

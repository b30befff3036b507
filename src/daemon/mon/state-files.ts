/**
 * mon's state files in statedir: `opstatus` and `disabled`, written so that a crash leaves the old or the new one.
 * Source: mon manual, "savestate", "loadstate", "-l".
 */
import { join } from 'node:path'
import { readWhole, replaceWhole } from '../../edge/files/whole-file.ts'
import type { LoadedState } from '../../model/event.ts'
import type { Saved, State } from '../../model/state.ts'
import { disabledFile, loadedFrom, opstatusFile } from './saved-state.ts'

/** What `savestate` and `loadstate` may name; `all` is both. Other words mean nothing, as in mon. */
const FILES = ['opstatus', 'disabled'] as const
type FileName = (typeof FILES)[number]

const named = (words: readonly string[]): readonly FileName[] =>
  FILES.filter((file) => words.includes(file) || words.includes('all'))

/** Sentences about what could not be written; none if all is well. */
export function saveState(state: State, words: readonly string[], statedir: string): readonly string[] {
  return named(words).flatMap((file) => {
    const text = file === 'opstatus' ? opstatusFile(state) : disabledFile(state)
    const path = join(statedir, file)
    const reason = replaceWhole(path, text)
    return reason === null ? [] : [`${path} could not be written: ${reason}`]
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

export function readState(words: readonly string[], statedir: string): FromFiles {
  const texts = new Map<FileName, string>()
  const complaints: string[] = []
  let written = Number.POSITIVE_INFINITY
  for (const file of named(words)) {
    const path = join(statedir, file)
    const read = readWhole(path)
    if (read.kind === 'text') {
      texts.set(file, read.text)
      written = Math.min(written, read.modified.getTime())
    } else complaints.push(`${path} could not be read: ${read.reason}`)
  }
  if (texts.size === 0) return { loaded: null, files: [], complaints, written }
  const { loaded, complaints: said } = loadedFrom(texts.get('opstatus') ?? null, texts.get('disabled') ?? null)
  return { loaded, files: [...texts.keys()], complaints: [...complaints, ...said], written }
}

/** What mon's files say at a start with `-l`, and what became of them, as the end of a sentence. */
export function stateAtStart(
  words: readonly string[] | null,
  statedir: string,
  saved: Saved | null,
): { readonly loaded: LoadedState | null; readonly text: string; readonly complaints: readonly string[] } {
  if (words === null) return { loaded: null, text: '', complaints: [] }
  const { loaded, files, complaints, written } = readState(words, statedir)
  if (loaded === null) return { loaded, text: '', complaints }
  // What this daemon remembers itself is not overwritten with what was saved before it.
  const known = Math.max(
    0,
    ...(saved?.services ?? []).map(({ lastCheck, lastTrap }) => Math.max(lastCheck ?? 0, lastTrap ?? 0)),
  )
  if (written + 1000 < known) {
    const remark = `the state files in ${statedir} are older than what is remembered, and were not loaded`
    return { loaded: null, text: '', complaints: [...complaints, remark] }
  }
  return { loaded, text: `; ${files.join(' and ')} loaded from ${statedir}`, complaints }
}

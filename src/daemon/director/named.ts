/**
 * The files that a configuration names to be loaded beside it: `keepalived = PATH` and `director = PATH` of a mon.cf, and
 * `execute = FILE` of an ldirectord.cf. Each is read by what stands in it, and each once.
 */
import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Place } from '../../model/model.ts'
import { spanAt } from '../../parse/director/span-at.ts'
import { executedFiles } from '../../parse/ldirectord/resolve.ts'
import { errorAt, type Problem } from '../../parse/problem.ts'
import { quoted } from '../../parse/text/visible.ts'
import { configurationBytes } from '../configuration-bytes.ts'
import { type DirectorFile, formatOfBytes, readDirector } from './files.ts'

/** Files that one configuration may name, those that they name included. */
const MOST_FILES = 100
/** ldirectord(8): where it looks for a file without a path. */
const USUAL_PLACES = ['/etc/ha.d', '/etc/ha.d/conf']

export interface Named {
  readonly path: string
  readonly place: Place
}

export interface Unreadable {
  readonly code: string
  readonly place: Place
  readonly message: string
  readonly hint: string
}

export interface NamedFiles {
  readonly files: readonly DirectorFile[]
  /** Of the files. */
  readonly problems: readonly Problem[]
  /** Those that cannot be read, with the place that names them. */
  readonly unreadable: readonly Unreadable[]
}

/** `from`: the file that names them, under whose directory a relative path is. `alone`: the configuration itself, if it is one. */
export function namedFiles(named: readonly Named[], from: string, id: string, alone?: DirectorFile): NamedFiles {
  const reader = new Reader(id)
  if (alone === undefined) for (const one of named) reader.read(one, from)
  else reader.take(alone, resolve(from))
  return reader
}

class Reader implements NamedFiles {
  readonly files: DirectorFile[] = []
  readonly problems: Problem[] = []
  readonly unreadable: Unreadable[] = []
  readonly #known = new Set<string>()
  readonly #id: string

  constructor(id: string) {
    this.#id = id
  }

  /** `by`: the file that executes it. */
  read(named: Named, from: string, by?: DirectorFile): void {
    const path = found(named.path, dirname(from))
    if (this.#known.has(path)) return
    this.#known.add(path)
    if (this.#known.size > MOST_FILES) {
      if (this.#known.size === MOST_FILES + 1)
        this.#refuse(named, by, `more than ${MOST_FILES} files name each other`, 'name fewer')
      return
    }
    const answer = configurationBytes(path)
    if (answer.kind === 'unreadable') {
      const hint = "a relative path is under this file's directory"
      this.#refuse(named, by, `${quoted(path)} cannot be read: ${answer.reason}`, hint)
      return
    }
    const { bytes } = answer
    const format = formatOfBytes(bytes)
    if (format === 'mon') {
      const message = `${quoted(path)} is no keepalived.conf, lvs.cf or ldirectord.cf`
      this.#refuse(
        named,
        by,
        message,
        'a mon.cf is loaded by itself; "upalert check FILE" says what is wrong in this one',
      )
      return
    }
    const read = readDirector(path, bytes, format, this.#id)
    if (read.kind === 'read') this.take(read.file, path)
    else this.problems.push(...read.problems)
  }

  take(file: DirectorFile, path: string): void {
    this.#known.add(path)
    this.files.push(file)
    if (file.format === 'ldirectord') for (const one of executedFiles(file.file)) this.read(one, path, file)
  }

  #refuse({ place }: Named, by: DirectorFile | undefined, message: string, hint: string): void {
    if (by === undefined) this.unreadable.push({ code: 'director', place, message, hint })
    else this.problems.push(errorAt('director', spanAt(place, by.file), message, hint))
  }
}

function found(path: string, directory: string): string {
  const beside = resolve(directory, path)
  if (path.includes('/') || isFile(beside)) return beside
  return USUAL_PLACES.map((place) => resolve(place, path)).find(isFile) ?? beside
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/**
 * The files that `include PATTERN` of a keepalived.conf names, in the order of their names. Source: keepalived.conf(5),
 * "Including other files"; glob(7), with `{a,b}` as in GLOB_BRACE.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { IncludeAnswer, IncludeRequest } from '../parse/keepalived/includes.ts'
import { decode, LARGEST_FILE, type Source } from '../parse/source.ts'

/** Patterns that the braces of one may stand for, files that it may find, and directories that are looked through for it. */
const MOST_ALTERNATIVES = 1000
const MOST_FOUND = 2000
const MOST_DIRECTORIES = 1000

export function includedFiles({ pattern, from }: IncludeRequest): IncludeAnswer {
  const sources: Source[] = []
  const unreadable: { readonly file: string; readonly reason: string }[] = []
  // More than this is refused by the parser; it need not be in memory for that.
  let room = LARGEST_FILE
  for (const path of found(pattern, dirname(from))) {
    const read = readSource(path)
    if ('reason' in read) unreadable.push({ file: path, reason: read.reason })
    else sources.push(read)
    room -= 'text' in read ? read.text.length : 0
    if (room < 0) break
  }
  return { sources, unreadable }
}

function readSource(path: string): Source | { readonly reason: string } {
  try {
    const { mode } = statSync(path)
    if ((mode & 0o111) !== 0) return { reason: 'it is executable, and so no configuration: chmod a-x' }
    const decoded = decode(path, readFileSync(path), { comments: '#!' })
    const [fault] = decoded.problems
    if (decoded.kind === 'text' && fault?.severity !== 'error') return decoded.source
    return { reason: fault?.message ?? 'it is no text' }
  } catch (error) {
    return { reason: error instanceof Error && 'code' in error ? String(error.code) : String(error) }
  }
}

/** Regular files only, each once. */
function found(pattern: string, directory: string): readonly string[] {
  const paths = new Set<string>()
  const walk = new Walk()
  for (const one of alternatives(pattern)) {
    const parts = resolve(directory, one)
      .split('/')
      .filter((part) => part !== '')
    for (const path of walk.matching('/', parts)) {
      if (isFile(path)) paths.add(path)
      if (paths.size >= MOST_FOUND) return [...paths]
    }
  }
  return [...paths]
}

/** `{a,b}.conf` is two patterns. One that is not closed is a name like any other. */
function alternatives(pattern: string): readonly string[] {
  const done: string[] = []
  const open = [pattern]
  while (open.length > 0 && done.length + open.length < MOST_ALTERNATIVES) {
    const next = open.shift() ?? ''
    const match = /^([^{]*)\{([^{}]*)\}(.*)$/s.exec(next) ?? /^(.*)\{([^{}]*)\}(.*)$/s.exec(next)
    if (match === null) done.push(next)
    else open.unshift(...(match[2] ?? '').split(',').map((part) => `${match[1]}${part}${match[3]}`))
  }
  return done
}

/** Through directories, of which only so many are read: a pattern of stars alone would read the whole disk. */
class Walk {
  #left = MOST_DIRECTORIES

  #names(directory: string, part: string): readonly string[] {
    if (!/[*?[]/.test(part)) return [part]
    if (this.#left === 0) return []
    this.#left -= 1
    const signs = signsOf(part)
    const hidden = part.startsWith('.')
    return namesIn(directory).filter((name) => (hidden || !name.startsWith('.')) && fits([...name], signs))
  }

  *matching(directory: string, [part, ...rest]: readonly string[]): Generator<string> {
    if (part === undefined) {
      yield directory
      return
    }
    for (const name of this.#names(directory, part)) {
      const path = join(directory, name)
      if (rest.length === 0) yield path
      else yield* this.matching(path, rest)
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

type Sign = '*' | ((char: string) => boolean)

/** A `[` that nobody closes is an ordinary letter. */
function signsOf(part: string): readonly Sign[] {
  return [...part.matchAll(/\*+|\[([!^]?)(\]?[^\]]*)\]|./gsu)].map(([whole, not, inner]): Sign => {
    if (whole.startsWith('*')) return '*'
    if (inner !== undefined) return (char) => isIn(char, inner) === (not === '')
    return whole === '?' ? () => true : (char) => char === whole
  })
}

function isIn(char: string, set: string): boolean {
  const ranges = [...set.matchAll(/(.)-(.)|./gsu)]
  return ranges.some(([one, from, to]) =>
    from !== undefined && to !== undefined ? from <= char && char <= to : char === one,
  )
}

/** Only the last star is tried again, which is enough, so that many of them take no longer. */
function fits(name: readonly string[], signs: readonly Sign[]): boolean {
  let at = 0
  let sign = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const one = signs[sign]
    const char = name[at] ?? ''
    if (one === '*') {
      star = sign
      starAt = at
      sign += 1
    } else if (one?.(char) === true) {
      at += 1
      sign += 1
    } else if (star >= 0) {
      starAt += 1
      at = starAt
      sign = star + 1
    } else return false
  }
  while (signs[sign] === '*') sign += 1
  return sign === signs.length
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

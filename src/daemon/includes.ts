/**
 * The files that `include PATTERN` of a keepalived.conf names, in the order of their names. Source: keepalived.conf(5),
 * "Including other files"; glob(7), with `{a,b}` as in GLOB_BRACE.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { IncludeAnswer, IncludeRequest } from '../parse/keepalived/includes.ts'
import { decode, type Source } from '../parse/source.ts'

/** Patterns that the braces of one may stand for, and files that it may find. */
const MOST_ALTERNATIVES = 1000
const MOST_FOUND = 2000

export function includedFiles({ pattern, from }: IncludeRequest): IncludeAnswer {
  const sources: Source[] = []
  const unreadable: { readonly file: string; readonly reason: string }[] = []
  for (const path of found(pattern, dirname(from))) {
    const read = readSource(path)
    if ('reason' in read) unreadable.push({ file: path, reason: read.reason })
    else sources.push(read)
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
  const paths: string[] = []
  for (const one of alternatives(pattern)) {
    const parts = resolve(directory, one)
      .split('/')
      .filter((part) => part !== '')
    for (const path of matching('/', parts)) {
      if (paths.length >= MOST_FOUND) return paths
      if (!paths.includes(path) && isFile(path)) paths.push(path)
    }
  }
  return paths
}

/** `{a,b}.conf` is two patterns. One that is not closed is a name like any other. */
function alternatives(pattern: string): readonly string[] {
  const done: string[] = []
  const open = [pattern]
  for (
    let next = open.shift();
    next !== undefined && done.length + open.length < MOST_ALTERNATIVES;
    next = open.shift()
  ) {
    const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(next)
    if (match === null) done.push(next)
    else open.unshift(...(match[2] ?? '').split(',').map((part) => `${match[1]}${part}${match[3]}`))
  }
  return done
}

function matching(directory: string, [part, ...rest]: readonly string[]): readonly string[] {
  if (part === undefined) return [directory]
  const names = /[*?[]/.test(part) ? namesIn(directory).filter(fits(part)) : [part]
  const paths = names.map((name) => join(directory, name))
  return rest.length === 0 ? paths : paths.flatMap((path) => matching(path, rest))
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

/** `*` and `?` do not stand for a dot at the beginning. A `[` that nobody closes is an ordinary letter. */
function fits(part: string): (name: string) => boolean {
  const body = part.replace(
    /\[([!^]?)(\]?[^\]]*)\]|[^\w]/g,
    (all, not: string | undefined, inner: string | undefined) => {
      if (inner !== undefined) return `[${not === '' ? '' : '^'}${inner.replace(/[\\\]^]/g, '\\$&')}]`
      return all === '*' ? '[^/]*' : all === '?' ? '[^/]' : `\\${all}`
    },
  )
  const hidden = part.startsWith('.')
  const pattern = expression(`^${body}$`)
  return (name) => pattern.test(name) && (hidden || !name.startsWith('.'))
}

/** A range that ends before it begins matches nothing. */
function expression(text: string): RegExp {
  try {
    return new RegExp(text, 's')
  } catch {
    return /(?!)/
  }
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

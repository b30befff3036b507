/**
 * keepalived.conf from its path to what it means: reads it and what it includes, looks at the programs it calls, and joins
 * it with a mon.cf that names it. Everything is read again at each reload.
 */
import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, resolve } from 'node:path'
import type { Place, Settings } from '../model/model.ts'
import { Services } from '../parse/director/services.ts'
import type { KeepalivedFile } from '../parse/keepalived/file.ts'
import type { IncludeAnswer } from '../parse/keepalived/includes.ts'
import { nothingIncluded } from '../parse/keepalived/includes.ts'
import { readKeepalived } from '../parse/keepalived/parse.ts'
import { isKeepalived } from '../parse/keepalived/recognise.ts'
import { type KeepalivedSurroundings, type ResolvedKeepalived, resolveKeepalived } from '../parse/keepalived/resolve.ts'
import type { Problem } from '../parse/problem.ts'
import { decode, LARGEST_FILE } from '../parse/source.ts'
import { quoted } from '../parse/text/visible.ts'
import { includedFiles } from './includes.ts'
import { scriptAccount, scriptProblems } from './scripts.ts'

/** The id that `@ID` lines are chosen by: what -i says, else the host's name up to the first dot, as in keepalived. */
export const configurationId = (given: string | undefined): string => given ?? hostname().split('.')[0] ?? ''

/** By what stands in it, however its letters are coded. */
export const isKeepalivedBytes = (bytes: Uint8Array): boolean =>
  isKeepalived(new TextDecoder('latin1').decode(bytes.subarray(0, LARGEST_FILE)))

export type KeepalivedRead =
  | { readonly kind: 'read'; readonly file: KeepalivedFile }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

export function readKeepalivedBytes(path: string, bytes: Uint8Array, id: string): KeepalivedRead {
  const decoded = decode(path, bytes, { comments: '#!' })
  if (decoded.kind === 'unreadable') return { kind: 'failed', problems: decoded.problems }
  const reading = readKeepalived(decoded.source, { id, former: decoded.problems })
  let answer: IncludeAnswer = nothingIncluded
  for (;;) {
    const step = reading.next(answer)
    if (step.done === true) return { kind: 'read', file: step.value }
    answer = includedFiles(step.value)
  }
}

interface Unreadable {
  readonly code: string
  readonly place: Place
  readonly message: string
  readonly hint: string
}

interface NamedFiles {
  readonly files: readonly KeepalivedFile[]
  /** Of the files. */
  readonly problems: readonly Problem[]
  /** Those that cannot be read, with the place that names them. */
  readonly unreadable: readonly Unreadable[]
}

/** The files of `keepalived = PATH`; a relative path is under the directory of the file that names it. */
export function namedFiles({ keepalived }: Settings, file: string, id: string): NamedFiles {
  const files: KeepalivedFile[] = []
  const problems: Problem[] = []
  const unreadable = keepalived.flatMap(({ path, place }) => {
    const whole = resolve(dirname(file), path)
    const bytes = bytesOf(whole)
    const hint = "a relative path is under this file's directory"
    const message = `${quoted(whole)} does not exist, or this user may not read it`
    if (bytes === null) return [{ code: 'keepalived', place, message, hint }]
    const read = readKeepalivedBytes(whole, bytes, id)
    if (read.kind === 'read') files.push(read.file)
    else problems.push(...read.problems)
    return []
  })
  return { files, problems, unreadable }
}

function bytesOf(path: string): Uint8Array | null {
  try {
    return statSync(path).isFile() ? readFileSync(path) : null
  } catch {
    return null
  }
}

export interface KeepalivedParts {
  readonly parts: readonly ResolvedKeepalived[]
  readonly problems: readonly Problem[]
  readonly omitted: number
}

/** Files that share their checks with each other. */
export function understood(
  files: readonly KeepalivedFile[],
  modules: Pick<KeepalivedSurroundings, 'monitors' | 'alerts'>,
): KeepalivedParts {
  const services = new Services()
  const surroundings = { ...modules, scriptAccount: scriptAccount() }
  const parts = files.map((file) => resolveKeepalived(file, surroundings, services))
  return {
    parts,
    problems: parts.flatMap(({ file, problems }) => [...problems, ...scriptProblems(file)]),
    omitted: parts.reduce((sum, part) => sum + part.omitted, 0),
  }
}

/**
 * keepalived.conf from its path to what it means: reads it and what it includes, looks at the programs it calls, and joins
 * it with a mon.cf that names it. Everything is read again at each reload.
 */
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { fileProblem } from '../parse/check.ts'
import type { KeepalivedFile } from '../parse/keepalived/file.ts'
import type { IncludeAnswer } from '../parse/keepalived/includes.ts'
import { nothingIncluded } from '../parse/keepalived/includes.ts'
import { readKeepalived } from '../parse/keepalived/parse.ts'
import { Services } from '../parse/keepalived/resolve/services.ts'
import { type KeepalivedSurroundings, type ResolvedKeepalived, resolveKeepalived } from '../parse/keepalived/resolve.ts'
import type { Problem } from '../parse/problem.ts'
import { decode } from '../parse/source.ts'
import { includedFiles } from './includes.ts'
import { scriptAccount, scriptProblems } from './scripts.ts'

/** The id that `@ID` lines are chosen by: what -i says, else the host's name up to the first dot, as in keepalived. */
export const configurationId = (given: string | undefined): string => given ?? hostname().split('.')[0] ?? ''

export type KeepalivedRead =
  | { readonly kind: 'read'; readonly file: KeepalivedFile }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

export function readKeepalivedFile(path: string, id: string): KeepalivedRead {
  try {
    return readKeepalivedBytes(path, readFileSync(path), id)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', problems: [fileProblem(path, reason)] }
  }
}

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

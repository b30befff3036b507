/** Which format a file has, and its text as that format's tree: keepalived.conf, lvs.cf or ldirectord.cf. */
import type { KeepalivedFile } from '../../parse/keepalived/file.ts'
import { nothingIncluded } from '../../parse/keepalived/includes.ts'
import { readKeepalived } from '../../parse/keepalived/parse.ts'
import type { LdirectordFile } from '../../parse/ldirectord/file.ts'
import { parseLdirectord } from '../../parse/ldirectord/parse.ts'
import type { LvsFile } from '../../parse/lvs/file.ts'
import { parseLvs } from '../../parse/lvs/parse.ts'
import type { Problem } from '../../parse/problem.ts'
import { type DirectorFormat, type Format, formatOf } from '../../parse/recognise.ts'
import { decode, LARGEST_FILE, type Source } from '../../parse/source.ts'
import { includedFiles } from '../includes.ts'

export type DirectorFile =
  | { readonly format: 'keepalived'; readonly file: KeepalivedFile }
  | { readonly format: 'lvs'; readonly file: LvsFile }
  | { readonly format: 'ldirectord'; readonly file: LdirectordFile }

export type DirectorRead =
  | { readonly kind: 'read'; readonly file: DirectorFile }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[] }

/** By what stands in it, however its letters are coded. */
export const formatOfBytes = (bytes: Uint8Array): Format =>
  formatOf(new TextDecoder('latin1').decode(bytes.subarray(0, LARGEST_FILE)))

/** `id`: what `@ID` lines of a keepalived.conf are chosen by. */
export function readDirector(path: string, bytes: Uint8Array, format: DirectorFormat, id: string): DirectorRead {
  const decoded = decode(path, bytes, { comments: format === 'keepalived' ? '#!' : '#' })
  if (decoded.kind === 'unreadable') return { kind: 'failed', problems: decoded.problems }
  return { kind: 'read', file: parsed(decoded.source, decoded.problems, format, id) }
}

function parsed(source: Source, former: readonly Problem[], format: DirectorFormat, id: string): DirectorFile {
  switch (format) {
    case 'keepalived':
      return { format, file: wholeKeepalived(source, former, id) }
    case 'lvs':
      return { format, file: parseLvs(source, { former }) }
    case 'ldirectord':
      return { format, file: parseLdirectord(source, { former }) }
  }
}

function wholeKeepalived(source: Source, former: readonly Problem[], id: string): KeepalivedFile {
  const reading = readKeepalived(source, { id, former })
  let answer = nothingIncluded
  for (;;) {
    const step = reading.next(answer)
    if (step.done === true) return step.value
    answer = includedFiles(step.value)
  }
}

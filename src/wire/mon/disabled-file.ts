/**
 * mon's file `disabled`: which hosts, watches and services are disabled, one a line. Loading it never enables anything.
 * Source: the file that `savestate disabled` of Debian's mon 1.3.6 writes, and what `loadstate` makes of it.
 */
import { type Complaint, complaints } from './complaint.ts'
import { splitFirst } from './request.ts'

export type Disabled =
  /** In every group that has it. */
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'watch'; readonly group: string }
  | { readonly kind: 'service'; readonly group: string; readonly service: string }

export function encodeDisabledFile(entries: readonly Disabled[]): string {
  return entries.map((entry) => `disable ${entry.kind} ${operand(entry)}\n`).join('')
}

function operand(entry: Disabled): string {
  switch (entry.kind) {
    case 'host':
      return entry.host
    case 'watch':
      return entry.group
    case 'service':
      return `${entry.group} ${entry.service}`
  }
}

export interface DisabledEntries {
  /** In the file's order; names that no mon.cf has are for the caller to see. */
  readonly entries: readonly Disabled[]
  readonly complaints: readonly Complaint[]
}

/** Any text is an answer. */
export function decodeDisabledFile(text: string): DisabledEntries {
  const { list, complain } = complaints()
  const entries: Disabled[] = []
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const entry = readEntry(line)
    if (entry === null) complain(index + 1, 'is not disable host H, disable watch G, or disable service G S')
    else entries.push(entry)
  }
  return { entries, complaints: list }
}

function readEntry(line: string): Disabled | null {
  const { words, rest } = splitFirst(line, 4)
  const [disable, what, first, second] = words
  if (disable !== 'disable' || first === undefined || rest !== '') return null
  if (what === 'service') return second === undefined ? null : { kind: what, group: first, service: second }
  if (second !== undefined) return null
  if (what === 'host') return { kind: what, host: first }
  return what === 'watch' ? { kind: what, group: first } : null
}

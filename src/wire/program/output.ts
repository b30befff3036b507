/**
 * What a monitor's program printed, read as mon reads it: the first line is the summary, which names the hosts that
 * failed; everything behind it is the detail. The bytes come from outside, so nothing of them is trusted.
 * Source: spec mon 2.7; DESIGN.md, "A verdict belongs to a host".
 */
import { shorten } from '../mail/safe-text.ts'

export interface ProgramOutput {
  /** The first line as it came, for finding host names in it. */
  readonly firstLine: string
  /** The first line with its blanks as they are, without what could move a cursor, cut at SUMMARY_LIMIT; may be blank. */
  readonly summary: string
  /** The other lines, with their line breaks and tabs and no other control characters. */
  readonly detail: string
  /** The output was cut within its first line: what would have followed on it is not known. */
  readonly firstLineCut: boolean
}

/** Characters of a summary that are shown and mailed: room for a few hundred host names. */
const SUMMARY_LIMIT = 4096
/** Controls other than tab, line feed and carriage return. */
const CONTROLS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g

export function readOutput(bytes: Uint8Array, { truncated }: { truncated: boolean }): ProgramOutput {
  const text = new TextDecoder().decode(bytes)
  const end = text.indexOf('\n')
  const firstLine = end < 0 ? text : text.slice(0, end)
  return {
    firstLine,
    summary: shorten(harmless(firstLine), SUMMARY_LIMIT),
    detail: end < 0 ? '' : text.slice(end + 1).replace(CONTROLS, '\ufffd'),
    firstLineCut: end < 0 && truncated,
  }
}

/** Controls, bidi marks and the like become question marks; a carriage return at the end goes. */
const harmless = (line: string): string =>
  line
    .replace(/\r$/, '')
    .replace(/\t/g, ' ')
    .replace(/[\p{C}\u2028\u2029]/gu, '?')

/**
 * The hosts that a summary line names as whole words: `web1` is named by "web1, web2", "web1:80" and "(web1)", but not
 * by "web10", "web1.example.com" or "db-web1". Upper and lower case are the same, as in DNS.
 */
export function hostsNamed<Host extends string>(output: ProgramOutput, hosts: readonly Host[]): Set<Host> {
  // A line that was cut may end within a name: "web1" may have been the beginning of "web10".
  const line = output.firstLineCut ? output.firstLine.replace(/\S*$/, '') : output.firstLine
  const words = new Set<string>()
  for (const word of line.toLowerCase().split(/\s+/)) {
    words.add(word)
    for (const piece of word.split(/[\s,;()<>[\]{}"'`=|/@]+/)) addForms(piece, words)
  }
  return new Set(hosts.filter((host) => words.has(host.toLowerCase())))
}

/** A piece as it is, without the mark that ends a phrase, and without a port. */
function addForms(piece: string, words: Set<string>): void {
  const bare = piece.replace(/[.:!?]+$/, '')
  words.add(piece).add(bare)
  const port = /^([^:]+):\d+$/.exec(bare)
  if (port?.[1] !== undefined) words.add(port[1])
}

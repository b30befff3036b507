/**
 * mon's escapes: a byte that could end a word, a quoted text or a line is written as a backslash and two lower-case hex
 * digits. Three strengths, one way back. Texts are Unicode here and UTF-8 on the wire.
 * Source: mon's client protocol, trap packets and state files as Debian's mon 1.3.6 writes and reads them.
 */

/** Runs of what may not stand as it is: all but the visible ASCII characters, and both quotes. */
const UNSAFE = /[^!#-&(-~]+/g
const UNSAFE_IN_QUOTES = /[^!#-&(-[\]-~]+/g
const UNSAFE_ANYWHERE = /[^!#-&(-<>-[\]-~]+/g
const ESCAPES = /(?:\\[0-9a-f]{2})+/g
/** A backslash and two digits. */
const ESCAPE_LENGTH = 3
const BACKSLASH = 92
/** By byte. */
const ESCAPED = Array.from({ length: 256 }, (_, byte) => `\\${byte.toString(16).padStart(2, '0')}`)

const utf8 = new TextEncoder()
// A byte order mark inside a text is a character like others.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** Every byte up to 32, from 127 on, and both quotes as `\xx`. A backslash stays, so `\41` comes back as `A`. */
export function escaped(from: string): string {
  return from.replace(UNSAFE, (run) => hex(utf8.encode(run)))
}

/** The same with backslashes doubled. They stay doubled when mon or its clients read it. */
export function escapedForQuotes(from: string): string {
  return from.replace(UNSAFE_IN_QUOTES, (run) => {
    let bytes = ''
    for (const byte of utf8.encode(run)) bytes += byte === BACKSLASH ? '\\\\' : ESCAPED[byte]
    return bytes
  })
}

/**
 * The same with backslash and `=` as `\5c` and `\3d`: what both mon and upalert read back whole wherever they unescape.
 * mon itself never writes these two, and loses texts with them.
 */
export function escapedWhole(from: string): string {
  return from.replace(UNSAFE_ANYWHERE, (run) => hex(utf8.encode(run)))
}

/**
 * `\xx` becomes its byte; everything else stays, also a doubled backslash and `\XX`. Bytes that are not UTF-8 become
 * U+FFFD.
 */
export function unescaped(from: string): string {
  return from.replace(ESCAPES, (run) => {
    const bytes = new Uint8Array(run.length / ESCAPE_LENGTH)
    for (let at = 0; at < bytes.length; at++) {
      bytes[at] = Number.parseInt(run.slice(at * ESCAPE_LENGTH + 1, (at + 1) * ESCAPE_LENGTH), 16)
    }
    return decoder.decode(bytes)
  })
}

function hex(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += ESCAPED[byte]
  return text
}

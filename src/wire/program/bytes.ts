/**
 * Bytes from outside as text that can be turned back into the very same bytes: what is not UTF-8 becomes lone surrogates,
 * U+DC80 to U+DCFF for the bytes 0x80 to 0xff, which no valid UTF-8 contains (RFC 3629 §3). Python calls it surrogateescape
 * (PEP 383).
 */

export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return escapedText(bytes)
  }
}

/** The bytes behind a text: a lone surrogate of U+DC80 to U+DCFF is one byte, any other is U+FFFD as everywhere. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3)
  let written = 0
  for (const piece of text.split(ESCAPED)) {
    const code = piece.length === 1 ? piece.charCodeAt(0) : 0
    if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes[written++] = code - ESCAPE
    else written += encoder.encodeInto(piece, bytes.subarray(written)).written
  }
  return bytes.subarray(0, written)
}

/** A byte order mark is text like any other here. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const encoder = new TextEncoder()

const ESCAPE = 0xdc00
const ESCAPED = /((?<![\ud800-\udbff])[\udc80-\udcff])/

function escapedText(bytes: Uint8Array): string {
  const pieces: string[] = []
  let valid = 0
  let at = 0
  while (at < bytes.length) {
    const length = sequenceAt(bytes, at)
    if (length === 0) {
      pieces.push(strict.decode(bytes.subarray(valid, at)), String.fromCharCode(ESCAPE + (bytes[at] ?? 0)))
      valid = at + 1
    }
    at += Math.max(1, length)
  }
  pieces.push(strict.decode(bytes.subarray(valid)))
  return pieces.join('')
}

/** Bytes of the UTF-8 sequence at this place; 0 where there is none. RFC 3629 §4, the syntax of byte sequences. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const length = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
  const [least, most] = secondByte[first] ?? [0x80, 0xbf]
  for (let i = 1; i < length; i += 1) {
    const next = bytes[at + i] ?? 0
    if (i === 1 ? next < least || next > most : next < 0x80 || next > 0xbf) return 0
  }
  return length
}

/** First bytes that leave less room to the second: no overlong forms, no surrogates, nothing beyond U+10FFFF. */
const secondByte: Readonly<Record<number, readonly [number, number]>> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
}

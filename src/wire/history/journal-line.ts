/**
 * The journal's files: one record a line, each a JSON object that begins with the CRC-32 of its own remaining bytes,
 * `{"crc":"1c291ca3","seq":7,…}`. A line that was cut by a crash or changed by a bad disk is recognised by it, and
 * `jq` reads the file as it is. Own format; the checksum is handed in because it comes from zlib.
 */
import type { Commit } from '../../model/commit.ts'
import type { Saved } from '../../model/state.ts'

/** CRC-32 as zlib has it, of bytes, as an unsigned number. */
type Checksum = (bytes: Uint8Array) => number

/** The whole state as it was after commit `seq`. */
export interface Snapshot {
  readonly seq: number
  readonly saved: Saved
}

/** What the bytes of one segment hold. */
export interface Scan {
  readonly commits: readonly Commit[]
  /** Lines that are damaged although sound lines follow: not a crash in the act of writing, but a disk or an editor. */
  readonly damaged: number
  /** Length of the part that ends with the last sound line; what follows was torn off by a crash. */
  readonly sound: number
}

const NEWLINE = 10
const utf8 = new TextEncoder()
const text = new TextDecoder()
const opening = utf8.encode('{"crc":"')
const closing = utf8.encode('",')
const HEX_DIGITS = 8
/** Where the checked bytes begin. */
const BODY = opening.length + HEX_DIGITS + closing.length

/** A record as its line, newline included. It must be an object with at least one property. */
export function encodeLine(record: Commit | Snapshot, checksum: Checksum): Uint8Array {
  const body = utf8.encode(JSON.stringify(record).slice(1))
  const line = new Uint8Array(BODY + body.length + 1)
  line.set(opening, 0)
  line.set(utf8.encode(hex(checksum(body))), opening.length)
  line.set(closing, opening.length + HEX_DIGITS)
  line.set(body, BODY)
  line[line.length - 1] = NEWLINE
  return line
}

/** The commits in a segment's bytes, and what of it is not sound. Any bytes are an answer. */
export function scanSegment(bytes: Uint8Array, checksum: Checksum): Scan {
  const commits: Commit[] = []
  let damaged = 0
  let suspects = 0
  let sound = 0
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(NEWLINE, start)
    if (end < 0) break
    const record = decodeLine(bytes.subarray(start, end), checksum)
    if (record !== null && isCommit(record)) {
      commits.push(record)
      // What was unsound before this line is followed by a sound one: it was not the end of the file that was torn.
      damaged += suspects
      suspects = 0
      sound = end + 1
    } else {
      suspects += 1
    }
    start = end + 1
  }
  return { commits, damaged, sound }
}

/** The snapshot in a file's bytes; `null` if it is damaged. */
export function decodeSnapshot(bytes: Uint8Array, checksum: Checksum): Snapshot | null {
  const end = bytes.indexOf(NEWLINE)
  const record = end < 0 ? null : decodeLine(bytes.subarray(0, end), checksum)
  return record !== null && isSnapshot(record) ? record : null
}

/** The object of one line without its newline; `null` if its checksum does not fit. */
function decodeLine(line: Uint8Array, checksum: Checksum): object | null {
  if (line.length <= BODY || text.decode(line.subarray(0, opening.length)) !== '{"crc":"') return null
  const body = line.subarray(BODY)
  if (text.decode(line.subarray(opening.length, BODY)) !== `${hex(checksum(body))}",`) return null
  try {
    const record: unknown = JSON.parse(`{${text.decode(body)}`)
    return typeof record === 'object' ? record : null
  } catch {
    return null
  }
}

function hex(checksum: number): string {
  return checksum.toString(16).padStart(HEX_DIGITS, '0')
}

/** The checksum vouches for the inside; this only tells the kinds of record apart. */
function isCommit(record: object): record is Commit {
  return 'seq' in record && typeof record.seq === 'number' && 'patch' in record && 'entries' in record
}

function isSnapshot(record: object): record is Snapshot {
  return 'seq' in record && typeof record.seq === 'number' && 'saved' in record
}

/**
 * The messages in what a PostgreSQL sends, handed on whole, and only if the driver can read them: it would look for ever for the
 * end of an error that has none.
 * Source: PostgreSQL's manual, "Message Formats" (ErrorResponse, NoticeResponse).
 */

const ERROR = 0x45
const NOTICE = 0x4e
/** A letter, and four bytes of length that count themselves. */
const HEAD = 5
const LENGTH = 4

/** Makes of each piece the messages that it completes; `null`: this is no PostgreSQL. */
export function wholeMessages(): (bytes: Buffer) => Buffer | null {
  let pieces: Buffer[] = []
  let received = 0
  /** Bytes that the first message has, as far as is known: they are put together only when they are all there. */
  let wanted = HEAD
  return (bytes) => {
    pieces.push(bytes)
    received += bytes.length
    if (received < wanted) return Buffer.alloc(0)
    const all = Buffer.concat(pieces)
    const end = endOfWhole(all)
    if (end === null) return null
    const rest = all.subarray(end)
    pieces = [rest]
    received = rest.length
    wanted = rest.length < HEAD ? HEAD : 1 + rest.readUInt32BE(1)
    return all.subarray(0, end)
  }
}

/** Where the last message ends that is all there; `null`: one of them cannot be read. */
function endOfWhole(all: Buffer): number | null {
  let at = 0
  while (at + HEAD <= all.length) {
    const length = all.readUInt32BE(at + 1)
    if (length < LENGTH) return null
    const next = at + 1 + length
    if (next > all.length) return at
    const letter = all[at]
    if ((letter === ERROR || letter === NOTICE) && !isFields(all.subarray(at + HEAD, next))) return null
    at = next
  }
  return at
}

/** Each is a letter and a text that ends with a zero; where another letter would stand there is a zero. */
function isFields(body: Buffer): boolean {
  let at = 0
  while (at < body.length && body[at] !== 0) {
    const end = body.indexOf(0, at + 1)
    if (end === -1) return false
    at = end + 1
  }
  return body[at] === 0
}

/**
 * What the header of a DNS message says, and nothing behind it: that is all that DNS_CHECK looks at.
 * Source: RFC 1035 §4.1.1; RFC 2136 §2.2 (rcodes 6 to 10).
 */

const HEADER_BYTES = 12
const QR = 0x8000

const RCODES = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED', 'YXDOMAIN', 'YXRRSET', 'NXRRSET']

/** `null`: too short for a header, a question, or of another id. */
export function rcodeOfReply(bytes: Buffer, id: number): { readonly code: number; readonly name: string } | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== id) return null
  const flags = bytes.readUInt16BE(2)
  return (flags & QR) === 0 ? null : { code: flags & 0xf, name: rcodeName(flags & 0xf) }
}

export const rcodeName = (code: number): string => RCODES[code] ?? `RCODE${code}`

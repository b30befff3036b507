/** Which check to propose for a port, and the short ways to write one: `http /health`, `https`. */
import type { Protocol } from '../../model/table.ts'

/** By what usually stands behind the port. IMAP and LDAP wait for a login that only their operator knows. */
const TCP: Readonly<Record<number, string>> = {
  21: 'ftp',
  25: 'smtp',
  80: 'http --url /',
  110: 'pop3',
  119: 'nntp',
  443: 'http --tls --url /',
  587: 'smtp',
  8000: 'http --url /',
  8080: 'http --url /',
  8443: 'http --tls --url /',
}

/** One that works without knowing more than the port. */
export function proposedCheck(port: number, protocol: Protocol): string {
  // Nothing here speaks SCTP; that the machine lives is all that can be asked.
  if (protocol === 'sctp') return 'ping'
  if (protocol === 'udp') return port === 53 ? 'dns-check' : 'udp'
  return TCP[port] ?? 'tcp'
}

/** As mon.cf has it. */
export function expanded(text: string): string {
  const words = text.trim()
  const short = /^(https?)(?:[ \t]+(\/\S*))?(?=[ \t]|$)(.*)$/.exec(words)
  if (short === null) return words
  const [, scheme, path, rest = ''] = short
  const tls = scheme === 'https' ? ' --tls' : ''
  return path === undefined ? `http${tls}${rest}` : `http${tls} --url ${path}${rest}`
}

/** Which check to propose for a port, and the short ways to write one: `http /health`, `https`. */
import type { Protocol } from '../../model/table.ts'

/** By what usually stands behind the port. What waits for a login is asked for its greeting, which needs none. */
const TCP: Readonly<Record<number, string>> = {
  21: 'ftp',
  22: 'expect --expect SSH-',
  25: 'smtp',
  80: 'http --url /',
  110: 'pop3',
  119: 'nntp',
  143: "expect --expect '* OK'",
  443: 'http --tls --url /',
  465: 'expect --tls --expect 220',
  587: 'smtp',
  993: "expect --tls --expect '* OK'",
  995: 'expect --tls --expect +OK',
  8000: 'http --url /',
  8080: 'http --url /',
  8443: 'http --tls --url /',
}
const UDP: Readonly<Record<number, string>> = { 53: 'dns-check' }

/** One that works without knowing more than the port. */
export function proposedCheck(port: number, protocol: Protocol): string {
  switch (protocol) {
    case 'tcp':
      return TCP[port] ?? 'tcp'
    case 'udp':
      return UDP[port] ?? 'udp'
    case 'sctp':
      // No check here speaks it; that the machine lives is all that can be asked.
      return 'ping'
  }
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

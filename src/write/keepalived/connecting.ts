/** The lines that say whom a checker connects to, and from where. Source: keepalived.conf(5), "Healthchecker". */
import { parseAddress } from '../../parse/text/endpoint.ts'
import { isOn, lose, numberIn, type Question, textIn } from './checker.ts'

interface Way {
  /** `null`: it connects to none (PING_CHECK). */
  readonly port: number | null
  /** What it takes where no port is written; otherwise that of the real server. */
  readonly usualPort?: number
}

/** `null` where it cannot be reached from a keepalived.conf, which is told. */
export function connectingLines(question: Question, { port, usualPort }: Way): string[] | null {
  const { check, options, server } = question
  const target = parseAddress(textIn(options, 'connectIp') ?? check.host)
  if (target === null) {
    lose(question, `keepalived looks up no names: write the address of ${check.host} in connect_ip`)
    return null
  }
  const usual = server.port === 0 ? (usualPort ?? 0) : server.port
  const lines: string[] = []
  if (target.address !== server.address) lines.push(`connect_ip ${target.address}`)
  if (port !== null && port !== usual) lines.push(`connect_port ${port}`)
  const words = [
    ['bindto', textIn(options, 'source')],
    ['bind_port', numberIn(options, 'bindPort')],
    ['bind_if', textIn(options, 'bindIf')],
    ['fwmark', numberIn(options, 'mark')],
  ] as const
  for (const [word, value] of words) if (value !== undefined) lines.push(`${word} ${value}`)
  return lines
}

/** Milliseconds for one host: what the check says, and never more than its service may take. */
export function hostTime({ options, service }: Question, standardSeconds: number): number {
  const own = numberIn(options, 'timeout')
  const time = (own === undefined || own === 0 ? standardSeconds : own) * 1000
  return Math.min(time, service.timeout)
}

/** A certificate is never looked at by keepalived. */
export function loseVerify(question: Question): void {
  if (!isOn(question.options, 'verify')) return
  lose(question, 'SSL_GET does not look at the certificate: watch its end with a MISC_CHECK of your own')
}

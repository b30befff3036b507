/** The words of a checker -> the module that asks the question, and its options. Source: keepalived.conf(5); monitors/. */
import type { TableDestinationId } from '../../../model/table.ts'
import type { Milliseconds } from '../../../model/units.ts'
import { quoted } from '../../text/visible.ts'
import type { Checker } from '../file.ts'
import { spanOf, type Word } from '../line.ts'
import type { Setting } from '../settings.ts'
import type { Around } from './around.ts'
import { httpOptions } from './asked-http.ts'
import { fileOptions, miscOptions } from './asked-local.ts'
import type { Level, Levels } from './inherited.ts'

export interface Asked {
  readonly checker: Checker
  /** Where the words stand that say whom to connect to: the checker's, or those of an old sub-block of it. */
  readonly connection: Connection
  readonly server: TableDestinationId
  /** Nearest first; the last is the virtual server's. */
  readonly levels: Levels
}

/** Options of a module, and the word that each comes from. */
export interface AskedOptions {
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
  readonly words: Readonly<Record<string, Word>>
}

export interface Times {
  readonly timeout: Milliseconds
  readonly interval: Milliseconds
}

export interface Connection extends Level {
  readonly connect_ip?: Setting<{ readonly address: string }>
  readonly connect_port?: Setting<number>
  readonly bindto?: Setting<{ readonly address: string }>
  readonly bind_port?: Setting<number>
  readonly bind_if?: Setting<string>
  readonly fwmark?: Setting<number>
}

/** keepalived.conf(5), SMTP_CHECK. */
export const HELO_NAME = 'smtpchecker.keepalived.org'
/** DNS_CHECK asks here where neither it nor its server names a port. */
export const DNS_PORT = 53
/** One echo request, of so many bytes. */
export const PING = { count: 1, size: 128 }

/** `null` after a mistake, which is then in the report. */
export function asked(question: Asked, times: Times, around: Around): AskedOptions | null {
  const { checker } = question
  switch (checker.kind) {
    case 'TCP_CHECK':
      return connecting('tcp', question, times, {}, around)
    case 'HTTP_GET':
    case 'SSL_GET': {
      const pages = httpOptions(checker, question.levels, around)
      return pages === null ? null : connecting('http-get', question, times, pages, around)
    }
    case 'SMTP_CHECK': {
      const helo = checker.settings.helo_name?.value ?? HELO_NAME
      const found = connecting('smtp', question, times, { helo, anyGoodbye: true }, around)
      // The port of SMTP may be a name in mon.cf, and so is text.
      return found === null ? null : { ...found, options: { ...found.options, port: String(found.options.port) } }
    }
    case 'DNS_CHECK': {
      const { type, name } = checker.settings
      return connecting('dns-check', question, times, written({ type, name }), around)
    }
    case 'UDP_CHECK':
      return connecting('udp', question, times, udpOptions(checker.settings), around)
    case 'PING_CHECK':
      return connecting('ping', question, times, PING, around)
    case 'MISC_CHECK':
      return miscOptions(checker, times, around)
    case 'FILE_CHECK':
      return fileOptions(checker, around)
    case 'BFD_CHECK':
      return null
  }
}

type Options = Readonly<Record<string, unknown>>

function connecting(module: string, question: Asked, times: Times, own: Options, around: Around): AskedOptions | null {
  const { connection, checker, server } = question
  const { connect_ip, connect_port, bindto, bind_port, bind_if, fwmark } = connection
  const pings = checker.kind === 'PING_CHECK'
  const port = portOf(question)
  if (port === 0 && !pings) {
    const message = `this ${checker.keyword.text} does not know which port to connect to`
    const hint = 'write connect_port in it, or a port behind the address of its real_server'
    around.report.error('checker-port', spanOf(checker.keyword), message, hint)
    return null
  }
  if (!isReachable(question, connect_ip?.value.address ?? server.address, around)) return null
  const elsewhere = connect_ip === undefined || connect_ip.value.address === server.address ? undefined : connect_ip
  return {
    module,
    options: {
      ...(pings ? {} : { port }),
      timeout: times.timeout / 1000,
      ...(elsewhere === undefined ? {} : { connectIp: elsewhere.value.address }),
      ...(bindto === undefined ? {} : { source: bindto.value.address }),
      ...(pings ? {} : written({ bindPort: bind_port })),
      ...written({ bindIf: bind_if, mark: fwmark }),
      ...own,
    },
    words: wordsOf({ connectIp: connect_ip, port: connect_port, source: bindto, bindPort: bind_port, bindIf: bind_if }),
  }
}

/** RFC 4007 11: a link-local address means nothing without its interface. A source is of the family of the target. */
function isReachable({ connection, checker }: Asked, target: string, { report }: Around): boolean {
  const { connect_ip, bind_if, bindto } = connection
  const keyword = checker.keyword
  // Of connect_ip that was told where it is parsed.
  if (/^fe[89ab]/.test(target) && bind_if === undefined && connect_ip === undefined) {
    const message = `${quoted(target)} is a link-local address, and this ${keyword.text} names no interface`
    report.error('link-local', spanOf(keyword), message, 'write bind_if and the interface in it')
    return false
  }
  if (bindto === undefined || bindto.value.address.includes(':') === target.includes(':')) return true
  const message = `nobody can connect from ${quoted(bindto.value.address)} to ${quoted(target)}: they are of different families`
  report.error('bind-family', spanOf(bindto.at), message, 'write an address of this host in the family of the other')
  return false
}

/** That of the server, as it is written: where direct routing moves the server to another port, the check stays. */
function portOf({ connection, checker, server }: Asked): number {
  if (connection.connect_port !== undefined) return connection.connect_port.value
  return server.port === 0 && checker.kind === 'DNS_CHECK' ? DNS_PORT : server.port
}

type UdpSettings = Extract<Checker, { readonly kind: 'UDP_CHECK' }>['settings']

function udpOptions({ payload, require_reply, min_reply_length, max_reply_length }: UdpSettings): Options {
  const pattern = require_reply?.value.map(({ value, mask }) => nibbles(value, mask)).join(' ')
  return {
    ...(payload === undefined ? {} : { payload: payload.value.map((byte) => nibbles(byte, 0xff)).join(' ') }),
    ...(pattern === undefined ? {} : pattern === '' ? { requireReply: true } : { reply: pattern }),
    ...written({ minReplyLength: min_reply_length, maxReplyLength: max_reply_length }),
  }
}

/** Two hexadecimal digits, with x for one that may be any. */
const nibbles = (value: number, mask: number) =>
  [4, 0].map((shift) => ((mask >> shift) & 0xf ? ((value >> shift) & 0xf).toString(16) : 'x')).join('')

type Written = Readonly<Record<string, Setting<unknown> | undefined>>

/** The values of those settings that stand there. */
export const written = (settings: Written): Options =>
  Object.fromEntries(Object.entries(settings).flatMap(([name, one]) => (one === undefined ? [] : [[name, one.value]])))

export const wordsOf = (settings: Written): Readonly<Record<string, Word>> =>
  Object.fromEntries(Object.entries(settings).flatMap(([name, one]) => (one === undefined ? [] : [[name, one.at]])))

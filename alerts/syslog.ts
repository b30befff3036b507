/**
 * Writes one line for each alert to the local syslog daemon, or to one on another machine by UDP or TCP.
 * Sent: the local daemon has it, or the network. Syslog confirms nothing.
 * Source: syslog(3), RFC 3164 for /dev/log; RFC 5424, RFC 5426 and RFC 6587 for another machine.
 */
import { type Attempt, startAttempt } from '../src/edge/probe/attempt.ts'
import { logOnce } from '../src/edge/syslog.ts'
import { sendByTcp } from '../src/edge/syslog-remote.ts'
import { sendTrap } from '../src/edge/trap/send.ts'
import { type Alert, type AlertMessage, type AlertOutcome, isFailing } from '../src/model/alert.ts'
import { localStamp } from '../src/model/local-stamp.ts'
import { alertLine, beyondLines, isoTime, linesOf } from '../src/wire/alert-line.ts'
import {
  HOST_PORT_FORM,
  HOST_PORT_LENGTH,
  HOST_PORT_PATTERN,
  type HostPort,
  hostPortText,
  parseHostPort,
} from '../src/wire/host-port.ts'
import { isTried } from '../src/wire/mail/alert-words.ts'
import { encodeSyslog, FACILITIES, type Facility, PRIORITIES, type Priority } from '../src/wire/mon/syslog.ts'
import { encodeSyslog5424, framed, SYSLOG_MOST } from '../src/wire/syslog5424.ts'

export interface SyslogOptions {
  readonly facility?: Facility
  readonly severity?: Priority
  readonly ident?: string
  /** `host[:port]`: by the network. */
  readonly to?: string
  readonly tcp?: boolean
  readonly socket?: string
}

const PORT = 514
const LOCAL = '/dev/log'
/** Bytes of a path of a unix socket (unix(7)), without its end. */
const LONGEST_PATH = 107
/** Failing hosts that the structured data name. */
const HOSTS_MOST = 20

export const syslog: Alert<SyslogOptions> = {
  name: 'syslog',
  deed: 'writes a line to syslog',
  schema: {
    type: 'object',
    properties: {
      facility: {
        type: 'string',
        description: "the line's facility",
        enum: Object.keys(FACILITIES),
        default: 'daemon',
      },
      severity: {
        type: 'string',
        description: 'the severity of a failure; the end of one is a notice, other news is info',
        enum: Object.keys(PRIORITIES),
        default: 'err',
      },
      ident: {
        type: 'string',
        description: 'the name before the line',
        pattern: '^[A-Za-z0-9_.-]+$',
        form: 'letters, digits, "_", "." and "-"',
        maxLength: 48,
        default: 'upalert',
      },
      to: {
        type: 'string',
        description: 'a syslog daemon on another machine, host or host:port; without it the local one',
        pattern: HOST_PORT_PATTERN,
        form: HOST_PORT_FORM,
        maxLength: HOST_PORT_LENGTH,
      },
      tcp: { type: 'boolean', description: 'with --to: by TCP instead of UDP' },
      socket: {
        type: 'string',
        description: `the local daemon's socket; without it ${LOCAL}`,
        pattern: '^/',
        form: 'an absolute path',
        maxLength: LONGEST_PATH,
      },
    },
    additionalProperties: false,
  },
  flags: { f: 'facility', s: 'severity', t: 'ident' },
  rest: null,
  receiver: (options) => placeOf(options),
  line: (options) => placeOf(options),

  async send(message, options, context): Promise<AlertOutcome> {
    const { to, tcp = false, socket = LOCAL } = options
    if (context.signal.aborted) return failed('nothing was written: the attempt was broken off before it began')
    if (to === undefined)
      return outcomeOf(writeLocal(socket, message, options, context.mail.hostname), `written to ${socket}`)
    const target = parseHostPort(to, PORT)
    if (target === null) return { kind: 'failed', retry: false, text: `--to ${to} has no port between 1 and 65535` }

    const attempt = startAttempt(context.timeout, context.signal)
    const records = recordsOf(message, options, context.mail.hostname, tcp ? SYSLOG_MOST.tcp : SYSLOG_MOST.udp)
    const trouble = tcp
      ? await sendByTcp(target, Buffer.concat(records.map(framed)), attempt)
      : await sendDatagrams(target, records, attempt)
    attempt.end()
    const by = tcp ? 'TCP' : 'UDP'
    return outcomeOf(trouble, `handed to the network for ${hostPortText(target)} by ${by}; syslog confirms nothing`)
  },

  render: (message, options, context) =>
    texts(message, context.mail.hostname)
      .map(
        (one) =>
          `${options.facility ?? 'daemon'}.${priorityOf(one.of, options)} ${options.ident ?? 'upalert'}: ${one.text}`,
      )
      .join('\n'),

  faults: ({ to, tcp, socket }) => [
    ...(to !== undefined && parseHostPort(to, PORT) === null ? [`--to ${to} has no port between 1 and 65535`] : []),
    ...(tcp === true && to === undefined ? ['--tcp says how another machine is reached: name it with --to'] : []),
    ...(socket !== undefined && to !== undefined
      ? ['--socket names the local daemon, and --to another: leave one out']
      : []),
  ],
}

const placeOf = ({ to, tcp = false, socket = LOCAL }: SyslogOptions): string =>
  to === undefined ? socket : `${tcp ? 'tcp' : 'udp'} ${to}`

interface Line {
  /** What decides on its severity. */
  readonly of: AlertMessage
  readonly text: string
}

function texts(message: AlertMessage, director: string): readonly Line[] {
  const lines = linesOf(message).map((of) => ({ of, text: alertLine(of, director) }))
  const more = beyondLines(message)
  return more === 0 ? lines : [...lines, { of: message, text: `${more} more alerts, of which no more is said` }]
}

function priorityOf(message: AlertMessage, { severity = 'err' }: SyslogOptions): Priority {
  if (isTried(message)) return 'info'
  if (isFailing(message.kind)) return severity
  return message.kind === 'up' ? 'notice' : 'info'
}

/** `null`: all lines are through. */
function writeLocal(path: string, message: AlertMessage, options: SyslogOptions, director: string): string | null {
  const { facility = 'daemon', ident = 'upalert' } = options
  for (const { of, text } of texts(message, director)) {
    const line = { priority: priorityOf(of, options), text }
    const errno = logOnce(path, encodeSyslog(line, { facility, ident, pid: process.pid }, localStamp(of.at)))
    if (errno !== null) return `${path} ${TROUBLE.get(errno) ?? `could not be written to (${errno})`}`
  }
  return null
}

const TROUBLE: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'is not there: no syslog daemon runs, or it listens elsewhere (--socket)'],
  ['ECONNREFUSED', 'is not listened to: the syslog daemon does not run'],
  ['EAGAIN', 'is full: the syslog daemon does not read'],
  ['EACCES', 'may not be written to by upalert'],
])

/** Each as long as its transport takes. */
function recordsOf(message: AlertMessage, options: SyslogOptions, director: string, most: number) {
  const { facility = 'daemon', ident = 'upalert' } = options
  const common = { facility, ident, hostname: director, pid: process.pid }
  return texts(message, director).map(({ of, text }) => {
    const priority = priorityOf(of, options)
    return encodeSyslog5424({ ...common, priority, at: of.at, kind: of.kind, data: dataOf(of), text }, most)
  })
}

/** What a program that reads the log may go by. */
const dataOf = (message: AlertMessage): readonly (readonly [string, string])[] => [
  ['id', message.id],
  ['key', message.key],
  ['kind', message.kind],
  ...(message.outage === undefined ? [] : [['outage', message.outage] as const]),
  ...(message.firstFailure === null ? [] : [['since', isoTime(message.firstFailure)] as const]),
  [
    'failing',
    message.failing
      .slice(0, HOSTS_MOST)
      .map(({ host }) => host)
      .join(' '),
  ],
]

/** `null`: the network has all of them. */
async function sendDatagrams(to: HostPort, packets: readonly Uint8Array[], attempt: Attempt): Promise<string | null> {
  const sent = await Promise.all(packets.map((packet) => sendTrap(to, packet, attempt)))
  const trouble = sent.find((one) => one.kind === 'failed')
  return trouble === undefined ? null : `${hostPortText(to)} ${trouble.text}`
}

const outcomeOf = (trouble: string | null, done: string): AlertOutcome =>
  trouble === null ? { kind: 'sent', text: done } : failed(trouble)

const failed = (text: string): AlertOutcome => ({ kind: 'failed', retry: true, text })
